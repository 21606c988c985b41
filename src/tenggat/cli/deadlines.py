"""remind, deliver, revoke."""

from threading import Event
from typing import Annotated

import typer

from tenggat.cli import showing
from tenggat.cli.answers import DONE, SOME_REFUSED, WAITS, Answer, AsJson, Now, answers
from tenggat.cli.house import enter
from tenggat.cli.interrupting import until_interrupted
from tenggat.cli.messages import named_stopped, told_stopped
from tenggat.foundation import clock
from tenggat.foundation.refusals import Refusal

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; nothing stays.")]
Yes = Annotated[bool, typer.Option("--yes", help="Answer the brake at once (sandbox homes only).")]


class YesRefused(Refusal):
    """--yes outside a sandbox."""

    code = "yes_refused"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("remind")(remind)
    app.command("deliver")(deliver)
    app.command("revoke")(revoke)
    app.command("approve")(approve)


@answers
def remind(dry_run: DryRun = False, now: Now = None, as_json: AsJson = False) -> Answer:
    """Plan the messages that fall due within 24 hours."""
    house = enter(now, writes=not dry_run)
    from tenggat.deadlines.fallback import plan_fallbacks
    from tenggat.deadlines.reminders import plan_reminders

    planned = plan_reminders(programme=house.programme, now=house.now, keys=house.keys, dry_run=dry_run)
    fallbacks = {} if dry_run else plan_fallbacks(programme=house.programme, now=house.now)

    def show() -> None:
        word = "Would plan" if dry_run else "Planned"
        for step, count in planned.messages.items():
            showing.line(f"{word} {showing.people(count, 'message', 'messages')} of {step}.")
            if unreached := planned.unreachable[step]:
                showing.line(
                    f"  {showing.people(unreached)} cannot be reached: {showing.command()} export flagged FILE.csv"
                )
        for step, count in fallbacks.items():
            if count:
                showing.line(f"Planned {showing.people(count, 'message', 'messages')} of {step} by the next channel.")
        if not dry_run and any((*planned.messages.values(), *fallbacks.values())):
            showing.next_steps("deliver")

    return Answer(
        {
            "planned": planned.messages,
            "fallback": {step: count for step, count in fallbacks.items() if count},
            "unreachable": planned.unreachable,
            "dry_run": dry_run,
        },
        show,
    )


