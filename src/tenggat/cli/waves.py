"""wave open, wave announce, wave list."""

from dataclasses import asdict
from typing import Annotated

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
    from tenggat.waves.queries import wave_line

    found = actions.open_wave(number=number, quota=quota, now=house.now, actor=house.actor)

    def show() -> None:
        showing.line(f"Wave {number} is open for {showing.number(quota)} people.")
        showing.next_steps(
            f"wave announce {number} --at {house.now.astimezone(house.programme.zone).isoformat(timespec='minutes')}",
            f"import participants FILE --wave {number}",
        )

    return Answer(asdict(wave_line(found)), show)


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
    from tenggat.waves.queries import wave_line

    try:
        moment = parse_instant(at)
    except ValueError as error:
        raise ClockRefused(f"--at {error}.") from None
    found = actions.announce_wave(number=number, at=moment, programme=house.programme, now=house.now, actor=house.actor)

    def show() -> None:
        zone = house.programme.time_zone
        showing.line(f"Wave {number} is announced at {showing.moment(found.announced_at, zone)}.")
        showing.line(f"The first instant that is too late: {showing.moment(found.deadline_at, zone)}.")
        showing.next_steps(f"import participants FILE --wave {number}", "remind", "wave list")

    return Answer(asdict(wave_line(found)), show)


@wave.command("list")
@answers
def list_(now: Now = None, as_json: AsJson = False) -> Answer:
    """List the waves."""
    house = enter(now, writes=False)
    from tenggat.waves.queries import list_waves

    found = list_waves()

    def show() -> None:
        zone = house.programme.time_zone
        rows = [
            (
                str(each.wave),
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
            showing.line("No wave yet.")
            showing.next_steps("wave open 1 --quota 1000")

    return Answer({"waves": [asdict(each) for each in found]}, show)
