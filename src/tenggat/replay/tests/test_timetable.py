"""The office's year: the moments that the law and the press fix, and the order in which things must happen."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from tenggat.replay.facts import WAVES, WIB
from tenggat.replay.timetable import Act, Calendar, Entry, calendars, deliveries, timetable
from tenggat.rules.programme import load

CALENDARS = calendars(WAVES, programme=load("prakerja"))
ENTRIES = timetable(CALENDARS)


def moments(act: Act, wave: int) -> list[datetime]:
    return [entry.at for entry in ENTRIES if (entry.act, entry.wave) == (act, wave)]


def test_wave_10_is_reminded_on_24_october_and_revoked_in_the_night_after_the_31st() -> None:
    wave = CALENDARS[9]
    assert wave.deadline_at - timedelta(minutes=1) == datetime(2020, 10, 31, 23, 59, tzinfo=WIB)
    told = datetime(2020, 10, 2, 12, tzinfo=WIB)
    assert moments(Act.REMIND, 10) == [told, datetime(2020, 10, 24, 6, tzinfo=WIB)]
    assert Entry(told, Act.DELIVER) in ENTRIES
    assert moments(Act.REVOKE, 10) == [datetime(2020, 11, 1, 2, 30, tzinfo=WIB)]
    assert Entry(datetime(2020, 10, 24, 12, tzinfo=WIB), Act.DELIVER) in ENTRIES


@pytest.mark.parametrize(
    ("number", "last_day"),
    [(1, (5, 19)), (2, (5, 28)), (3, (6, 4)), (4, (9, 14)), (5, (9, 27)), (6, (10, 2)), (7, (10, 9)), (9, (10, 23))],
)
def test_the_last_day_is_the_published_one(number: int, last_day: tuple[int, int]) -> None:
    assert (CALENDARS[number - 1].deadline_at - timedelta(minutes=1)).date() == date(2020, *last_day)


def test_everything_is_in_the_order_of_time_and_stands_once() -> None:
    assert list(ENTRIES) == sorted(set(ENTRIES))
    assert ENTRIES[0] == Entry(datetime(2020, 4, 19, 9, tzinfo=WIB), Act.OPEN, 1)


@pytest.mark.parametrize("wave", CALENDARS, ids=lambda wave: str(wave.number))
def test_a_wave_is_opened_announced_reminded_fed_revoked_and_corrected_in_turn(wave: Calendar) -> None:
    acts = (Act.OPEN, Act.ANNOUNCE, Act.REMIND, Act.REVOKE, Act.CORRECT)
    [opened, announced, reminded, revoked, corrected] = [moments(act, wave.number)[-1] for act in acts]
    assert moments(Act.REMIND, wave.number) == [announced, reminded]
    assert opened < announced < reminded < wave.deadline_at < wave.fed_at < revoked < corrected
    assert revoked - wave.deadline_at >= load("prakerja").settlement(date(2020, 4, 20))


@pytest.mark.parametrize("wave", CALENDARS, ids=lambda wave: str(wave.number))
def test_every_platform_delivers_between_the_deadline_and_the_run(wave: Calendar) -> None:
    assert wave.fed_at in deliveries(CALENDARS)


@pytest.mark.parametrize("wave", CALENDARS, ids=lambda wave: str(wave.number))
def test_what_is_taken_back_in_time_is_also_told_in_time(wave: Calendar) -> None:
    """Told after the deadline, it would be left to a human: the generator takes back within fourteen days."""
    settled_at = wave.announced_at + timedelta(days=14)
    assert any(settled_at < moment < wave.deadline_at for moment in deliveries(CALENDARS))


def test_nobody_waits_longer_than_two_weeks_for_a_platform_while_buying() -> None:
    for wave in CALENDARS:
        told = [wave.announced_at, *(m for m in deliveries(CALENDARS) if wave.announced_at < m <= wave.fed_at)]
        assert max(later - earlier for earlier, later in pairwise(told)) <= timedelta(days=14)


def test_few_files_are_imported() -> None:
    assert len(deliveries(CALENDARS)) * 7 + len(WAVES) < 200
    assert deliveries(CALENDARS)[-1] > CALENDARS[-1].corrected_at