@answers
def deliver(
    keep_on: Annotated[bool, typer.Option("--keep-on", help="Go on until Ctrl-C.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Hand due messages to the gateways that gateways.toml names; without that file, write them into a file."""
    house = enter(now)
    from tenggat.messaging import delivery
    from tenggat.messaging.gateways import GatewayUnusable
    from tenggat.messaging.pacing import Pace
    from tenggat.messaging.routing import routes_of, without_route
    from tenggat.messaging.sending import Times

    routes = routes_of(house.home.path, outbox=house.home.outbox, sandbox=house.home.sandbox)
    ended = Event()
    times = Times(
        clock=(lambda: house.now) if now else clock.now,
        pace=Pace(clock.tick, ended.wait),
        keep_on=keep_on,
        ended=ended.is_set,
    )
    with showing.progress("messages") as bar, until_interrupted(ended):
        done = delivery.deliver_by(routes, programme=house.programme, keys=house.keys, times=times, progress=bar)
    if done.unusable and not done.accepted:
        raise GatewayUnusable(" ".join(f"{name}: {why}" for name, why in sorted(done.unusable.items())))
    counts = {
        "accepted": done.accepted,
        "rejected": done.rejected,
        "unknown": done.unknown,
        "expired": done.expired,
        "waiting": done.waiting,
    }

    off = named_stopped()

    def show() -> None:
        showing.line(", ".join(f"{showing.number(count)} {state}" for state, count in counts.items()) + ".")
        if done.waiting:
            stopped = ", for what is stopped to be started again" if off else ""
            showing.line(f"What waits is for later{stopped}, or for the sending hours on people's own clocks.")
            told_stopped(off)
            if lost := without_route(routes, house.programme):
                showing.line(f"No route carries {' or '.join(lost)}: such messages wait until they expire.")
        for name, why in sorted(done.unusable.items()):
            showing.line(f"{name}: {why}")
        if done.accepted and [route.name for route in routes] == ["file"]:
            showing.line(f"Written to {house.home.outbox}")

    told: dict[str, object] = {"stopped": off} if off else {}
    told |= {"unusable": done.unusable} if done.unusable else {}
    return Answer({**counts, **told}, show, SOME_REFUSED if done.unusable else DONE)


@answers
def revoke(dry_run: DryRun = False, yes: Yes = False, now: Now = None, as_json: AsJson = False) -> Answer:
    """Run the deadline engine once: revoke whoever's deadline has passed without a purchase.

    A run that the programme's brake stops waits for two people (exit status 3): approve, then revoke again.
    """
    house = enter(now, writes=not dry_run)
    if yes and not house.home.sandbox:
        raise YesRefused("--yes answers the brake in a sandbox home only; here two people approve: tenggat approve")
    from tenggat.deadlines import engine
    from tenggat.deadlines.approving import answer_brake

    with showing.progress("revoking") as bar:
        if dry_run:
            done = engine.rehearse(programme=house.programme, now=house.now, progress=bar)
        else:
            done = engine.revoke(programme=house.programme, now=house.now, actor=house.actor, progress=bar)
            while yes and done.brake and done.run:
                answer_brake(run_id=done.run, now=house.now, actor=house.actor)
                done = engine.revoke(programme=house.programme, now=house.now, actor=house.actor, progress=bar)
    waits = bool(done.brake) and not dry_run
    data = {
        "run": done.run,
        "cutoff": done.cutoff_at,
        "due": done.due,
        "held": done.held,
        "revoked": done.revoked,
        "quarantined": done.quarantined,
        "returned": done.returned,
        "by_wave": {str(wave): count for wave, count in sorted(done.by_wave.items())},
        "silent_feeds": done.silent,
        "spent_over": {"people": done.spent_over.people, "returned": done.spent_over.returned},
        "waits": waits,
        "expected": done.expected,
        "brake": done.brake,
        "dry_run": dry_run,
    }

    def show() -> None:
        name = "Rehearsal (nothing stays)" if dry_run else f"Run {done.run}"
        if waits:
            showing.line(
                f"Run {done.run} has to revoke {showing.people(done.expected)} and waits; none of them is revoked yet."
            )
            if done.revoked:
                showing.line(f"A run from before was finished: {showing.people(done.revoked)} revoked.")
            showing.next_steps(f"approve {done.run} --by NAME", "revoke")
            return
        showing.line(f"{name}: deadlines up to {showing.moment(done.cutoff_at, house.programme.time_zone)}.")
        showing.line(
            f"Due {showing.number(done.due)}: revoked {showing.number(done.revoked)}, "
            f"held {showing.number(done.held)}, "
            f"quarantined {showing.number(done.quarantined)}; "
            f"returned {showing.money(done.returned, house.programme.currency)}."
        )
        for wave, count in sorted(done.by_wave.items()):
            showing.line(f"  wave {wave:>3}  {showing.number(count):>9}")
        if done.spent_over.people:
            showing.line(
                f"Spending is over: {showing.money(done.spent_over.returned, house.programme.currency)} that "
                f"{showing.people(done.spent_over.people)} did not use returned; nobody is revoked for it."
            )
        if done.silent:
            showing.line(f"People wait for the purchases of: {', '.join(done.silent)}")
        elif done.held:
            showing.line("Who is held has a hold of their own; tenggat person NIK shows why.")
        if done.quarantined:
            showing.line(
                f"{showing.people(done.quarantined, 'record', 'records')} could not be processed; nothing about them "
                f"was changed. See why: {showing.command()} quarantine list"
            )
        if not done.due:
            settlement = house.programme.settlement(house.now.astimezone(house.programme.zone).date())
            minutes = int(settlement.total_seconds()) // 60
            showing.line(f"Nobody is due. After a deadline the engine waits {minutes} minutes for purchases under way.")
        if done.brake:
            showing.line("The brake would stop this run until two people approve it:")
            for reason in done.brake:
                showing.line(f"  {reason}")
        showing.next_steps(*(["revoke"] if dry_run else ["deliver", "report"]))

    if not waits:
        return Answer(data, show)
    notes = [f"tenggat: Run {done.run} waits for two people: {'; '.join(done.brake)}."]
    return Answer(data, show, WAITS, notes)


@answers
def approve(
    run: Annotated[int, typer.Argument(metavar="RUN", min=1, help="The run that waits; revoke names it.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who approves; the second must be somebody else.")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Let a run go that the brake has stopped; it takes two different people."""
    house = enter(now)
    from tenggat.deadlines import approving
    from tenggat.rules.brake import APPROVALS

    found, approvals = approving.approve(run_id=run, by=by, now=house.now, actor=house.actor)
    data = {"run": run, "approvals": approvals, "state": found.state, "expected": found.expected}

    def show() -> None:
        showing.line(f"Run {run}: {approvals} of {APPROVALS} approvals for {showing.people(found.expected)}.")
        if found.state == "waiting":
            showing.line("One more person has to approve it.")
        else:
            showing.next_steps("revoke")

    return Answer(data, show)
