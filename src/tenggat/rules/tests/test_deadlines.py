"""When is too late: the published days, both ways to count, leap days, and clocks that jump."""
# ruff: noqa: DTZ001 -- wall clocks without a zone are what these tests compare

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenggat.rules.deadlines import deadline_at, end_of_minute, last_day
from tenggat.rules.programme import FirstPurchaseRule, NotInForce, Programme, load

PRAKERJA = load("prakerja")
CHILE = load("chile-ejemplo")
WIB = ZoneInfo("Asia/Jakarta")
SANTIAGO = ZoneInfo("America/Santiago")

PUBLISHED = [  # wave, day of the announcement, last day, as both were published
    (5, date(2020, 8, 29), date(2020, 9, 27)),
    (9, date(2020, 9, 24), date(2020, 10, 23)),
    (10, date(2020, 10, 2), date(2020, 10, 31)),
    (16, date(2021, 3, 31), date(2021, 4, 29)),
    (18, date(2021, 8, 24), date(2021, 9, 22)),
    (19, date(2021, 9, 1), date(2021, 9, 30)),
]
DERIVED = [  # the other waves of 2020: announced, and the last day that the same counting gives
    (1, date(2020, 4, 20), date(2020, 5, 19)),
    (2, date(2020, 4, 29), date(2020, 5, 28)),
    (3, date(2020, 5, 6), date(2020, 6, 4)),
    (4, date(2020, 8, 16), date(2020, 9, 14)),
    (6, date(2020, 9, 3), date(2020, 10, 2)),
    (7, date(2020, 9, 10), date(2020, 10, 9)),
    (8, date(2020, 9, 17), date(2020, 10, 16)),
    (11, date(2020, 11, 10), date(2020, 12, 9)),
]


Counting = Literal["inclusive", "exclusive"]


def rule(days: int, counting: Counting) -> FirstPurchaseRule:
    return FirstPurchaseRule(days, counting, time(23, 59), "a rule of this test")


@pytest.mark.parametrize(("wave", "announced_on", "last_on"), PUBLISHED + DERIVED)
def test_each_wave_ends_on_its_published_day(wave: int, announced_on: date, last_on: date) -> None:
    assert last_day(PRAKERJA.first_purchase(announced_on), announced_on) == last_on, f"wave {wave}"


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_the_hour_of_the_announcement_does_not_move_the_deadline(hour: int) -> None:
    starts_at = datetime(2020, 10, 2, hour, 59, 59, 999_999, tzinfo=WIB)
    assert deadline_at(PRAKERJA, starts_at=starts_at) == datetime(2020, 11, 1, tzinfo=WIB)


def test_the_day_is_that_of_the_programme_and_not_that_of_utc() -> None:
    last_of_the_day = datetime(2020, 10, 2, 16, 59, 59, 999_999, tzinfo=UTC)
    next_day = last_of_the_day + timedelta(microseconds=1)
    assert deadline_at(PRAKERJA, starts_at=last_of_the_day) == datetime(2020, 10, 31, 17, tzinfo=UTC)
    assert deadline_at(PRAKERJA, starts_at=next_day) == datetime(2020, 11, 1, 17, tzinfo=UTC)


def test_a_deadline_is_an_instant_in_utc() -> None:
    assert deadline_at(PRAKERJA, starts_at=datetime(2020, 10, 2, tzinfo=WIB)).tzinfo is UTC


@pytest.mark.parametrize(
    ("start_on", "days", "counting", "last_on"),
    [
        (date(2020, 1, 31), 30, "inclusive", date(2020, 2, 29)),
        (date(2020, 1, 31), 30, "exclusive", date(2020, 3, 1)),
        (date(2021, 1, 31), 30, "inclusive", date(2021, 3, 1)),
        (date(2020, 2, 29), 30, "inclusive", date(2020, 3, 29)),
        (date(2024, 2, 29), 15, "inclusive", date(2024, 3, 14)),
        (date(2024, 2, 15), 15, "inclusive", date(2024, 2, 29)),
        (date(2020, 12, 31), 30, "inclusive", date(2021, 1, 29)),
        (date(2020, 10, 2), 1, "inclusive", date(2020, 10, 2)),
        (date(2020, 10, 2), 1, "exclusive", date(2020, 10, 3)),
    ],
)
def test_days_are_counted_on_the_calendar(start_on: date, days: int, counting: Counting, last_on: date) -> None:
    assert last_day(rule(days, counting), start_on) == last_on


