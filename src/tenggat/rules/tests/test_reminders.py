"""When a message may go: the day by the programme's calendar, the hours by the person's clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenggat.rules.deadlines import deadline_at
from tenggat.rules.programme import Step, load
from tenggat.rules.reminders import Schedule, closes_at, last_close, notice, schedule

PRAKERJA = load("prakerja")
CHILE = load("chile-ejemplo")
H7 = PRAKERJA.step("h-7")
WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
ANNOUNCED = datetime(2020, 10, 2, 12, tzinfo=ZoneInfo(WIB))
DEADLINE = deadline_at(PRAKERJA, starts_at=ANNOUNCED)
TICK = timedelta(microseconds=1)


def local(zone: str, year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))


def step_at(step: Step, *, at: datetime = ANNOUNCED, zone: str = WIB, now: datetime = ANNOUNCED) -> Schedule | None:
    return schedule(PRAKERJA, step, announced_at=at, deadline_at=DEADLINE, zone=zone, now=now)


def h_7(*, zone: str = WIB, now: datetime = ANNOUNCED) -> Schedule | None:
    return schedule(PRAKERJA, H7, announced_at=ANNOUNCED, deadline_at=DEADLINE, zone=zone, now=now)


@pytest.mark.parametrize(("zone", "day"), [(WIB, 2), (WITA, 2), (WIT, 3)])
def test_sending_hours_end_on_the_day_that_it_is_for_the_reader(zone: str, day: int) -> None:
    late = local(WIB, 2020, 10, 2, 22, 30)  # 23.30 in Makassar, already the next day in Jayapura
    assert closes_at(PRAKERJA, at=late, zone=zone) == local(zone, 2020, 10, day, 20)


@pytest.mark.parametrize("zone", [WIB, WITA, WIT])
def test_h_7_of_31_october_goes_at_8_on_24_october_wherever_one_lives(zone: str) -> None:
    found = h_7(zone=zone)
    assert found == Schedule(local(zone, 2020, 10, 24, 8), local(zone, 2020, 10, 31, 20))


def test_found_late_by_day_it_goes_at_once() -> None:
    now = local(WIB, 2020, 10, 27, 14, 30)
    assert h_7(now=now) == Schedule(now, local(WIB, 2020, 10, 31, 20))


def test_found_late_by_night_it_waits_for_the_morning() -> None:
    for now in (local(WIB, 2020, 10, 27, 20), local(WIB, 2020, 10, 28, 3)):
        found = h_7(now=now)
        assert found is not None
        assert found.not_before == local(WIB, 2020, 10, 28, 8)


def test_the_window_is_that_of_the_person_and_not_of_the_programme() -> None:
    now = local(WIB, 2020, 10, 27, 18, 30)  # 20:30 in Papua
    found = h_7(zone=WIT, now=now)
    assert found is not None
    assert found.not_before == local(WIT, 2020, 10, 28, 8)


def test_nothing_goes_after_the_last_evening() -> None:
    last_evening = local(WIB, 2020, 10, 31, 20)
    assert h_7(now=last_evening - TICK) == Schedule(last_evening - TICK, last_evening)
    assert h_7(now=last_evening) is None
    assert h_7(now=DEADLINE + timedelta(days=3)) is None


def test_in_papua_the_last_evening_is_that_of_31_october_though_the_deadline_is_2_am_of_1_november() -> None:
    found = h_7(zone=WIT)
    assert found is not None
    assert found.expires_at == datetime(2020, 10, 31, 11, tzinfo=UTC)


def test_a_person_west_of_the_programme_has_until_the_evening_before_the_deadline() -> None:
    found = h_7(zone="America/Santiago")  # the deadline is 14:00 of 31 October there
    assert found is not None
    assert found.expires_at == local("America/Santiago", 2020, 10, 30, 20)


def test_the_morning_after_a_clock_change_is_still_8_or_9_by_the_clock() -> None:
    deadline = deadline_at(CHILE, starts_at=datetime(2023, 8, 5, 12, tzinfo=ZoneInfo("America/Santiago")))
    found = schedule(
        CHILE,
        CHILE.step("h-2"),
        announced_at=datetime(2023, 8, 5, 12, tzinfo=UTC),
        deadline_at=deadline,
        zone="America/Santiago",
        now=datetime(2023, 8, 10, tzinfo=UTC),
    )
    assert found == Schedule(datetime(2023, 9, 2, 13, tzinfo=UTC), datetime(2023, 9, 5, 0, tzinfo=UTC))


def test_hours_that_end_at_the_deadline_itself_end_in_time() -> None:
    evening = local(WIB, 2020, 10, 31, 20)
    assert last_close(PRAKERJA, before=evening, zone=WIB) == evening
    assert last_close(PRAKERJA, before=evening - TICK, zone=WIB) == evening - timedelta(days=1)


def test_the_accepted_are_told_at_once_inside_the_hours() -> None:
    accepted, evening = PRAKERJA.step("accepted"), local(WIB, 2020, 10, 31, 20)
    assert step_at(accepted) == Schedule(ANNOUNCED, evening)
    assert step_at(accepted, now=ANNOUNCED - timedelta(days=2)) == Schedule(ANNOUNCED, evening)
    late = local(WIB, 2020, 10, 20, 9, 15)
    assert step_at(accepted, now=late) == Schedule(late, evening)
    night = local(WIB, 2020, 10, 2, 21)
    assert step_at(accepted, at=night) == Schedule(local(WIB, 2020, 10, 3, 8), evening)
    assert step_at(accepted, now=evening) is None


def test_at_an_hour_that_is_evening_in_papua_they_are_told_in_the_morning_there() -> None:
    found = step_at(PRAKERJA.step("accepted"), at=local(WIB, 2020, 10, 2, 18, 30), zone=WIT)
    assert found is not None
    assert found.not_before == local(WIT, 2020, 10, 3, 8)


def test_days_after_are_counted_from_the_day_of_the_announcement() -> None:
    after_two = replace(PRAKERJA.step("accepted"), days_after=2)
    found = step_at(after_two, zone=WIT)
    assert found is not None
    assert found.not_before == local(WIT, 2020, 10, 4, 8)


def test_a_step_is_for_waves_announced_on_its_first_day_or_later() -> None:
    first = ANNOUNCED.date()
    assert step_at(replace(H7, since=first)) == h_7()
    assert step_at(replace(H7, since=first + timedelta(days=1))) is None
    assert step_at(PRAKERJA.step("h-3")) is None
    assert step_at(replace(PRAKERJA.step("h-3"), since=None)) is not None


def test_the_day_of_the_announcement_is_that_of_the_programme() -> None:
    late = datetime(2020, 10, 1, 17, tzinfo=UTC)  # 2 October in Jakarta
    assert step_at(replace(H7, since=date(2020, 10, 2)), at=late) is not None
    assert step_at(replace(H7, since=date(2020, 10, 2)), at=late - TICK) is None


def test_a_notice_has_no_days_to_count_down() -> None:
    with pytest.raises(ValueError, match="revoked is a notice"):
        step_at(PRAKERJA.step("revoked"))


def test_a_notice_of_the_night_goes_in_the_morning_and_lives_a_week() -> None:
    at = local(WIB, 2020, 11, 1, 2)
    assert notice(PRAKERJA, at=at, zone=WIB) == Schedule(local(WIB, 2020, 11, 1, 8), local(WIB, 2020, 11, 8, 8))


def test_a_notice_by_day_goes_at_once() -> None:
    at = local(WIT, 2020, 11, 1, 19, 59)
    assert notice(PRAKERJA, at=at, zone=WIT).not_before == at


def test_moments_are_given_in_utc() -> None:
    found = h_7(zone=WIT)
    assert found is not None
    assert found.not_before.tzinfo is UTC
    assert found.expires_at.tzinfo is UTC


@given(
    now=st.integers(0, 32 * 86_400).map(lambda seconds: ANNOUNCED + timedelta(seconds=seconds)),
    zone=st.sampled_from([WIB, WITA, WIT]),
)
def test_a_reminder_never_goes_outside_the_hours_nor_too_late(now: datetime, zone: str) -> None:
    found = h_7(zone=zone, now=now)
    if found is None:
        assert now >= local(zone, 2020, 10, 31, 20)
        return
    hour = found.not_before.astimezone(ZoneInfo(zone)).hour
    assert 8 <= hour < 20
    assert now <= found.not_before < found.expires_at <= DEADLINE or found.not_before == local(zone, 2020, 10, 24, 8)
