"""Words, numbers and tables for people: Rich on a terminal, plain aligned text in a pipe."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: int) -> str:
    """373,745: the English screens of the terminal."""
    return f"{value:,}"


def rupiah(value: int) -> str:
    """Rp 1,326,794,750,000"""
    return f"Rp {value:,}"


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


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, last: bool = False) -> None:
    """A table; columns of figures stand to the right. `last`: the last row is a sum."""
    right = [all(_is_figure(row[column]) for row in rows) for column in range(len(head))]
    if sys.stdout.isatty():
        _rich_table(head, rows, right, last=last)
    else:
        _plain_table(head, rows, right)


def _is_figure(cell: str) -> bool:
    return cell[:1].isdigit() or cell[:1] in "–-+" or cell.startswith("Rp ")


def _rich_table(head: Sequence[str], rows: Sequence[Sequence[str]], right: list[bool], *, last: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name, is_right in zip(head, right, strict=True):
        drawn.add_column(name, justify="right" if is_right else "left", no_wrap=True)
    for at, row in enumerate(rows):
        ends = last and at == len(rows) - 2
        drawn.add_row(*row, end_section=ends, style="bold" if last and at == len(rows) - 1 else None)
    Console().print(drawn)


def _plain_table(head: Sequence[str], rows: Sequence[Sequence[str]], right: list[bool]) -> None:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        ]
        line("  ".join(cells).rstrip())


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