def test_the_rule_of_the_starting_day_counts_for_the_whole_time() -> None:
    under_30 = deadline_at(PRAKERJA, starts_at=datetime(2022, 12, 31, 23, 59, tzinfo=WIB))
    under_15 = deadline_at(PRAKERJA, starts_at=datetime(2023, 1, 1, 0, 0, tzinfo=WIB))
    assert under_30 == datetime(2023, 1, 30, tzinfo=WIB)
    assert under_15 == datetime(2023, 1, 16, tzinfo=WIB)


def test_before_the_programme_there_is_no_deadline() -> None:
    with pytest.raises(NotInForce, match=r"2020-04-10.*2020-04-11"):
        deadline_at(PRAKERJA, starts_at=datetime(2020, 4, 10, 23, 59, tzinfo=WIB))


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        deadline_at(PRAKERJA, starts_at=datetime(2020, 10, 2))


def test_in_santiago_the_midnight_that_never_comes_is_the_jump_itself() -> None:
    # Saturday 2 September 2023, 24:00, became Sunday 01:00.
    starts_at = datetime(2023, 8, 3, 12, tzinfo=SANTIAGO)
    found = deadline_at(CHILE, starts_at=starts_at)
    assert found == datetime(2023, 9, 3, 4, tzinfo=UTC)
    assert found.astimezone(SANTIAGO).time() == time(1, 0)
    assert (found - timedelta(microseconds=1)).astimezone(SANTIAGO).replace(tzinfo=None) == datetime(
        2023, 9, 2, 23, 59, 59, 999_999
    )


def test_in_santiago_the_second_2359_of_a_long_saturday_is_still_in_time() -> None:
    # Saturday 6 April 2024, 24:00, became 23:00 of the same day: 23:59 came twice.
    found = deadline_at(CHILE, starts_at=datetime(2024, 3, 7, 12, tzinfo=SANTIAGO))
    assert found == datetime(2024, 4, 7, 4, tzinfo=UTC)
    assert found.astimezone(SANTIAGO).replace(tzinfo=None) == datetime(2024, 4, 7)


@pytest.mark.parametrize(
    ("day", "minute", "zone", "instant"),
    [
        (date(2023, 9, 3), time(0, 30), "America/Santiago", datetime(2023, 9, 3, 4, 0, tzinfo=UTC)),
        (date(2023, 9, 3), time(0, 59), "America/Santiago", datetime(2023, 9, 3, 4, 0, tzinfo=UTC)),
        (date(2023, 9, 3), time(1, 0), "America/Santiago", datetime(2023, 9, 3, 4, 1, tzinfo=UTC)),
        (date(2024, 4, 6), time(22, 59), "America/Santiago", datetime(2024, 4, 7, 2, 0, tzinfo=UTC)),
        (date(2024, 4, 6), time(23, 0), "America/Santiago", datetime(2024, 4, 7, 3, 1, tzinfo=UTC)),
        (date(2021, 3, 28), time(2, 30), "Europe/Berlin", datetime(2021, 3, 28, 1, 0, tzinfo=UTC)),
        (date(2011, 12, 30), time(23, 59), "Pacific/Apia", datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),
    ],
    ids=[
        "a minute in the gap is over at the jump",
        "the last minute in the gap is over at the jump",
        "the first minute after the jump is a minute",
        "the minute before the doubled hour comes once",
        "a doubled minute is over the second time",
        "a gap in the night is found as well",
        "a day that was skipped is over when it is skipped",
    ],
)
def test_a_minute_is_over_when_it_cannot_come_again(day: date, minute: time, zone: str, instant: datetime) -> None:
    assert end_of_minute(day, minute, ZoneInfo(zone)) == instant


STARTS = st.datetimes(datetime(2023, 1, 2), datetime(2050, 1, 1), timezones=st.just(UTC))


@given(starts_at=STARTS, programme=st.sampled_from([PRAKERJA, CHILE]))
@example(starts_at=datetime(2023, 8, 3, 15, tzinfo=UTC), programme=CHILE)
def test_nobody_is_late_before_the_last_minute_is_over(starts_at: datetime, programme: Programme) -> None:
    start_on = starts_at.astimezone(programme.zone).date()
    last = last_day(programme.first_purchase(start_on), start_on)
    found = deadline_at(programme, starts_at=starts_at)
    last_second = datetime.combine(last, time(23, 59, 59), programme.zone).replace(fold=1)
    assert last_second.astimezone(UTC) < found
    assert found.astimezone(programme.zone).date() == last + timedelta(days=1)


@given(one=STARTS, other=STARTS, programme=st.sampled_from([PRAKERJA, CHILE]))
def test_who_starts_later_is_never_due_earlier(one: datetime, other: datetime, programme: Programme) -> None:
    first, second = sorted([one, other])
    assert deadline_at(programme, starts_at=first) <= deadline_at(programme, starts_at=second)
