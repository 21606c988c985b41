"""What a person sees of themselves: in each state, with one statement, and nobody else's."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenggat.evidence.mine import Mine, NobodyHere, mine
from tenggat.foundation.actors import Actor
from tenggat.reasons.actions import answer
from tenggat.reasons.states import Way
from tenggat.registry.actions import blacklist_add
from tenggat.waves.withdrawing import withdraw
from tests.office import WAVE_10, hold
from tests.scene import (
    ANNOUNCED,
    AYU,
    BUDI,
    DEADLINE,
    IN_TIME,
    KEYS,
    NIGHT,
    OFFICER,
    PRAKERJA,
    SECOND,
    bought,
    catalogue,
    feed,
    night,
    wave,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def look(person: UUID) -> Mine:
    return mine(person_id=person, keys=KEYS)


def kinds(found: Mine) -> list[str]:
    return [happened.kind for happened in found.happened]


def test_who_was_accepted_sees_card_deadline_and_money_and_nobody_elses() -> None:
    ayu, budi = wave(AYU, BUDI)
    found, other = look(ayu), look(budi)
    assert (found.state, found.wave, found.deadline_at) == ("accepted", 10, DEADLINE)
    assert (found.balance, found.training, found.announced_at) == (3_550_000, 1_000_000, ANNOUNCED)
    assert (len(found.card), found.card == other.card) == (16, False)
    assert kinds(found) == ["accepted"]


def test_who_has_bought_sees_what_is_left(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    found = look(ayu)
    assert (found.state, found.training, found.first_purchase_at) == ("bought", 600_000, IN_TIME)
    assert kinds(found)[0] == "bought"
    assert found.happened[0].details["price"] == 400_000


def test_who_was_revoked_sees_as_of_when_it_was_decided() -> None:
    [ayu] = wave(AYU)
    assert not look(ayu).late(DEADLINE - SECOND)
    assert look(ayu).late(DEADLINE)
    night()
    found = look(ayu)
    assert (found.state, found.balance, found.blacklisted) == ("revoked", 0, True)
    assert found.decided_at is not None
    assert not found.late(NIGHT)
    assert "revoked" in kinds(found)


def test_who_is_held_sees_that_nothing_is_decided() -> None:
    [ayu] = wave(AYU)
    hold(WAVE_10, effective=IN_TIME)
    assert look(ayu).held(IN_TIME + SECOND)
    assert "held" in kinds(look(ayu))


def test_who_has_left_sees_it() -> None:
    [ayu] = wave(AYU)
    withdraw(person_id=ayu, reason="kerja", programme=PRAKERJA, now=IN_TIME, actor=Actor("participant"))
    assert (look(ayu).state, kinds(look(ayu))[0]) == ("withdrawn", "withdrawn")


def test_who_was_never_accepted_sees_that_they_take_part_in_nothing() -> None:
    person = blacklist_add(nik=BUDI, reason="ASN", programme=PRAKERJA, keys=KEYS, now=IN_TIME, actor=OFFICER)
    found = look(person)
    assert (found.state, found.card, found.balance, found.blacklisted) == (None, "", 0, True)


def test_nobody_is_told_so() -> None:
    with pytest.raises(NobodyHere):
        look(UUID(int=5))


def test_whether_they_were_asked_what_stops_them_goes_with_the_state() -> None:
    [ayu] = wave(AYU)
    assert (look(ayu).asked_at, look(ayu).reason) == (None, None)
    answer(person_id=ayu, reason="forgot", way=Way.PORTAL, keys=KEYS, now=IN_TIME, actor=OFFICER)
    assert (look(ayu).asked_at, look(ayu).reason) == (IN_TIME, "forgot")
    night()
    assert (look(ayu).asked_at, look(ayu).reason) == (None, None)


def test_it_is_one_statement() -> None:
    [ayu] = wave(AYU)
    with CaptureQueriesContext(connection) as queries:
        look(ayu)
    assert len(queries) == 1
