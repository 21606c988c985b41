"""The table of a run, on the terminal and as docs/benchmarks.md."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

MEMORY = 1 << 30  # bytes that no command may pass
_HEAD = ("what", "ours", "against", "ratio", "target", "memory", "ok?")
_HOW = Path(__file__).with_name("how.md")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: `ratio` is our speed by the other's; `memory` is the peak of our process in bytes."""

    name: str
    what: str
    ours: str
    against: str
    ratio: float | None
    target: str
    memory: int
    ok: bool | None = None

    def holds(self) -> bool:
        """Whether the target is met, and memory stays under a gigabyte."""
        found = re.fullmatch(r">= ([0-9.]+)", self.target)
        met = self.ratio is None or found is None or self.ratio >= float(found[1])
        return met and self.ok is not False and self.memory < MEMORY

    def cells(self) -> tuple[str, ...]:
        """As text."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        memory = f"{self.memory >> 20} MB"
        return self.what, self.ours, self.against, ratio, self.target, memory, "yes" if self.holds() else "NO"


def show(lines: list[Line]) -> None:
    """Print the table."""
    table = Table(*_HEAD)
    for line in lines:
        table.add_row(*line.cells(), style=None if line.holds() else "bold red")
    Console().print(table)


def page(lines: list[Line], *, machine: str, server: str, command: str, on: date) -> str:
    """The page for docs/benchmarks.md: the table, and how each line of it was measured."""
    head = [f"| {' | '.join(_HEAD)} |", f"|{'---|' * len(_HEAD)}"]
    rows = [f"| {' | '.join(line.cells())} |" for line in lines]
    facts = f"{on:%d %B %Y}, `{command}`: {machine}; {server}."
    intro = "# Benchmarks\n\nWritten by `make bench`, from one run:"
    return "\n".join([intro, facts, "", *head, *rows, "", _HOW.read_text("utf-8")])
