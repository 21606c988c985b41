"""How many people a replay has: one in N of each wave, and of each published figure, rounded.

How a figure for several waves divides over them was never published. Assumption: in proportion to the accepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tenggat.replay.facts import GROUPS, WAVES


@dataclass(frozen=True, slots=True)
class Share:
    """A wave of a replay: its accepted, and how many of them do not buy in time."""

    accepted: int
    lapsing: int


def shares(*, scale: int) -> dict[int, Share]:
    """Give each wave's share at 1 in `scale`; a group's lapsing add up to its published figure over `scale`."""
    accepted = {wave.number: rounded(wave.accepted, scale) for wave in WAVES}
    shared = {}
    for group in GROUPS:
        weights = {wave.number: wave.accepted for wave in WAVES if wave.number in group.waves}
        for number, lapsing in apportioned(rounded(group.revoked, scale), weights).items():
            shared[number] = Share(accepted[number], lapsing)
    return shared


def rounded(whole: int, scale: int) -> int:
    """The whole number nearest to whole / scale, halves up."""
    return (2 * whole + scale) // (2 * scale)


def apportioned(total: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Divide a total by weights in whole numbers, by largest remainder; the earlier key wins a tie."""
    whole = sum(weights.values())
    parts = {key: total * weight // whole for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in by_remainder[: total - sum(parts.values())]:
        parts[key] += 1
    return parts
