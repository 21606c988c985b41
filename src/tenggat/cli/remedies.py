"""reinstate, withdraw, quarantine list, quarantine retry, seats list, seats release: what comes after a night."""

from typing import Annotated

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import enter

quarantine = typer.Typer(help="Records that could not be processed: list, retry.", no_args_is_help=True)
seats = typer.Typer(help="Seats of people who were revoked: list, release to a new wave.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("reinstate")(reinstate)
    app.command("withdraw")(withdraw)
    app.add_typer(quarantine, name="quarantine")
    app.add_typer(seats, name="seats")


@answers
def reinstate(
    nik: Annotated[str, typer.Argument(metavar="NIK", show_default=False)],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What the person will be told.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides it.")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Undo a revocation: place and money are back, the blacklist entry is lifted, a past deadline is renewed."""
    house = enter(now)
    from tenggat.deadlines import reinstating
    from tenggat.registry import actions

    person_id = actions.resolve(nik=nik, programme=house.programme, keys=house.keys, now=house.now)
    if person_id is None:
        raise actions.PersonUnknown
    done = reinstating.reinstate(
        person_id=person_id, reason=reason, by=by, programme=house.programme, now=house.now, actor=house.actor
    )
    data = {
        "affected": 1,
        "person_id": done.person_id,
        "wave": done.wave,
        "deadline_at": done.deadline_at,
        "deadline_version": done.deadline_version,
        "balance": done.balance,
        "blacklisted": done.blacklisted,
    }

    def show() -> None:
        showing.line(f"Reinstated in wave {done.wave}, with {showing.money(done.balance, house.programme.currency)}.")
        zone = house.programme.time_zone
        showing.line(f"The first instant that is too late to buy: {showing.moment(done.deadline_at, zone)}.")
        if done.blacklisted:
            showing.line("An officer's own blacklist entry stays; lift it: blacklist remove NIK --reason TEXT")
        showing.next_steps("deliver")

    return Answer(data, show)


@answers
def withdraw(
    nik: Annotated[str, typer.Argument(metavar="NIK", show_default=False)],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What the person said.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who took the person's word.")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Give a place back before the deadline, by the person's own wish: no revocation, and the money returns."""
    house = enter(now)
    from tenggat.foundation.actors import Actor
    from tenggat.registry import actions
    from tenggat.waves import withdrawing

    person_id = actions.resolve(nik=nik, programme=house.programme, keys=house.keys, now=house.now)
    if person_id is None:
        raise actions.PersonUnknown
    actor = Actor("officer", actions.signed(by, "A withdrawal"))
    done = withdrawing.withdraw(
        person_id=person_id, reason=reason, programme=house.programme, now=house.now, actor=actor
    )
    data = {
        "affected": 1,
        "person_id": done.person_id,
        "wave": done.wave,
        "returned": done.returned,
        "blacklisted": done.blacklisted,
    }

    def show() -> None:
        money = showing.money(done.returned, house.programme.currency)
        showing.line(f"Withdrawn from wave {done.wave}; {money} returned.")
        barred = "The person cannot come back." if done.blacklisted else "The person may be accepted by a later wave."
        showing.line(f"{barred} So the programme file says.")

    return Answer(data, show)


@quarantine.command("list")
@answers
def list_apart(now: Now = None, as_json: AsJson = False) -> Answer:
    """List the records that could not be processed, and why; nothing about these people was changed."""
    house = enter(now, writes=False)
    from tenggat.deadlines.quarantine import standing

    found = standing()
    zone = house.programme.time_zone
    records = [
        {
            "person_id": each.person_id,
            "wave": each.wave,
            "run": each.run,
            "reason": each.reason,
            "found_at": each.found_at,
            "deadline_at": each.deadline_at,
        }
        for each in found
    ]

    def show() -> None:
        if not found:
            showing.line("No record is in quarantine.")
            return
        head = ("person", "wave", "run", "found", "reason")
        rows = [
            (str(each.person_id), str(each.wave), str(each.run), showing.moment(each.found_at, zone), each.reason)
            for each in found
        ]
        showing.table(head, rows, folds="reason")
        showing.line("Mend the records, then give them back:")
        showing.next_steps("quarantine retry", "revoke")

    return Answer({"quarantined": records, "affected": len(found)}, show)


@quarantine.command("retry")
@answers
def retry(now: Now = None, as_json: AsJson = False) -> Answer:
    """Give all records in quarantine back to the engine; the next run tries them again."""
    house = enter(now)
    from tenggat.deadlines import quarantine as room

    done = room.retry(now=house.now, actor=house.actor)

    def show() -> None:
        showing.line(f"{showing.people(done.released, 'record', 'records')} will be tried again by the next run.")
        if done.stuck:
            showing.line(f"{showing.people(done.stuck, 'record', 'records')} cannot be changed at all yet: mend first.")
        if done.released:
            showing.next_steps("revoke")

    return Answer({"affected": done.released, "stuck": done.stuck}, show)


@seats.command("list")
@answers
def list_seats(now: Now = None, as_json: AsJson = False) -> Answer:
    """List the seats that each closed run has left empty, and what became of them."""
    house = enter(now, writes=False)
    from tenggat.deadlines import releasing

    found = [run for run in releasing.seats() if run.revoked]
    owed = releasing.overdraft(found)
    runs = [
        {
            "run": run.run,
            "revoked": run.revoked,
            "gone": run.gone,
            "released": run.released,
            "repaid": run.repaid,
            "free": run.free,
        }
        for run in found
    ]

    def show() -> None:
        if not found:
            showing.line("No run has revoked anybody yet.")
            return
        head = ("run", "deadlines up to", "revoked", "still gone", "released", "repaid", "free")
        rows = [
            (
                str(run.run),
                showing.moment(run.cutoff_at, house.programme.time_zone),
                *map(showing.number, (run.revoked, run.gone, run.released, run.repaid, run.free)),
            )
            for run in found
        ]
        showing.table(head, rows)
        _show_overdraft(owed)

    return Answer({"runs": runs, "overdraft": owed}, show)


@seats.command("release")
@answers
def release(
    run: Annotated[list[int], typer.Option(metavar="RUN", min=1, help="A closed run to draw from; may be repeated.")],
    to_wave: Annotated[int, typer.Option(metavar="N", min=1, help="An open wave that is not announced yet.")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Give the empty seats of runs to a new wave; the same run again gives only what is new."""
    house = enter(now)
    from tenggat.deadlines import releasing

    done = releasing.release_seats(run_ids=set(run), to_wave=to_wave, now=house.now, actor=house.actor)
    data = {
        "affected": done.seats,
        "to_wave": to_wave,
        "quota": done.quota,
        "by_run": {str(each): count for each, count in done.by_run.items()},
        "repaid": done.repaid,
        "overdraft": done.overdraft,
    }

    def show() -> None:
        if done.seats:
            gained = showing.people(done.seats, "seat", "seats")
            showing.line(f"Wave {to_wave} has gained {gained}; its quota is {showing.number(done.quota)} now.")
        else:
            showing.line("Nothing is left to release.")
        if done.repaid:
            kept = showing.people(done.repaid, "seat was", "seats were")
            showing.line(f"{kept} kept back for people who were reinstated after theirs had been released.")
        _show_overdraft(done.overdraft)
        if done.seats:
            showing.next_steps(f"import participants FILE --wave {to_wave}", "seats list")

    return Answer(data, show)


def _show_overdraft(owed: int) -> None:
    if owed:
        people = showing.people(owed)
        showing.line(f"{people} came back after their seats had been released; the next release keeps as many back.")
