"""The press table: what was published, beside what the replay found, as plain data.

The figure that went through the press, 373,745, is that of waves 1 to 9, after wave 9's last day, 23 October 2020.
Wave 10 came later; published counts even fell in between, so a count without its moment says nothing.
"""

from dataclasses import dataclass
from datetime import date

from tenggat.replay.facts import GROUPS, MATURED, PUBLISHED, PUBLISHED_RETURNED
from tenggat.replay.results import Replayed

MATURED_ON = date(2020, 10, 23)


@dataclass(frozen=True, slots=True)
class PressRow:
    """`ours` is scaled up to all people; `difference` is ours less published."""

    waves: str
    ours: int
    published: int

    @property
    def difference(self) -> int:
        """At most half the scale, from rounding; at scale 1 nothing."""
        return self.ours - self.published


@dataclass(frozen=True, slots=True)
class Press:
    """`rows` and their `total` as of the day after `as_of`; `returned` in whole rupiah; `later` came after."""

    as_of: date
    rows: list[PressRow]
    total: PressRow
    returned: PressRow
    later: list[PressRow]


def press_table(*, replayed: Replayed, scale: int) -> Press:
    """Give the table of a replay of 1 in `scale`."""
    rows = [PressRow(group.waves, group.revoked * scale, group.published) for group in replayed.groups]
    matured = {number for group in GROUPS[:MATURED] for number in group.waves}
    returned = sum(wave.returned for wave in replayed.waves if wave.wave in matured)
    name = f"{min(matured)}-{max(matured)}"
    return Press(
        as_of=MATURED_ON,
        rows=rows[:MATURED],
        total=PressRow(name, replayed.total.matured * scale, PUBLISHED),
        returned=PressRow(name, returned * scale, PUBLISHED_RETURNED),
        later=rows[MATURED:],
    )
