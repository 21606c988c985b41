"""replay prakerja-2020."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, answers
from tenggat.cli.house import database_url, load_programme, say, start_django
from tenggat.foundation import home, keys
from tenggat.foundation.refusals import Refusal

if TYPE_CHECKING:
    from tenggat.replay.driver import Replayed, Watch

REPLAYS = {"prakerja-2020": "prakerja"}


class ReplayRefused(Refusal):
    """No such replay, or no place for it."""

    code = "replay_refused"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("replay")(replay)


@answers
def replay(
    name: Annotated[str, typer.Argument(metavar="NAME", help="prakerja-2020")],
    scale: Annotated[int, typer.Option(min=1, max=10_000, help="1 in N of the people; 1 is all 5.6 million.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Another seed invents other people.")] = 1,
    as_json: AsJson = False,
) -> Answer:
    """The waves of 2020 with invented people, through the real engine under a borrowed clock."""
    if name not in REPLAYS:
        raise ReplayRefused(f"There is no replay {name}; there is: {', '.join(REPLAYS)}")
    programme = load_programme(REPLAYS[name])
    secrets = keys.derive(seed)
    place = _fresh_home(home.default_path() / "replays" / name, REPLAYS[name], secrets)
    start_django(database_url(place.path))
    _fresh_tables(name, secrets)
    from tenggat.replay import driver

    with _watching() as watch:
        done = driver.replay(scale=scale, seed=seed, folder=place.path, programme=programme, keys=secrets, watch=watch)
    data = {**asdict(done), "home": str(place.path), "scale": scale, "seed": seed}
    return Answer(data, lambda: _show(done, place.path, scale))


def _fresh_home(path: Path, programme: str, secrets: keys.Keys) -> home.Home:
    """A sandbox home of its own; what an earlier replay left in it goes away, its server stays."""
    for left in ("outbox", "feeds", "secrets"):
        shutil.rmtree(path / left, ignore_errors=True)
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    path.mkdir(mode=0o711, exist_ok=True)
    made = home.Home(path, programme, sandbox=True)
    keys.write(made.keys_file, secrets)
    home.write_home(made)
    return made


def _fresh_tables(name: str, secrets: keys.Keys) -> None:
    """Empty tables. A database of the operator's is only cleared if an earlier replay made what is in it."""
    from django.core.management import call_command
    from django.db import connection

    from tenggat.foundation.clock import now
    from tenggat.foundation.models import Installation

    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if tables:
            known = "foundation_installation" in tables and Installation.objects.filter(programme=name).exists()
            half_made = "django_migrations" in tables and "DATABASE_URL" not in os.environ
            if not known and not half_made:
                raise ReplayRefused("The database in DATABASE_URL holds something else; give the replay an empty one.")
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0, interactive=False)
    Installation.objects.create(pk=1, programme=name, sandbox=True, key_check=secrets.check(), created_at=now())


@contextmanager
def _watching() -> Iterator["Watch"]:
    """One bar per wave on a terminal, one line per step of a wave elsewhere."""
    if sys.stderr.isatty():
        with _Bars() as bars:
            yield bars
    else:
        yield _Lines()


class _Lines:
    def __init__(self) -> None:
        self.said: set[tuple[int, str]] = set()

    def wave(self, number: int, done: int, total: int, what: str) -> None:
        if (number, what) not in self.said:
            self.said.add((number, what))
            say(f"wave {number:>2}: {what}")


class _Bars:
    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns: tuple[Any, ...] = (
            TextColumn("wave {task.fields[wave]:>2}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.description}"), TimeElapsedColumn(),
        )  # fmt: skip
        self.progress = Progress(*columns, console=Console(stderr=True))
        self.tasks: dict[int, Any] = {}

    def __enter__(self) -> "_Bars":
        self.progress.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.progress.stop()

    def wave(self, number: int, done: int, total: int, what: str) -> None:
        if number not in self.tasks:
            self.tasks[number] = self.progress.add_task(what, total=total, wave=number)
        self.progress.update(self.tasks[number], completed=done, total=total, description=what)


def _show(done: "Replayed", place: Path, scale: int) -> None:
    from tenggat.replay.press import table

    showing.line("Revoked, net of who was brought back, beside what the programme office published in 2020:")
    showing.table(*table(done, scale=scale), last=True)
    if scale > 1:
        showing.line(f"Differences are rounding: 1 in {scale} people. All of them: make run SCALE=1")
    showing.line(f"{done.seconds:.0f} seconds. Look around in this home:")
    showing.line(f"  export TENGGAT_HOME={place}")
    showing.line(f"  {showing.command()} report")
    showing.line(
        f"  {showing.command()} report --as-of 2020-10-27T12:00:00+07:00   # after wave 9, as the press had it"
    )
    showing.line(f"  {showing.command()} export participations people.csv")
