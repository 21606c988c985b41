"""How sure a difference between two shares is."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

_Z = NormalDist().inv_cdf(0.975)
"""95 of 100 of a normal distribution lie within so many standard deviations."""


class Interval(NamedTuple):
    """The bounds of a confidence interval."""

    low: float
    high: float


def wilson(hits: int, size: int) -> Interval:
    """The 95 % score interval of a share, without continuity correction (E. B. Wilson, JASA 22, 1927, 209-212)."""
    share, spread = hits / size, _Z * sqrt(_Z**2 + 4 * hits * (size - hits) / size)
    middle, whole = 2 * size * share + _Z**2, 2 * (size + _Z**2)
    return Interval((middle - spread) / whole, (middle + spread) / whole)


def difference(hits: int, size: int, other_hits: int, other_size: int) -> Interval:
    """The 95 % interval of one share minus another, of different people.

    R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven
    methods, Statistics in Medicine 17, 1998, 873-890, method 10: it holds also for small groups and for shares near
    0 and 1, where the usual formula promises too much.
    """
    share, other = hits / size, other_hits / other_size
    (low, high), (other_low, other_high) = wilson(hits, size), wilson(other_hits, other_size)
    return Interval(
        share - other - sqrt((share - low) ** 2 + (other_high - other) ** 2),
        share - other + sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )
