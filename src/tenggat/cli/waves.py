"""wave open, wave announce, wave list."""

from typing import Annotated, Any

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import ClockRefused, enter
from tenggat.foundation.clock import parse_instant

wave = typer.Typer(help="Waves: open, announce, list.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, max=1_000_000, help="The wave's number.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(wave, name="wave")


def _as_dict(found: Any) -> dict[str, Any]:
    return {
        "wave": found.number,
        "quota": found.quota,
        "announced_at": found.announced_at,
        "deadline_at": found.deadline_at,
        "accepted": found.accepted,
    }


@wave.command("open")
@answers
def open_(
    number: Number,
    quota: Annotated[int, typer.Option(min=1, max=100_000_000, help="How many it may accept.")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Open a wave with a quota."""
    house = enter(now)
    from tenggat.waves import actions

    found = actions.open_wave(number=number, quota=quota, now=house.now, actor=house.actor)

    def show() -> None:
        showing.line(f"Wave {number} is open for {showing.number(quota)} people.")
        showing.line(
            f"Next: tenggat wave announce {number} --at INSTANT, tenggat import participants FILE --wave {number}"
        )

    return Answer(_as_dict(found), show)


@wave.command("announce")
@answers
def announce(
    number: Number,
    at: Annotated[str, typer.Option(metavar="INSTANT", help="When people are told; the clock starts here.")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Announce a wave: its people get their deadline, once and for all."""
    house = enter(now)
    from tenggat.waves import actions

    try:
        moment = parse_instant(at)
    except ValueError as error:
        raise ClockRefused(f"--at {error}.") from None
    found = actions.announce_wave(number=number, at=moment, programme=house.programme, now=house.now, actor=house.actor)

    def show() -> None:
        zone = house.programme.time_zone
        showing.line(f"Wave {number} is announced at {showing.moment(found.announced_at, zone)}.")
        showing.line(f"The first instant that is too late: {showing.moment(found.deadline_at, zone)}.")

    return Answer(_as_dict(found), show)


@wave.command("list")
@answers
def list_(now: Now = None, as_json: AsJson = False) -> Answer:
    """List the waves."""
    house = enter(now)
    from tenggat.waves.models import Wave

    found = list(Wave.objects.order_by("number"))

    def show() -> None:
        zone = house.programme.time_zone
        rows = [
            (
                str(each.number),
                showing.number(each.quota),
                showing.number(each.accepted),
                showing.moment(each.announced_at, zone),
                showing.moment(each.deadline_at, zone),
            )
            for each in found
        ]
        if rows:
            showing.table(("wave", "quota", "accepted", "announced", "too late from"), rows)
        else:
            showing.line("No wave yet. Open one with: tenggat wave open 1 --quota 1000")

    return Answer({"waves": [_as_dict(each) for each in found]}, show)
