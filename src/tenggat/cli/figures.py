"""report, person, export."""

import csv
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import ClockRefused, enter
from tenggat.foundation.clock import parse_instant
from tenggat.foundation.whole_files import replacing

if TYPE_CHECKING:
    from tenggat.evidence.case import Case
    from tenggat.figures.report import Report
    from tenggat.rules.programme import Programme

_COLUMNS = (
    "wave", "accepted", "bought", "completed", "revoked", "withdrawn", "reinstated", "held", "undecided", "lapse_rate",
)  # fmt: skip
_ALWAYS = {"accepted", "bought", "revoked"}  # the others are left out where nobody is
export = typer.Typer(help="Write a table to FILE.csv or FILE.parquet.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("report")(report)
    app.command("person")(person)
    app.add_typer(export, name="export")


@answers
def report(
    as_of: Annotated[str | None, typer.Option(metavar="INSTANT", help="The figures of a past moment.")] = None,
    file: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the table there too.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """The figures of the press table."""
    house = enter(now, writes=False)
    from tenggat.figures import report as figures

    moment = _moment(as_of, house.now)
    if moment is None and now is None:
        found = figures.report(programme=house.programme, now=house.now)
    else:  # a borrowed clock may lie before what other commands have done: the journal knows what stood then
        found = figures.report_as_of(programme=house.programme, as_of=moment or house.now)
    if file is not None:
        _write_csv(found, file)
    total = found.total.as_dict()
    del total["wave"]
    data = {
        "as_of": found.as_of,
        "waves": [wave.as_dict() for wave in found.waves],
        "total": total,
        "silent_feeds": list(found.silent_feeds),
        "waiting": found.waiting,
    }
    return Answer(data, lambda: _show_report(found, house.programme.time_zone))


def _moment(as_of: str | None, now: datetime) -> datetime | None:
    if as_of is None:
        return None
    try:
        moment = parse_instant(as_of)
    except ValueError as error:
        raise ClockRefused(f"--as-of {error}.") from None
    if moment > now:
        raise ClockRefused("--as-of lies in the future; nothing is known of it yet.")
    return moment


def _show_report(found: "Report", zone: str) -> None:
    showing.line(f"As of {showing.moment(found.as_of, zone)}")
    counts = [name for name in _COLUMNS[1:-1] if name in _ALWAYS or getattr(found.total, name)]
    rows = [
        [
            "all" if figures.wave is None else str(figures.wave),
            *(showing.number(getattr(figures, name)) for name in counts),
            showing.share(figures.lapse_rate),
        ]
        for figures in (*found.waves, found.total)
    ]
    showing.table(["wave", *counts, "lapse rate"], rows, last=True)
    if found.silent_feeds:
        waits = "waits" if found.waiting == 1 else "wait"
        showing.line(f"{showing.people(found.waiting)} {waits} for the purchases of: {', '.join(found.silent_feeds)}")


def _write_csv(found: "Report", file: Path) -> None:
    with replacing(file) as draft, draft.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ("as_of", *_COLUMNS))
        writer.writeheader()
        for figures in (*found.waves, found.total):
            values = figures.as_dict()
            writer.writerow(
                {**values, "as_of": found.as_of.isoformat(), "wave": "all" if figures.wave is None else figures.wave}
            )


@answers
def person(
    nik: Annotated[str, typer.Argument(metavar="NIK", show_default=False)], now: Now = None, as_json: AsJson = False
) -> Answer:
    """One person's history, oldest first, personal data masked."""
    house = enter(now, writes=False)
    from tenggat.evidence.case import case
    from tenggat.registry.actions import PersonUnknown, resolve

    person_id = resolve(nik=nik, programme=house.programme, keys=house.keys, now=house.now)
    if person_id is None:
        raise PersonUnknown
    found = case(person_id=person_id)
    data = {
        "person_id": found.person_id,
        "state": found.state,
        "wave": found.wave,
        "deadline_at": found.deadline_at,
        "blacklisted": found.blacklisted,
        "balance": found.balance,
        "name": found.name,
        "phone": found.phone,
        "email": found.email,
        "flags": found.flags,
        "events": found.events,
        "messages": found.messages,
    }
    return Answer(data, lambda: _show_person(found, house.programme))


def _show_person(found: "Case", programme: "Programme") -> None:
    zone = programme.time_zone
    showing.line(f"{found.name or '(no name)'}  {found.phone or 'no phone'}  {found.email or 'no e-mail'}")
    showing.line(f"person {found.person_id}")
    state = f"{found.state} in wave {found.wave}" if found.state else "in no wave"
    showing.line(
        f"{state}; too late from {showing.moment(found.deadline_at, zone)}; "
        f"balance {showing.money(found.balance, programme.currency)}"
        f"{'; blacklisted' if found.blacklisted else ''}"
    )
    if found.flags:
        showing.line(f"flags: {', '.join(found.flags)}")
    showing.line()
    showing.table(
        ("when", "what", "wave", "who", "details"),
        [
            (
                showing.moment(e["at"], zone),
                e["kind"],
                str(e.get("wave", "")),
                e["actor"],
                _details(e.get("details"), zone),
            )
            for e in found.events
        ],
        folds="details",
    )
    if found.messages:
        showing.line()
        showing.table(
            ("not before", "step", "channel", "state", "sent"),
            [
                (
                    showing.moment(m["not_before"], zone),
                    m["step"],
                    m["channel"],
                    m["receipt"] or m["state"],  # what a receipt says is the surer word
                    showing.moment(m["sent_at"], zone),
                )
                for m in found.messages
            ],
        )


def _details(details: dict[str, Any] | None, zone: str) -> str:
    return ", ".join(f"{name}={_detail(value, zone)}" for name, value in (details or {}).items())


def _detail(value: object, zone: str) -> str:
    """A moment as everywhere on this screen: written in UTC, a deadline would seem to be another day."""
    if isinstance(value, str) and "T" in value:
        with suppress(ValueError):
            return showing.moment(parse_instant(value), zone)
    return str(value)[:25]


FileOut = Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv or .parquet.", show_default=False)]


def _export(table: str, file: Path, now: str | None) -> Answer:
    enter(now, writes=False)
    from tenggat.figures import exports

    rows = exports.export(table=table, path=file)
    return Answer(
        {"rows": rows, "file": str(file)}, lambda: showing.line(f"{showing.people(rows, 'row', 'rows')} in {file}")
    )


@export.command("participations")
@answers
def participations(file: FileOut, now: Now = None, as_json: AsJson = False) -> Answer:
    """Every participation: state, moments, balance."""
    return _export("participations", file, now)


@export.command("purchases")
@answers
def purchases(file: FileOut, now: Now = None, as_json: AsJson = False) -> Answer:
    """Every purchase event, late and cancelled ones too."""
    return _export("purchases", file, now)


@export.command("messages")
@answers
def messages(file: FileOut, now: Now = None, as_json: AsJson = False) -> Answer:
    """Every planned message and what became of it."""
    return _export("messages", file, now)


@export.command("flagged")
@answers
def flagged(file: FileOut, now: Now = None, as_json: AsJson = False) -> Answer:
    """Who came in with a warning; channel "none" is who no message reaches."""
    return _export("flagged", file, now)


@export.command("journal")
@answers
def journal(file: FileOut, now: Now = None, as_json: AsJson = False) -> Answer:
    """Every event of every person, in the order written."""
    return _export("journal", file, now)
