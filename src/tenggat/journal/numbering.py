"""Which transaction wrote a journal row: what seals go by, since sequence numbers say nothing about commits (0008)."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Func

LARGEST = 2**63 - 1


class TransactionNumber(Func):
    """The number of the writing transaction as a database default; `journal_shift()` is 0 until a dump is restored."""

    template = "(pg_current_xact_id()::text)::bigint + journal_shift()"
    output_field = models.BigIntegerField()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which transactions were over at a moment: all below `upper`, except those still `running`.

    `str` is PostgreSQL's own way to write it, `lower:upper:running,running`; all below `lower` were over.
    """

    lower: int
    upper: int
    running: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.lower}:{self.upper}:{','.join(map(str, self.running))}"

    def saw(self, number: int) -> bool:
        """Whether a transaction was over."""
        return number < self.upper and number not in self.running

    @classmethod
    def parse(cls, text: str, *, shift: int = 0) -> "Snapshot":
        """Read PostgreSQL's text, each number `shift` larger. ValueError: it is no such text."""
        lower, upper, running = text.split(":")
        numbers = (int(number) + shift for number in running.split(",") if number)
        return cls(int(lower) + shift, int(upper) + shift, tuple(numbers))


NOTHING = Snapshot(0, 0)
"""Before the first seal: no transaction was over."""


def window(*, before: Snapshot, after: Snapshot | None) -> dict[str, Any]:
    """What the statements of seals.sql ask for: rows not seen in `before` but in `after` (None: in their own)."""
    return {
        "lower": before.lower,
        "seen": before.upper,
        "unseen": list(before.running),
        "upper": after.upper if after else LARGEST,
        "running": list(after.running) if after else [],
    }
