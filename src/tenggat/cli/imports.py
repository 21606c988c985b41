"""import courses, import participants, import purchases."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from tenggat.cli import showing
from tenggat.cli.answers import DONE, SOME_REFUSED, Answer, AsJson, Now, answers
from tenggat.cli.house import ClockRefused, enter
from tenggat.foundation.actors import Actor
from tenggat.foundation.clock import parse_instant

imports = typer.Typer(help="Take files: courses, participants, purchases.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX or Parquet.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(imports, name="import")


def _answer(result: Any, story: str, *steps: str) -> Answer:
    notes = []
    if result.refused:
        rows = "row was" if result.refused == 1 else "rows were"
        notes.append(
            f"tenggat: {showing.number(result.refused)} {rows} refused; line and reason stand in {result.refused_file}"
        )

    def show() -> None:
        showing.line(story)
        showing.next_steps(*steps)

    return Answer(asdict(result), show, SOME_REFUSED if result.refused else DONE, notes)


@imports.command("courses")
@answers
def courses(file: File, now: Now = None, as_json: AsJson = False) -> Answer:
    """Take the catalogue: code,title,institution,price. A code that comes again changes its course."""
    house = enter(now)
    from tenggat.training.catalogue import import_courses

    done = import_courses(path=file, now=house.now)
    return _answer(
        done,
        f"Courses: {showing.number(done.read)} read, {showing.number(done.added)} added, "
        f"{showing.number(done.changed)} changed, {showing.number(done.refused)} refused.",
        "import purchases FILE --source NAME --through INSTANT",
    )


@imports.command("participants")
@answers
def participants(
    file: File,
    wave: Annotated[int, typer.Option(min=1, max=1_000_000, help="The wave that accepts them.")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Take the accepted people of a wave: nik,kk,name,birth_date,phone,email,province."""
    house = enter(now)
    from tenggat.waves.importing import import_participants

    with showing.progress(f"wave {wave}") as bar:
        done = import_participants(
            path=file,
            wave=wave,
            programme=house.programme,
            keys=house.keys,
            now=house.now,
            actor=house.actor,
            progress=bar,
        )
    return _answer(
        done,
        f"Wave {wave}: {showing.number(done.read)} read, {showing.number(done.accepted)} accepted "
        f"({showing.number(done.warned)} with a warning), {showing.number(done.refused)} refused.",
        "export flagged FILE.csv   # who has a warning, and whom no message reaches",
        "remind",
    )


@imports.command("purchases")
@answers
def purchases(
    file: File,
    source: Annotated[str, typer.Option(metavar="NAME", help="The platform that reports them.")],
    through: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Everything up to then is delivered: moves the watermark."),
    ] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Take purchase events of a platform: reference,nik,course,price,occurred_at[,kind]."""
    house = enter(now)
    from tenggat.training.purchases import import_purchases

    try:
        moment = parse_instant(through) if through is not None else None
    except ValueError as error:
        raise ClockRefused(f"--through {error}.") from None
    with showing.progress(source) as bar:
        done = import_purchases(
            path=file,
            source=source,
            through=moment,
            programme=house.programme,
            keys=house.keys,
            now=house.now,
            actor=Actor("feed", source),
            progress=bar,
        )
    return _answer(
        done,
        f"{source}: {showing.number(done.read)} read, {showing.number(done.recorded)} recorded "
        f"({showing.number(done.reinstated)} brought somebody back), {showing.number(done.repeated)} repeated, "
        f"{showing.number(done.refused)} refused.",
        "revoke --dry-run",
        "report",
    )
