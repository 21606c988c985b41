"""One person's outcome, to the microsecond."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenggat.rules.deadlines import (
    Hold,
    Outcome,
    PurchaseFact,
    cutoff,
    due_at,
    first_purchase_at,
    is_due,
    is_held,
    outcome,
    qualifies,
)

ACCEPTED = datetime(2020, 10, 2, 5, tzinfo=UTC)
DEADLINE = datetime(2020, 10, 31, 17, tzinfo=UTC)
CUTOFF = DEADLINE + timedelta(hours=2)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def decided(
    *purchases: PurchaseFact,
    holds: tuple[Hold, ...] = (),
    withdrawn: bool = False,
    cutoff_at: datetime = CUTOFF,
) -> Outcome:
    return outcome(
        accepted_at=ACCEPTED,
        deadline_at=DEADLINE,
        purchases=purchases,
        holds=holds,
        withdrawn=withdrawn,
        cutoff_at=cutoff_at,
    )


def test_who_bought_nothing_is_revoked() -> None:
    assert decided() == "revoked"


def test_a_purchase_one_microsecond_before_the_deadline_counts() -> None:
    assert decided(PurchaseFact(DEADLINE - TICK)) == "bought"


@pytest.mark.parametrize("occurred_at", [DEADLINE, DEADLINE + TICK])
def test_a_purchase_at_the_deadline_or_after_it_is_too_late(occurred_at: datetime) -> None:
    assert not qualifies(PurchaseFact(occurred_at), deadline_at=DEADLINE)
    assert decided(PurchaseFact(occurred_at)) == "revoked"


def test_a_purchase_cancelled_before_the_deadline_does_not_count() -> None:
    assert decided(PurchaseFact(DEADLINE - DAY, DEADLINE - TICK)) == "revoked"


def test_a_purchase_cancelled_at_the_deadline_still_counts() -> None:
    assert decided(PurchaseFact(DEADLINE - DAY, DEADLINE)) == "bought"


def test_a_second_purchase_counts_where_the_first_was_cancelled() -> None:
    cancelled, kept = PurchaseFact(DEADLINE - 3 * DAY, DEADLINE - 2 * DAY), PurchaseFact(DEADLINE - DAY)
    assert decided(cancelled, kept) == "bought"
    assert first_purchase_at([cancelled, kept], deadline_at=DEADLINE) == DEADLINE - DAY


def test_a_purchase_before_the_acceptance_is_none() -> None:
    assert decided(PurchaseFact(ACCEPTED - TICK)) == "revoked"
    assert decided(PurchaseFact(ACCEPTED)) == "bought"


def test_nobody_is_decided_before_the_cutoff_reaches_the_deadline() -> None:
    assert decided(cutoff_at=DEADLINE - TICK) == "undecided"
    assert decided(cutoff_at=DEADLINE) == "revoked"


def test_a_purchase_shows_before_the_cutoff_reaches_the_deadline() -> None:
    assert decided(PurchaseFact(ACCEPTED + DAY), cutoff_at=ACCEPTED + 2 * DAY) == "bought"


def test_who_withdrew_is_neither_revoked_nor_counted_as_a_buyer() -> None:
    assert decided(PurchaseFact(ACCEPTED + DAY), withdrawn=True) == "withdrawn"
    assert decided(withdrawn=True) == "withdrawn"


def test_an_open_hold_over_the_deadline_holds() -> None:
    assert decided(holds=(Hold(DEADLINE),)) == "held"
    assert decided(holds=(Hold(DEADLINE - DAY),), cutoff_at=DEADLINE + 365 * DAY) == "held"


def test_a_hold_that_begins_after_the_deadline_comes_too_late() -> None:
    assert decided(holds=(Hold(DEADLINE + TICK),)) == "revoked"


def test_a_hold_that_ended_by_the_deadline_does_not_hold() -> None:
    assert decided(holds=(Hold(ACCEPTED, DEADLINE),)) == "revoked"
    assert is_held([Hold(ACCEPTED, DEADLINE)], at=DEADLINE - TICK)
    assert not is_held([Hold(ACCEPTED, DEADLINE)], at=DEADLINE)


def test_a_hold_is_effective_from_its_first_instant() -> None:
    assert is_held([Hold(DEADLINE)], at=DEADLINE)
    assert not is_held([Hold(DEADLINE)], at=DEADLINE - TICK)
    assert not is_held([], at=DEADLINE)


def test_a_hold_holds_until_it_ends_and_no_longer() -> None:
    hold = Hold(ACCEPTED, CUTOFF + TICK)
    assert decided(holds=(hold,)) == "held"
    assert decided(holds=(hold,), cutoff_at=CUTOFF + TICK) == "revoked"


def test_a_hold_does_not_make_a_late_purchase_count() -> None:
    hold = Hold(ACCEPTED, DEADLINE + 7 * DAY)
    assert decided(PurchaseFact(DEADLINE + DAY), holds=(hold,)) == "held"
    assert decided(PurchaseFact(DEADLINE + DAY), holds=(hold,), cutoff_at=DEADLINE + 7 * DAY) == "revoked"


def test_holds_that_follow_each_other_are_one_and_a_gap_ends_them() -> None:
    first = Hold(ACCEPTED, DEADLINE + DAY)
    next_one = Hold(DEADLINE + DAY, DEADLINE + 2 * DAY)
    too_late = Hold(DEADLINE + 2 * DAY + TICK, DEADLINE + 9 * DAY)
    for order in permutations([first, next_one, too_late]):
        assert due_at(order, deadline_at=DEADLINE) == DEADLINE + 2 * DAY
    assert not is_due(deadline_at=DEADLINE, holds=[first], cutoff_at=DEADLINE + DAY - TICK)
    assert is_due(deadline_at=DEADLINE, holds=[first], cutoff_at=DEADLINE + DAY)


def test_a_short_hold_inside_a_long_one_does_not_shorten_it() -> None:
    long, short = Hold(ACCEPTED, DEADLINE + 5 * DAY), Hold(DEADLINE - DAY, DEADLINE + DAY)
    assert due_at([short, long], deadline_at=DEADLINE) == DEADLINE + 5 * DAY


def test_the_cutoff_is_the_earliest_of_settlement_and_watermarks() -> None:
    now, wait = datetime(2020, 10, 31, 20, tzinfo=UTC), timedelta(hours=2)
    assert cutoff(now, wait, {}) == datetime(2020, 10, 31, 18, tzinfo=UTC)
    fast, slow = now - timedelta(minutes=1), now - timedelta(hours=5)
    assert cutoff(now, wait, {"tokopedia": fast}) == datetime(2020, 10, 31, 18, tzinfo=UTC)
    assert cutoff(now, wait, {"tokopedia": fast, "pintaria": slow}) == slow


MOMENTS = st.integers(-3, 3).map(lambda ticks: DEADLINE + ticks * TICK)
PURCHASES = st.lists(st.builds(PurchaseFact, MOMENTS, st.none() | MOMENTS), max_size=4)
HOLDS = st.lists(st.builds(Hold, MOMENTS, st.none() | MOMENTS), max_size=4)


@given(purchases=PURCHASES, holds=HOLDS, cutoff_at=MOMENTS, randomness=st.randoms(use_true_random=False))
def test_order_and_repetition_of_what_happened_change_nothing(
    purchases: list[PurchaseFact], holds: list[Hold], cutoff_at: datetime, randomness: Random
) -> None:
    expected = decided(*purchases, holds=tuple(holds), cutoff_at=cutoff_at)
    again = purchases + purchases[:1]
    randomness.shuffle(again)
    randomness.shuffle(holds)
    assert decided(*again, holds=tuple(holds), cutoff_at=cutoff_at) == expected


@given(purchases=PURCHASES, holds=HOLDS, earlier=MOMENTS, later=MOMENTS)
def test_a_later_run_never_unsays_a_purchase_or_a_revocation(
    purchases: list[PurchaseFact], holds: list[Hold], earlier: datetime, later: datetime
) -> None:
    earlier, later = sorted([earlier, later])
    first = decided(*purchases, holds=tuple(holds), cutoff_at=earlier)
    if first in {"bought", "revoked"}:
        assert decided(*purchases, holds=tuple(holds), cutoff_at=later) == first


def test_the_earliest_purchase_in_time_is_the_first() -> None:
    early, later, late = (PurchaseFact(DEADLINE + days * DAY) for days in (-3, -1, 1))
    assert first_purchase_at([later, late, early], deadline_at=DEADLINE) == early.occurred_at


def test_a_hold_that_is_lifted_ends_then_and_one_lifted_after_its_end_at_its_end() -> None:
    until, lifted = DEADLINE + DAY, DEADLINE + 2 * DAY
    for hold in (Hold(DEADLINE - DAY, until, lifted), Hold(DEADLINE - DAY, lifted, until)):
        assert hold.ends_at == DEADLINE + DAY
        assert is_held([hold], at=hold.ends_at - TICK)
        assert not is_held([hold], at=hold.ends_at)
