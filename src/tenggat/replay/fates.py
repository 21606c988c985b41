"""What each person of a wave does: how many do what is exact, who they are looks like chance."""

from dataclasses import dataclass
from enum import IntEnum
from math import gcd

from tenggat.replay.shares import Share


class Fate(IntEnum):
    """The first five do not buy in time; the others do, whatever else happens to them."""

    NEVER = 0
    ON_THE_DEADLINE = 1  # 00:00:00 of the day after: the first instant that is too late
    A_SECOND_LATE = 2
    LATE = 3  # within the two days after
    TAKEN_BACK = 4  # bought, cancelled before the deadline, and not bought again
    REPORTED_LATE = 5  # bought in time; the platform tells it after the run
    LAST_SECOND = 6  # 23:59:59
    CANCELLED_AFTER = 7  # cancelled after the deadline, which does not undo a first purchase
    TOLD_TWICE = 8  # the platform delivers the same purchase again
    TRIED_TOO_DEAR = 9  # and then something that the balance is too small for
    MISTYPED = 10  # and the platform has a second row with a number that nobody has
    PLAIN = 11


IN_TIME = Fate.REPORTED_LATE
"""The first fate of those who are not revoked in the end."""

# Out of 10,000 of those who lapse, and of those who do not; at least one where there are people enough.
_LAPSING = {Fate.ON_THE_DEADLINE: 20, Fate.A_SECOND_LATE: 20, Fate.LATE: 150, Fate.TAKEN_BACK: 200}
_BUYING = {
    Fate.REPORTED_LATE: 30, Fate.LAST_SECOND: 4, Fate.CANCELLED_AFTER: 20, Fate.TOLD_TWICE: 15,
    Fate.TRIED_TOO_DEAR: 8, Fate.MISTYPED: 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fates:
    """How many of a wave have each fate, and which person has which."""

    counts: dict[Fate, int]
    table: bytes  # for each rank, its fate
    stride: int

    def of(self, index: int) -> int:
        """Give the fate of a person."""
        return self.table[index * self.stride % len(self.table)]


def fates(share: Share) -> Fates:
    """Deal the fates of a wave: ranks are dealt in order, and a stride through the ranks scatters them."""
    counts = _counts(share.lapsing, _LAPSING, Fate.NEVER) | _counts(share.accepted - share.lapsing, _BUYING, Fate.PLAIN)
    table = b"".join(bytes((fate,)) * counts[fate] for fate in Fate)
    return Fates(counts, table, _stride(len(table)))


def _counts(people: int, shares: dict[Fate, int], rest: Fate) -> dict[Fate, int]:
    enough = people > 2 * len(shares)
    counts = {fate: max(1, people * share // 10_000) if enough else 0 for fate, share in shares.items()}
    return counts | {rest: people - sum(counts.values())}


def _stride(size: int) -> int:
    """Step through `size` ranks so that each comes once; near the golden section, so that neighbours are far apart."""
    stride = max(1, round(size * 0.618034))
    while gcd(stride, size) != 1:
        stride += 1
    return stride
