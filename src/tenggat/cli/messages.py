"""messages stop, start, stopped, suppress, release; routes: what an officer does about messages beside sending them."""

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import enter
from tenggat.foundation.refusals import Refusal

messages = typer.Typer(help="Stop and start what goes out; addresses that want nothing.", no_args_is_help=True)

Step = Annotated[str | None, typer.Option("--step", metavar="STEP", help="One step, such as h-7.")]
Channel = Annotated[str | None, typer.Option("--channel", metavar="CHANNEL", help="One channel, such as sms.")]
RouteName = Annotated[str | None, typer.Option("--route", metavar="NAME", help="One route of gateways.toml.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", show_default=False, help="A phone number or mail address.")]


class OneOfThem(Refusal):
    """Not exactly one thing to stop or start was named."""

    code = "one_of_step_channel_route"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(messages, name="messages")
    app.command("routes")(routes)
    app.command("reach")(reach)


def _named(step: str | None, channel: str | None, route: str | None) -> tuple[str, str]:
    named = [(kind, name) for kind, name in (("step", step), ("channel", channel), ("route", route)) if name]
    if len(named) != 1:
        raise OneOfThem("Name one of --step, --channel and --route.")
    return named[0]


def named_stopped() -> list[str]:
    """What is stopped now, such as "step h-7"."""
    from tenggat.messaging import switches

    return [f"{one.kind} {one.name}" for one in switches.list_stopped()]


def told_stopped(off: list[str]) -> None:
    """Say what is stopped, if anything: whoever wonders why nothing goes looks at this screen first."""
    if off:
        showing.line(f"Stopped: {', '.join(off)}. Why, and by whom: {showing.command()} messages stopped")


