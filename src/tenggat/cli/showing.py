"""Words, numbers and tables for people: Rich on a terminal, plain aligned text in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tenggat.cli.tables import table as table  # noqa: PLC0414 -- told from here like everything else

_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: int) -> str:
    """373,745: the English screens of the terminal."""
    return f"{value:,}"


def money(value: int, currency: str) -> str:
    """Rp 1,326,794,750,000; other currencies by their code."""
    return f"{'Rp' if currency == 'IDR' else currency} {value:,}"


def people(count: int, noun: str = "person", nouns: str = "people") -> str:
    """1 person, 28,786 people."""
    return f"{count:,} {noun if count == 1 else nouns}"


def command() -> str:
    """How this command was called, so that a printed next step can be pasted."""
    called = Path(sys.argv[0])
    return sys.argv[0] if called.name == "tenggat" and len(called.parts) > 1 and not called.is_absolute() else "tenggat"


def next_steps(*lines: str) -> None:
    """Useful next commands, one a line."""
    print("Next:")  # noqa: T201
    for each in lines:
        print(f"  {command()} {each}")  # noqa: T201


def share(value: float | None) -> str:
    """3.60 %, or a dash where there is none yet."""
    return "–" if value is None else f"{value * 100:.2f} %"


def moment(value: datetime | None, zone: str) -> str:
    """31 Oct 2020 23:59 WIB"""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(zone))
    name = _ZONES.get(zone) or local.strftime("%Z")
    seconds = f":{local:%S}" if local.second else ""
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year} {local:%H:%M}{seconds} {name}"


def line(text: str = "") -> None:
    """One line of prose on standard output."""
    print(text)  # noqa: T201


def heading(name: str, rest: str) -> None:
    """What follows is about this: the name stands out on a terminal."""
    _styled(f"{name}  {rest}", (0, len(name)), "bold")


def quiet(text: str) -> None:
    """A remark that a reader may pass over."""
    _styled(text, (0, len(text)), "dim")


def _styled(text: str, span: tuple[int, int], style: str) -> None:
    if not sys.stdout.isatty():
        line(text)
        return
    from rich.console import Console
    from rich.text import Text

    told = Text(text)
    told.stylize(style, *span)
    Console(soft_wrap=True).print(told)


class Bar(Protocol):
    """Progress of one thing."""

    def __call__(self, done: int, total: int | None = None) -> None: ...


@contextmanager
def progress(what: str) -> Iterator[Bar]:
    """A bar with rate and time left on a terminal's standard error; silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total=None: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns: list[Any] = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
    ]
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total=None: bars.update(task, completed=done, total=total)
