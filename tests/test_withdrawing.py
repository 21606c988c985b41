"""Giving a place back before the deadline: no revocation, no blacklist, and the money returns."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from tenggat.audit.verify import verify
from tenggat.figures.report import report, report_as_of
from tenggat.foundation.actors import Actor
from tenggat.journal.models import Event
from tenggat.messaging.models import Message
from tenggat.registry.actions import ReasonMissing
from tenggat.registry.queries import standing
from tenggat.rules.programme import Programme
from tenggat.rules.values import Dated, Withdrawal
from tenggat.waves.models import HouseholdSeat, Participation
from tenggat.waves.withdrawing import NotWithdrawn, Withdrawn, withdraw
from tests.scene import (
    AYU,
    BUDI,
    DEADLINE,
    IN_TIME,
    NIGHT,
    PRAKERJA,
    SECOND,
    bought,
    catalogue,
    feed,
    join,
    night,
    refusals,
    state_of,
    wave,
)
from tests.sessions import sessions, wait_until_blocked
from tests.test_delivery import remind

pytestmark = pytest.mark.django_db
HERSELF = Actor("participant")
BARRING = replace(PRAKERJA, withdrawals=Dated("withdrawal", ((date(2020, 1, 1), Withdrawal(True, "test")),)))
SILENT = replace(PRAKERJA, withdrawals=Dated("withdrawal", ()))


def leave(
    person: UUID, *, now: datetime = IN_TIME, programme: Programme = PRAKERJA, reason: str = "sudah bekerja"
) -> Withdrawn:
    return withdraw(person_id=person, reason=reason, programme=programme, now=now, actor=HERSELF)


def refused(person: UUID, *, now: datetime = IN_TIME, programme: Programme = PRAKERJA) -> str:
    with pytest.raises(NotWithdrawn) as refusal:
        leave(person, now=now, programme=programme)
    return refusal.value.code


def sound() -> bool:
    return all(check.ok for check in verify(programme=PRAKERJA))


def test_who_gives_the_place_back_is_neither_revoked_nor_barred(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    done = leave(ayu)
    assert (done.returned, done.blacklisted) == (3_550_000, False)
    assert night().revoked == 1
    assert (state_of(ayu), state_of(budi)) == ("withdrawn", "revoked")
    assert not standing(person_id=ayu).blacklisted
    assert sound()


def test_it_is_told_in_the_history_and_in_the_figures() -> None:
    [ayu] = wave(AYU)
    leave(ayu)
    event = Event.objects.get(person_id=ayu, kind="withdrawn")
    assert (event.from_state, event.to_state, event.actor) == ("accepted", "withdrawn", "participant")
    [row] = report(programme=PRAKERJA, now=NIGHT).waves
    assert (row.accepted, row.withdrawn, row.undecided) == (1, 1, 0)
    [then] = report_as_of(programme=PRAKERJA, as_of=IN_TIME).waves
    assert then.withdrawn == 1


def test_nothing_is_sent_to_who_has_left() -> None:
    [ayu] = wave(AYU)
    remind()
    leave(ayu)
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}


def test_the_seat_of_the_family_card_is_free_and_a_later_wave_may_accept_the_person() -> None:
    [ayu] = wave(AYU)
    leave(ayu)
    assert not HouseholdSeat.objects.exists()
    wave(number=11)
    join(AYU, number=11, now=IN_TIME)
    assert set(Participation.objects.values_list("wave", "state")) == {(10, "withdrawn"), (11, "accepted")}
    assert sound()


def test_where_the_programme_says_so_the_person_is_barred() -> None:
    [ayu] = wave(AYU)
    assert leave(ayu, programme=BARRING).blacklisted
    assert (standing(person_id=ayu).blacklisted, standing(person_id=ayu).reason) == (True, "sudah bekerja")


@pytest.mark.parametrize(("now", "code"), [(DEADLINE, "deadline_over"), (NIGHT, "deadline_over")])
def test_after_the_deadline_it_is_too_late(now: datetime, code: str) -> None:
    [ayu] = wave(AYU)
    assert refused(ayu, now=now) == code
    assert leave(ayu, now=DEADLINE - SECOND).returned == 3_550_000


def test_without_a_rule_nobody_can() -> None:
    [ayu] = wave(AYU)
    assert refused(ayu, programme=SILENT) == "no_withdrawal"


def test_who_has_bought_or_left_or_was_never_there_cannot(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    leave(budi)
    assert [refused(person) for person in (ayu, budi, UUID(int=5))] == ["not_accepted"] * 3


def test_a_reason_is_needed() -> None:
    [ayu] = wave(AYU)
    with pytest.raises(ReasonMissing):
        leave(ayu, reason="  ")
    assert state_of(ayu) == "accepted"


def test_a_purchase_told_later_is_refused_by_line(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    leave(ayu)
    feed(tmp_path, bought(AYU))
    assert refusals(tmp_path) == ["unknown_person"]
    assert (state_of(ayu), sound()) == ("withdrawn", True)


@pytest.mark.usefixtures("committed")
def test_a_withdrawal_waits_for_a_purchase_under_way(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    with sessions() as both:
        buying, commit = both.start_and_hold(lambda: feed(tmp_path, bought(AYU)))
        leaving = both.start(lambda: refused(ayu))
        wait_until_blocked(leaving)
        commit()
        assert (buying.result().recorded, leaving.result()) == (1, "not_accepted")
    assert state_of(ayu) == "bought"


@pytest.mark.usefixtures("committed")
def test_a_run_waits_for_a_withdrawal_at_the_last_second() -> None:
    [ayu] = wave(AYU)
    with sessions() as both:
        leaving, commit = both.start_and_hold(lambda: leave(ayu, now=DEADLINE - SECOND))
        running = both.start(night)
        wait_until_blocked(running)
        commit()
        assert (leaving.result().wave, running.result().revoked) == (10, 0)
    assert state_of(ayu) == "withdrawn"
    assert sound()
