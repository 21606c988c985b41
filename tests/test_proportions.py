"""The interval of a difference, against the worked examples that its author published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenggat.figures.proportions import difference, wilson

# Newcombe 1998, table II, row "10. Score": a/m, b/n, lower, upper
PUBLISHED = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]


@pytest.mark.parametrize(("one", "other", "low", "high"), PUBLISHED)
def test_the_published_examples(one: tuple[int, int], other: tuple[int, int], low: float, high: float) -> None:
    found = difference(*one, *other)
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-5)


def test_a_share_has_the_interval_of_wilson() -> None:
    found = wilson(81, 263)  # Newcombe's companion paper on one proportion, Statistics in Medicine 17, 857-872
    assert [found.low, found.high] == pytest.approx([0.2553, 0.3662], abs=5e-5)


SHARES = st.integers(1, 1_000_000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size)))


@given(SHARES, SHARES)
def test_it_holds_the_difference_stays_within_one_and_turns_with_the_sign(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    found, turned = difference(*one, *other), difference(*other, *one)
    told = one[0] / one[1] - other[0] / other[1]
    assert -1.000001 <= found.low <= told + 1e-9
    assert told - 1e-9 <= found.high <= 1.000001
    assert found.low == pytest.approx(-turned.high, abs=1e-9)
    assert found.high == pytest.approx(-turned.low, abs=1e-9)
