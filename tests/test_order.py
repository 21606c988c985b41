"""The outcome does not depend on the order in which platforms deliver what happened (I2)."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tenggat.partners.actions import SourceUnusable, known_name
from tenggat.training.models import EarlyCancellation
from tenggat.waves.models import Hold, Participation
from tests.scene import (
    ANNOUNCED,
    AYU,
    BUDI,
    DEADLINE,
    IN_TIME,
    NIGHT,
    SECOND,
    bought,
    cancelled,
    catalogue,
    crowd,
    feed,
    night,
    refusals,
    state_of,
    wave,
)

pytestmark = pytest.mark.django_db
PEOPLE, ORDERS = 25, 4


def stories(dice: random.Random) -> list[list[tuple[str, int, Any]]]:
    """Per person: (kind, number of the purchase, moment) of up to three purchases, some of them taken back."""
    told = []
    for _ in range(PEOPLE):
        events: list[tuple[str, int, Any]] = []
        for number in range(dice.choice((0, 1, 2, 3))):
            at = ANNOUNCED + timedelta(minutes=dice.randint(1, 40_000))
            events.append(("buy", number, at))
            if dice.random() < 0.5:
                events.append(
                    ("cancel", number, min(at + timedelta(minutes=dice.randint(0, 3_000)), DEADLINE - SECOND))
                )
        told.append(events)
    return told


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_order_of_delivery_gives_the_same_states_and_balances(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    niks = crowd(tmp_path, PEOPLE * ORDERS)
    catalogue(tmp_path, price=100_000)
    told = stories(dice)
    for order in range(ORDERS):
        mine = niks[order * PEOPLE : (order + 1) * PEOPLE]
        rows = [
            bought(nik, at, ref=f"{nik[-8:]}-{number}", price=100_000)
            if kind == "buy"
            else cancelled(nik, at, ref=f"{nik[-8:]}-{number}")
            for nik, events in zip(mine, told, strict=True)
            for kind, number, at in events
        ]
        if order:
            dice.shuffle(rows)
        while rows:
            size = dice.choice((1, 5, 20))
            feed(tmp_path, *rows[:size], now=DEADLINE - timedelta(microseconds=1))
            rows = rows[size:]
    night()
    outcomes = [_outcome(niks[order * PEOPLE : (order + 1) * PEOPLE]) for order in range(ORDERS)]
    assert outcomes[1:] == [outcomes[0]] * (ORDERS - 1)
    assert {"bought", "revoked"} <= {state for state, _, _ in outcomes[0]}


def _outcome(niks: list[str]) -> list[tuple[str, int, bool]]:
    from tests.scene import KEYS

    found = {each.person_id: each for each in Participation.objects.all()}
    mine = [found[KEYS.fingerprint("nik", nik)] for nik in niks]
    return [(each.state, each.balance, each.held_until is not None) for each in mine]


def test_a_cancellation_waits_for_its_purchase(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, cancelled(AYU, IN_TIME + SECOND), now=IN_TIME + timedelta(days=1))
    assert refusals(tmp_path) == ["unknown_reference"]
    feed(tmp_path, bought(AYU), now=IN_TIME + timedelta(days=2))
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.balance) == ("accepted", 3_550_000)
    assert feed(tmp_path, bought(AYU), now=IN_TIME + timedelta(days=3)).repeated == 1
    assert EarlyCancellation.objects.count() == 1
    night()
    assert state_of(ayu) == "revoked"


def test_of_two_cancellations_that_come_before_their_purchase_the_earlier_counts(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, cancelled(AYU, DEADLINE + SECOND), cancelled(AYU, IN_TIME + SECOND))
    assert feed(tmp_path, bought(AYU)).recorded == 1
    assert state_of(ayu) == "accepted"


def test_in_one_file_a_cancellation_may_stand_above_its_purchase(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    done = feed(tmp_path, cancelled(AYU, IN_TIME + SECOND), bought(AYU), now=IN_TIME + timedelta(days=1))
    assert (done.recorded, done.refused, state_of(ayu)) == (2, 0, "accepted")


def test_a_file_sent_again_changes_nothing(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    rows = (bought(AYU, NIGHT - timedelta(hours=1), ref="late"), bought(AYU, ref="in time"))
    feed(tmp_path, *rows, now=NIGHT)
    balance = Participation.objects.get(person_id=ayu).balance
    for _ in range(2):
        feed(tmp_path, *rows, now=NIGHT)
        assert refusals(tmp_path) == ["late_before"]
        assert Participation.objects.get(person_id=ayu).balance == balance == 3_150_000


def test_who_had_no_money_left_only_for_what_was_taken_back_waits_for_a_human(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    first, second = bought(AYU, ref="A", price=600_000), bought(AYU, IN_TIME + SECOND, ref="B", price=600_000)
    feed(tmp_path, first, second, now=IN_TIME + timedelta(days=1))
    assert refusals(tmp_path) == ["over_balance"]
    feed(tmp_path, cancelled(AYU, IN_TIME + SECOND, ref="A"), now=IN_TIME + timedelta(days=2))
    assert night().held == 1
    feed(tmp_path, second, now=NIGHT)
    assert (state_of(ayu), Participation.objects.get(person_id=ayu).held_until) == ("bought", None)


def test_what_could_never_be_bought_holds_nobody(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, price=1_000_001))
    assert Hold.objects.count() == 0
    night()
    assert state_of(ayu) == "revoked"


def test_an_unknown_course_that_was_taken_back_in_time_holds_nobody(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    feed(tmp_path, bought(AYU), now=IN_TIME + SECOND)
    feed(tmp_path, cancelled(AYU, IN_TIME + SECOND), now=IN_TIME + timedelta(days=1))
    night()
    assert state_of(ayu) == "revoked"


def test_rows_that_stand_a_thousand_times_are_one(tmp_path: Path) -> None:
    [ayu, _] = wave(AYU, BUDI)
    catalogue(tmp_path)
    done = feed(tmp_path, *[bought(AYU)] * 1000, *[bought(BUDI, ref=f"R-{AYU[-4:]}")] * 500)
    assert (done.recorded, done.repeated, done.refused) == (1, 999, 500)
    assert set(refusals(tmp_path)) == {"reference_taken"}
    assert Participation.objects.get(person_id=ayu).training_balance == 600_000


def test_one_platform_has_one_name(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    assert feed(tmp_path, bought(AYU), source="Pintar").recorded == 1
    for spelled in (" pintar", "PINTAR  "):
        assert feed(tmp_path, bought(AYU), source=spelled).repeated == 1
    for unusable in (" ", "a\x07", "x" * 101):
        with pytest.raises(SourceUnusable, match="printable"):
            known_name(source=unusable)
    assert Participation.objects.get(person_id=ayu).training_balance == 600_000
