"""Drawing by weight with one look-up."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")


def quantiles(weights: Mapping[T, float], *, size: int) -> list[T]:
    """Give `size` keys in their order, each as often as its weight says."""
    keys, sums = list(weights), list(accumulate(weights.values()))
    return [keys[bisect_right(sums, (at + 0.5) / size * sums[-1])] for at in range(size)]