@messages.command("stop")
@answers
def stop(  # noqa: PLR0917 -- Typer calls it by name
    reason: Reason,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who stops it.")],
    step: Step = None,
    channel: Channel = None,
    route: RouteName = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Hand nothing more of a step, a channel or a route over until it is started again; batches under way still end."""
    kind, name = _named(step, channel, route)
    house = enter(now)
    from tenggat.messaging import switches
    from tenggat.messaging.routing import names_of

    routes = names_of(house.home.path)
    switches.stop(
        kind=cast("switches.Kind", kind),
        name=name,
        reason=reason,
        by=by,
        now=house.now,
        programme=house.programme,
        routes=routes,
    )

    def show() -> None:
        showing.line(f"The {kind} {name} is stopped. What is planned waits, and expires in its time.")
        if kind == "route" and routes is None:
            showing.line("No gateways.toml could be read here: see that the name is written as it is there.")
        showing.next_steps("messages stopped", f"messages start --{kind} {name}")

    return Answer({"stopped": {"kind": kind, "name": name}}, show)


@messages.command("start")
@answers
def start(
    step: Step = None, channel: Channel = None, route: RouteName = None, now: Now = None, as_json: AsJson = False
) -> Answer:
    """Hand it over again."""
    kind, name = _named(step, channel, route)
    enter(now)
    from tenggat.messaging import switches

    switches.start(kind=cast("switches.Kind", kind), name=name)

    def show() -> None:
        showing.line(f"The {kind} {name} goes out again.")
        showing.next_steps("deliver")

    return Answer({"started": {"kind": kind, "name": name}}, show)


@messages.command("stopped")
@answers
def stopped(now: Now = None, as_json: AsJson = False) -> Answer:
    """List what is stopped, since when, by whom and why."""
    house = enter(now, writes=False)
    from tenggat.messaging import switches

    rows = [
        {"kind": one.kind, "name": one.name, "since": one.since_at, "by": one.by, "reason": one.reason}
        for one in switches.list_stopped()
    ]

    def show() -> None:
        if not rows:
            showing.line("Nothing is stopped.")
            return
        zone = house.programme.time_zone
        cells = [
            [str(row["kind"]), str(row["name"]), showing.moment(one.since_at, zone), one.by, one.reason]
            for row, one in zip(rows, switches.list_stopped(), strict=True)
        ]
        showing.table(["what", "name", "since", "by", "reason"], cells, folds="reason")

    return Answer({"stopped": rows}, show)


@messages.command("suppress")
@answers
def suppress(address: Address, reason: Reason, now: Now = None, as_json: AsJson = False) -> Answer:
    """Send an address no step that one may refuse. Notices that the law asks for still go to it."""
    house = enter(now)
    from tenggat.messaging import suppressing

    new = suppressing.suppress(address=address, reason=reason, programme=house.programme, now=house.now)

    def show() -> None:
        refusable = [step.name for step in house.programme.steps if step.may_opt_out]
        showing.line("The address is on the list." if new else "The address was on the list already.")
        if refusable:
            showing.line(f"It no longer gets: {', '.join(refusable)}. It still gets every other step.")
        else:
            showing.line("It still gets every step: none has may_opt_out = true in the programme file.")

    return Answer({"affected": int(new)}, show)


@messages.command("release")
@answers
def release(address: Address, now: Now = None, as_json: AsJson = False) -> Answer:
    """Send an address everything again."""
    house = enter(now)
    from tenggat.messaging import suppressing

    suppressing.release(address=address, programme=house.programme)
    return Answer({"affected": 1}, lambda: showing.line("The address is off the list: it gets every step again."))


@answers
def routes(now: Now = None, as_json: AsJson = False) -> Answer:
    """Show the ways that messages go, as gateways.toml says; a mistake in the file is told here, too."""
    house = enter(now, writes=False)
    from tenggat.messaging.routing import routes_of, without_route

    found = routes_of(house.home.path, outbox=house.home.outbox, sandbox=house.home.sandbox)
    lost = without_route(found, house.programme)
    off = named_stopped()
    rows = [
        {
            "name": route.name,
            "kind": route.gateway.kind,
            "channels": list(route.channels),
            "prefixes": list(route.prefixes) if route.prefixes is not None else None,
            "rate": route.limits.rate,
            "per_day": route.limits.per_day,
        }
        for route in found
    ]

    def show() -> None:
        cells = [
            [
                route.name,
                route.gateway.kind,
                ", ".join(route.channels),
                "all others" if route.prefixes is None else ", ".join(route.prefixes),
                "as fast as it takes" if route.limits.rate is None else f"{route.limits.rate:g}/s",
                "–" if route.limits.per_day is None else showing.number(route.limits.per_day),
            ]
            for route in found
        ]
        showing.table(["route", "kind", "carries", "numbers", "pace", "a day"], cells, folds="numbers")
        told_stopped(off)
        if lost:
            showing.line(f"No route carries {' or '.join(lost)}: such messages wait until they expire.")

    return Answer({"routes": rows, "without_route": lost, "stopped": off}, show)


@answers
def reach(
    wave: Annotated[int | None, typer.Option("--wave", metavar="N", help="One wave.")] = None,
    step: Step = None,
    unreached: Annotated[
        Path | None,
        typer.Option("--unreached", metavar="FILE", help="Write whom a call can still help, in all waves (.csv)."),
    ] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Show whom the messages have reached before the deadline, by receipts; per operator and province, too."""
    house = enter(now, writes=False)
    from tenggat.figures import reach as figures

    found = figures.reach(programme=house.programme, wave=wave, step=step)
    listed = (
        None if unreached is None else figures.write_unreached(path=unreached, programme=house.programme, now=house.now)
    )
    data: dict[str, Any] = {"reach": [one.as_dict() for one in found]}
    if listed is not None:
        data["unreached"] = listed

    def show() -> None:
        cells = [
            [
                str(one.wave),
                one.step,
                one.operator or (one.province and f"province {one.province}") or "all",
                *(showing.number(n) for n in (one.people, one.handed, one.reached, one.unknown, one.failed)),
                showing.share(one.share),
            ]
            for one in found
        ]
        head = ["wave", "step", "of", "people", "handed", "reached", "unknown", "failed", "share"]
        showing.table(head, cells) if cells else showing.line("Nothing has been planned yet.")
        if listed is not None:
            showing.line(f"{showing.people(listed)} can still be helped by a call: {unreached}")
        elif cells:
            showing.next_steps("reach --unreached FILE.csv")

    return Answer(data, show)
