"""The end of spending: on 15 December 2020 what was left of the training balance returned, and nobody was revoked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from tenggat.deadlines import engine, spending
from tenggat.foundation import database
from tenggat.foundation.actors import ENGINE
from tenggat.journal.models import Act, Event
from tenggat.ledger.models import Entry
from tenggat.registry.models import BlacklistEntry
from tenggat.waves.models import Participation
from tests.office import DAY, WAVE_10, extend, faults
from tests.scene import (
    AYU,
    BUDI,
    DEADLINE,
    IN_TIME,
    PRAKERJA,
    SECOND,
    WIB,
    bought,
    cancelled,
    catalogue,
    crowd,
    feed,
    night,
    refusals,
    wave,
)

pytestmark = pytest.mark.django_db
OVER = datetime(2020, 12, 16, tzinfo=WIB)
SETTLED_OVER = OVER + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _nothing_is_wrong_in_the_end(db: None) -> Iterator[None]:
    yield
    assert faults() == []


def test_what_was_not_spent_returns_and_nobody_is_revoked(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    night()
    assert night(SETTLED_OVER - SECOND).spent_over.people == 0
    rehearsed = engine.rehearse(programme=PRAKERJA, now=SETTLED_OVER).spent_over
    done = night(SETTLED_OVER)
    assert rehearsed == done.spent_over == spending.SpentOver(1, 600_000)
    assert (done.revoked, done.returned) == (0, 0)
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.balance, participation.training_balance) == ("bought", 2_550_000, 0)
    entry = Entry.objects.get(person_id=ayu, kind="returned")
    assert (entry.amount, entry.training, entry.occurred_at) == (-600_000, -600_000, OVER)
    assert Event.objects.get(person_id=ayu, kind="training_returned").occurred_at == OVER
    assert not BlacklistEntry.objects.filter(person_id=ayu).exists()
    assert not Event.objects.filter(person_id=budi, kind="training_returned").exists()
    assert night(SETTLED_OVER + DAY).spent_over.people == 0
    assert Act.objects.filter(kind="training_returned").count() == 1


def test_it_waits_for_a_silent_feed(tmp_path: Path) -> None:
    wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), through=DEADLINE)
    assert night(SETTLED_OVER).spent_over.people == 0
    feed(tmp_path, bought(AYU), now=SETTLED_OVER, through=OVER)
    assert night(SETTLED_OVER + SECOND).spent_over.people == 1


@pytest.mark.parametrize(("at", "reason"), [(OVER - SECOND, []), (OVER, ["spending_over"])])
def test_nothing_is_bought_when_spending_is_over(tmp_path: Path, at: datetime, reason: list[str]) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    feed(tmp_path, bought(AYU, at, ref="second"), now=OVER + SECOND)
    assert refusals(tmp_path) == reason
    assert Participation.objects.get(person_id=ayu).training_balance == (600_000 if reason else 200_000)


@pytest.mark.parametrize("price", [300_000, 600_000])
def test_a_purchase_in_time_that_is_told_after_the_return_is_paid(tmp_path: Path, price: int) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    night(SETTLED_OVER)
    feed(tmp_path, bought(AYU, OVER - SECOND, ref="second", price=price), now=SETTLED_OVER + DAY)
    assert refusals(tmp_path) == []
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.balance, participation.training_balance) == (2_550_000, 0)
    sums = dict(Entry.objects.values_list("kind").annotate(Sum("amount")))
    assert (sums["spent"], sums.get("returned", 0)) == (-400_000 - price, -600_000 + price)
    assert Event.objects.get(person_id=ayu, kind="training_committed_again").details == {
        "amount": price,
        "reference": "toko/second",
    }


def test_more_than_returned_is_not_paid(tmp_path: Path) -> None:
    wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    night(SETTLED_OVER)
    feed(tmp_path, bought(AYU, IN_TIME, ref="second", price=600_001), now=SETTLED_OVER + DAY)
    assert refusals(tmp_path) == ["over_balance"]


def test_what_a_purchase_taken_back_puts_back_returns_as_well(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    night(SETTLED_OVER)
    feed(tmp_path, cancelled(AYU, OVER), now=SETTLED_OVER + DAY)
    assert night(SETTLED_OVER + DAY).spent_over == spending.SpentOver(1, 400_000)
    assert Participation.objects.get(person_id=ayu).balance == 2_550_000


def test_a_revocation_undone_after_the_end_leaves_the_books_right(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    night()
    feed(tmp_path, bought(AYU), now=SETTLED_OVER)
    assert night(SETTLED_OVER + SECOND).spent_over == spending.SpentOver(1, 600_000)
    left = Entry.objects.filter(person_id=ayu).aggregate(left=Sum("amount"))["left"]
    assert Participation.objects.get(person_id=ayu).balance == left == 2_550_000


class _Crash(Exception):  # noqa: N818
    pass


def test_it_goes_in_slices_and_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending, "SLICE", 7)
    niks = crowd(tmp_path, 20)
    catalogue(tmp_path)
    feed(tmp_path, *(bought(nik, ref=nik) for nik in niks))
    one, calls = database.one, list[int]()

    def stop_at_the_third(*words: Any) -> tuple[Any, ...] | None:
        calls.append(1)
        if len(calls) == 3:
            raise _Crash
        return one(*words)

    monkeypatch.setattr(database, "one", stop_at_the_third)
    with pytest.raises(_Crash):
        spending.give_back(programme=PRAKERJA, cutoff_at=OVER, now=SETTLED_OVER, actor=ENGINE)
    assert Participation.objects.filter(training_balance=0).count() == 14
    rest = spending.give_back(programme=PRAKERJA, cutoff_at=OVER, now=SETTLED_OVER, actor=ENGINE)
    assert rest == spending.SpentOver(6, 3_600_000)
    assert Participation.objects.filter(training_balance=0, balance=2_550_000).count() == 20
    assert Event.objects.filter(kind="training_returned").count() == 20


def test_an_extension_up_to_the_end_of_spending_lets_people_buy_until_then(tmp_path: Path) -> None:
    wave(AYU)
    catalogue(tmp_path)
    extend(WAVE_10, OVER)
    assert feed(tmp_path, bought(AYU, OVER - SECOND), now=OVER).recorded == 1
    assert night(SETTLED_OVER).spent_over.people == 1
