"""What people buy: each fate leaves the rows that make it so, and no other row."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest

from tenggat.replay import people
from tenggat.replay.courses import CHEAPEST, DEAREST, catalogue
from tenggat.replay.facts import WAVES
from tenggat.replay.fates import IN_TIME, Fate, fates
from tenggat.replay.people import BLOCK, Crowd
from tenggat.replay.purchases import CORRECTION, Market
from tenggat.replay.shares import Share
from tenggat.replay.timetable import calendars, deliveries
from tenggat.rules.deadlines import PurchaseFact, first_purchase_at
from tenggat.rules.programme import load

CALENDARS = calendars(WAVES, programme=load("prakerja"))
MOMENTS = deliveries(CALENDARS)
SHARE = Share(9000, 800)
SECOND = timedelta(seconds=1)


class Row(NamedTuple):
    delivery: int
    platform: int
    reference: str
    nik: str
    price: int
    at: datetime
    kind: str


class Sold:
    """A wave's rows by person."""

    def __init__(self, wave: int) -> None:
        self.calendar, self.fates = CALENDARS[wave - 1], fates(SHARE)
        crowd = Crowd(1, wave, SHARE.accepted, 100_000 * wave)
        self.market = Market(crowd, self.calendar, deliveries=MOMENTS, fates=self.fates)
        self.niks: list[str] = []
        self.rows: dict[str, list[Row]] = defaultdict(list)
        for first in range(0, crowd.size, BLOCK):
            niks, _ = people.people(crowd, first=first)
            self.niks += niks
            for delivery, platform, line in self.market.told(niks, first=first):
                [[reference, nik, _, price, at, kind]] = csv.reader([line])
                self.rows[nik].append(
                    Row(delivery, platform, reference, nik, int(price), datetime.fromisoformat(at), kind)
                )

    def of(self, fate: Fate) -> Iterator[list[Row]]:
        for index, nik in enumerate(self.niks):
            if self.fates.of(index) == fate:
                yield self.rows[nik]


@pytest.fixture(scope="module", params=[1, 3, 4, 8, 10])
def sold(request: pytest.FixtureRequest) -> Sold:
    return Sold(request.param)


def test_who_lapses_by_fate_lapses_by_the_rule_and_nobody_else(sold: Sold) -> None:
    deadline = sold.calendar.deadline_at
    for index, nik in enumerate(sold.niks):
        rows = [row for row in sold.rows[nik] if row.price <= DEAREST]
        cancels = {row.reference: row.at for row in rows if row.kind}
        facts = [PurchaseFact(row.at, cancels.get(row.reference)) for row in rows if not row.kind]
        bought = first_purchase_at(facts, deadline_at=deadline) is not None
        assert bought == (sold.fates.of(index) >= IN_TIME)


def test_every_row_is_told_at_the_first_delivery_after_it_happened(sold: Sold) -> None:
    assert all(row.at > sold.calendar.announced_at for rows in sold.rows.values() for row in rows)
    twice = {row.reference for rows in sold.of(Fate.TOLD_TWICE) for row in rows}
    for rows in sold.rows.values():
        for row in rows:
            if row.delivery != CORRECTION and row.reference not in twice:
                assert row.at < MOMENTS[row.delivery]
                assert row.delivery == 0 or row.at >= MOMENTS[row.delivery - 1]


def test_the_edge_is_bought_on_both_sides(sold: Sold) -> None:
    deadline = sold.calendar.deadline_at
    for fate, at in (
        (Fate.LAST_SECOND, deadline - SECOND),
        (Fate.ON_THE_DEADLINE, deadline),
        (Fate.A_SECOND_LATE, deadline + SECOND),
    ):
        found = [[row.at for row in rows] for rows in sold.of(fate)]
        assert found
        assert all(moments == [at] for moments in found)


def test_what_is_taken_back_is_told_before_the_deadline(sold: Sold) -> None:
    for bought, taken_back in sold.of(Fate.TAKEN_BACK):
        assert (bought.kind, taken_back.kind, taken_back.reference) == ("", "cancel", bought.reference)
        assert bought.at < taken_back.at
        assert bought.delivery <= taken_back.delivery
        assert MOMENTS[taken_back.delivery] < sold.calendar.deadline_at


def test_what_one_platform_missed_stands_in_its_correction_alone(sold: Sold) -> None:
    corrected = [row for rows in sold.rows.values() for row in rows if row.delivery == CORRECTION]
    assert len(corrected) == sold.fates.counts[Fate.REPORTED_LATE] > 0
    assert {row.platform for row in corrected} == {sold.market.lagging}
    assert all(row.at < sold.calendar.deadline_at for row in corrected)


def test_a_cancellation_after_the_deadline_is_told_by_the_same_platform(sold: Sold) -> None:
    for bought, cancelled in sold.of(Fate.CANCELLED_AFTER):
        assert cancelled.at >= sold.calendar.deadline_at > bought.at
        assert (cancelled.platform, cancelled.reference) == (bought.platform, bought.reference)


def test_what_is_to_be_refused_or_passed_over(sold: Sold) -> None:
    for first, again in sold.of(Fate.TOLD_TWICE):
        assert first._replace(delivery=0) == again._replace(delivery=0)
    for first, dear in sold.of(Fate.TRIED_TOO_DEAR):
        assert (first.delivery, first.platform, dear.price > DEAREST) == (dear.delivery, dear.platform, True)
    strangers = set(sold.rows) - set(sold.niks)
    assert len(strangers) == sold.fates.counts[Fate.MISTYPED]


def test_prices_fit_into_the_balance(sold: Sold) -> None:
    pairs = 0
    for rows in sold.of(Fate.PLAIN):
        assert 1 <= len(rows) <= 2
        assert sum(row.price for row in rows) <= DEAREST
        assert len({row.reference for row in rows}) == len(rows)
        pairs += len(rows) == 2
    assert 0.02 < pairs / SHARE.accepted < 0.15


def test_most_buy_in_the_first_ten_days_and_a_rush_on_the_last() -> None:
    sold = Sold(5)
    days = [(rows[0].at.date() - sold.calendar.announced_at.date()).days for rows in sold.of(Fate.PLAIN)]
    assert 0.5 < sum(day < 10 for day in days) / len(days) < 0.75
    assert days.count(22) > 1.5 * days.count(21)
    assert days.count(29) > 1.5 * days.count(28)


def test_the_catalogue_has_sixty_courses_in_the_order_of_their_price() -> None:
    prices = [course.price for course in catalogue()]
    assert len(prices) == len({course.code for course in catalogue()}) == 60
    assert prices == sorted(prices)
    assert (prices[0], prices[-1]) == (CHEAPEST, DEAREST)
