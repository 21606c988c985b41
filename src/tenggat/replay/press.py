"""The press table: what was published, beside what the replay found.

The figure that went through the press, 373,745, is that of waves 1 to 9, after wave 9's last day, 23 October 2020.
Wave 10 came later, and 382,868 was published on 10 November; in between, published counts even fell, so a count
without its moment says nothing.
"""

from dataclasses import dataclass
from datetime import date

from tenggat.replay.facts import GROUPS, MATURED, PUBLISHED, PUBLISHED_RETURNED
from tenggat.replay.results import Replayed

MATURED_ON, ENDED_ON = date(2020, 10, 23), date(2020, 10, 31)


@dataclass(frozen=True, slots=True)
class PressRow:
    """`ours` and `returned` (whole rupiah) are scaled up to all people; `published` is what the press had."""

    waves: str
    ours: int
    published: int
    returned: int

    @property
    def difference(self) -> int:
        """Ours less published: in a group at most half the scale, from rounding; at scale 1 nothing."""
        return self.ours - self.published


@dataclass(frozen=True, slots=True)
class Press:
    """`rows` and their `total` after the day `as_of`; `later` came after; `published_returned` is that of `total`."""

    as_of: date
    rows: list[PressRow]
    total: PressRow
    later: list[PressRow]
    published_returned: int


def press_table(*, replayed: Replayed, scale: int) -> Press:
    """Give the table of a replay of 1 in `scale`."""
    returned = {wave.wave: wave.returned * scale for wave in replayed.waves}
    rows = [
        PressRow(facts.name, found.revoked * scale, facts.revoked, sum(returned[wave] for wave in facts.waves))
        for facts, found in zip(GROUPS, replayed.groups, strict=True)
    ]
    rows, later = rows[:MATURED], rows[MATURED:]
    name = f"{GROUPS[0].waves[0]}-{GROUPS[MATURED - 1].waves[-1]}"
    total = PressRow(name, replayed.total.matured * scale, PUBLISHED, sum(row.returned for row in rows))
    return Press(MATURED_ON, rows, total, later, PUBLISHED_RETURNED)


def table(replayed: Replayed, *, scale: int) -> tuple[list[str], list[list[str]]]:
    """Give the table as headings and rows of text in the order of time; the last row is the sum of all waves."""
    press, times = press_table(replayed=replayed, scale=scale), f" x {scale}" if scale > 1 else ""
    head = ["waves", f"revoked{times}", "published", "difference", f"returned{times}"]
    matured = _cells(press.total, after=press.as_of)
    ended = _cells(_sum([press.total, *press.later]), after=ENDED_ON)
    return head, [*map(_cells, press.rows), matured, *map(_cells, press.later), ended]


def _sum(rows: list[PressRow]) -> PressRow:
    return PressRow(
        f"{rows[0].waves.split('-')[0]}-{rows[-1].waves}",
        sum(row.ours for row in rows),
        sum(row.published for row in rows),
        sum(row.returned for row in rows),
    )


def _cells(row: PressRow, *, after: date | None = None) -> list[str]:
    name = f"{row.waves}, after {after.day} {after:%B %Y}" if after else row.waves
    difference = f"{row.difference:+,}" if row.difference else "0"
    return [name, f"{row.ours:,}", f"{row.published:,}", difference, f"Rp {row.returned:,}"]
