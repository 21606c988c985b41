"""Moments, amounts and counts as each reader writes them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation
from tests.scene import DEADLINE, PRAKERJA, WIB

from tenggat.pages import words

WITA, WIT = ZoneInfo("Asia/Makassar"), ZoneInfo("Asia/Jayapura")


@pytest.fixture(autouse=True)
def indonesian() -> Iterator[None]:
    with translation.override("id"):
        yield


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_deadline_is_told_as_its_last_minute_with_day_hour_and_zone() -> None:
    assert plain(words.last_moment(DEADLINE, WIB)) == "Sabtu, 31 Oktober 2020 pukul 23.59 WIB"


@pytest.mark.parametrize(
    ("zone", "theirs"),
    [(WITA, "Minggu, 1 November 2020 pukul 00.59 WITA"), (WIT, "Minggu, 1 November 2020 pukul 01.59 WIT")],
)
def test_who_lives_further_east_is_told_both_clocks_and_both_days(zone: ZoneInfo, theirs: str) -> None:
    assert plain(words.last_moment(DEADLINE, WIB, zone)) == f"Sabtu, 31 Oktober 2020 pukul 23.59 WIB ({theirs})"


def test_the_day_is_said_once_where_it_is_the_same() -> None:
    noon = datetime(2020, 10, 20, 12, tzinfo=WIB)
    assert plain(words.moment(noon, WIB, WITA)) == "Selasa, 20 Oktober 2020 pukul 12.00 WIB (13.00 WITA)"


def test_in_english() -> None:
    with translation.override("en"):
        assert plain(words.last_moment(DEADLINE, WIB, WIT)) == (
            "Saturday, 31 October 2020 at 23:59 WIB (Sunday, 1 November 2020 at 01:59 WIT)"
        )
        assert plain(words.money(3_550_000, "IDR")) == "Rp 3,550,000"
        assert words.count(373_745) == "373,745"
        assert words.day(date(2020, 10, 31)) == "31 October 2020"


def test_amounts_and_counts() -> None:
    assert words.money(3_550_000, "IDR") == "Rp\N{NO-BREAK SPACE}3.550.000"
    assert plain(words.money(900_000, "CLP")) == "CLP 900.000"
    assert words.count(373_745) == "373.745"
    assert words.count(12) == "12"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(2020, 10, 21, 0, 0, tzinfo=WIB), "10 hari lagi"),
        (datetime(2020, 10, 29, 23, 59, tzinfo=WIB), "2 hari lagi"),
        (datetime(2020, 10, 30, 0, 0, tzinfo=WIB), "besok hari terakhir"),
        (datetime(2020, 10, 30, 16, 59, tzinfo=UTC), "besok hari terakhir"),
        (datetime(2020, 10, 30, 17, 0, tzinfo=UTC), "hari ini hari terakhir"),
        (DEADLINE - timedelta(microseconds=1), "hari ini hari terakhir"),
        (DEADLINE, "sudah lewat"),
    ],
)
def test_the_days_that_are_left_follow_the_calendar_of_the_programme(now: datetime, said: str) -> None:
    assert words.days_left(DEADLINE, now, WIB) == said


def test_the_hours_of_the_office() -> None:
    assert words.office_hours("monday", "friday", time(8), time(19)) == "Senin sampai Jumat, pukul 08.00 sampai 19.00"
    assert words.office_hours("sunday", "sunday", time(8), time(12)) == "Minggu, pukul 08.00 sampai 12.00"


def test_the_tags_read_programme_moment_and_zone_of_the_page() -> None:
    page = Template(
        "{% load tenggat %}{% last_moment deadline %}|{% days_left deadline %}|{% money 1000000 %}|{{ 5600000|count }}"
        "|{% moment now %}|{{ on|day }}"
    )
    now = datetime(2020, 10, 22, 9, tzinfo=WIB)
    told = {"programme": PRAKERJA, "now": now, "deadline": DEADLINE, "on": now.date(), "reader_zone": "Asia/Jayapura"}
    assert plain(page.render(Context(told))).split("|") == [
        "Sabtu, 31 Oktober 2020 pukul 23.59 WIB (Minggu, 1 November 2020 pukul 01.59 WIT)",
        "9 hari lagi",
        "Rp 1.000.000",
        "5.600.000",
        "Kamis, 22 Oktober 2020 pukul 09.00 WIB (11.00 WIT)",
        "22 Oktober 2020",
    ]
    assert "CLP" in page.render(Context({**told, "programme": replace(PRAKERJA, currency="CLP")}))
