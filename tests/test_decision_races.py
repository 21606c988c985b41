"""Holds and extensions in one session, a run, a purchase or an import in another: right whoever comes first."""

from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import transaction

from tenggat.deadlines import audit, deciding, engine
from tenggat.deadlines.models import Run
from tenggat.deadlines.reminders import plan_reminders
from tenggat.deadlines.scopes import Scope
from tenggat.messaging.models import Message
from tenggat.registry.models import BlacklistEntry
from tenggat.waves.models import Hold, Participation
from tests.office import BEFORE, DAY, NEXT_WEEK, WAVE_10, extend, faults, hold, lift
from tests.scene import (
    AYU,
    BUDI,
    DEADLINE,
    H7_ALONE,
    IN_TIME,
    NIGHT,
    PRAKERJA,
    SECOND,
    WIB,
    bought,
    catalogue,
    crowd,
    feed,
    join,
    night,
    state_of,
    wave,
)
from tests.sessions import sessions, wait_until_blocked
from tests.test_sending import Scripted, send

pytestmark = pytest.mark.usefixtures("committed")

MORNING = datetime(2020, 10, 24, 6, tzinfo=WIB)
"""Of H-7."""


@pytest.fixture(autouse=True)
def _nothing_is_wrong_in_the_end(committed: None) -> Iterator[None]:
    yield
    assert faults() == []


@pytest.mark.parametrize("of_the_wave", [True, False])
def test_a_run_waits_for_a_hold_that_is_being_decided(*, of_the_wave: bool) -> None:
    [ayu] = wave(AYU)
    with sessions() as both:
        scope = WAVE_10 if of_the_wave else Scope(person_id=ayu)
        holding, commit = both.start_and_hold(lambda: hold(scope, now=NIGHT))
        running = both.start(night)
        wait_until_blocked(running)
        assert not running.done()
        commit()
        assert (holding.result().affected, running.result().revoked) == (1, 0)
    assert state_of(ayu) == "accepted"


def test_a_run_that_waits_for_a_decision_about_a_wave_has_nobody_of_it_in_hand() -> None:
    """Else the decision would come to them and wait for the run, which waits for the decision."""
    [ayu] = wave(AYU)
    with sessions() as both:
        begun, commit = both.start_and_hold(lambda: deciding._lock_waves(WAVE_10))
        running = both.start(night)
        wait_until_blocked(running)
        assert not running.done()
        with transaction.atomic():
            assert Participation.objects.select_for_update(nowait=True).get(person_id=ayu).state == "accepted"
        commit()
        begun.result()
        assert running.result().revoked == 1


@pytest.mark.parametrize("of_the_wave", [True, False])
def test_a_hold_waits_for_a_run_that_is_revoking_and_brings_the_person_back(*, of_the_wave: bool) -> None:
    [ayu] = wave(AYU)
    with sessions() as both:
        scope = WAVE_10 if of_the_wave else Scope(person_id=ayu)
        running, commit = both.start_and_hold(night)
        holding = both.start(lambda: hold(scope, now=NIGHT))
        wait_until_blocked(holding)
        assert not holding.done()
        commit()
        assert (running.result().revoked, holding.result().reinstated) == (1, 1)
    assert (state_of(ayu), Participation.objects.get(person_id=ayu).balance) == ("accepted", 3_550_000)
    assert not BlacklistEntry.objects.filter(lifted_at=None).exists()
    assert night(NIGHT + DAY).held == 1


def test_an_extension_and_a_run_agree_whoever_comes_first() -> None:
    [ayu] = wave(AYU)
    with sessions() as both:
        running, commit = both.start_and_hold(night)
        extending = both.start(lambda: extend(WAVE_10, now=NIGHT))
        wait_until_blocked(extending)
        commit()
        assert (running.result().revoked, extending.result().reinstated) == (1, 1)
    found = Participation.objects.get(person_id=ayu)
    assert (found.state, found.deadline_at, found.deadline_version) == ("accepted", NEXT_WEEK, 2)


def test_an_extension_waits_for_a_purchase_that_is_too_late_and_counts_it(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    with sessions() as both:
        late = DEADLINE + SECOND
        buying, commit = both.start_and_hold(lambda: feed(tmp_path, bought(AYU, late)))
        extending = both.start(lambda: extend(Scope(person_id=ayu), now=NIGHT))
        wait_until_blocked(extending)
        commit()
        assert (buying.result().refused, extending.result().affected) == (1, 1)
    assert (state_of(ayu), Participation.objects.get(person_id=ayu).first_purchase_at) == ("bought", late)


def test_a_purchase_waits_for_an_extension_and_is_in_time(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    with sessions() as both:
        extending, commit = both.start_and_hold(lambda: extend(WAVE_10, now=NIGHT))
        buying = both.start(lambda: feed(tmp_path, bought(AYU, DEADLINE + SECOND)))
        wait_until_blocked(buying)
        commit()
        assert (extending.result().affected, buying.result().recorded) == (1, 1)
    assert state_of(ayu) == "bought"


def test_whoever_is_accepted_while_a_wave_is_extended_gets_the_new_deadline() -> None:
    [ayu] = wave(AYU)
    with sessions() as both:
        extending, commit = both.start_and_hold(lambda: extend(WAVE_10, effective=IN_TIME))
        accepting = both.start(lambda: join(BUDI, now=IN_TIME))
        wait_until_blocked(accepting)
        commit()
        extending.result()
        budi = accepting.result()
    found = Participation.objects.filter(person_id__in=[ayu, budi]).values_list("deadline_at", "deadline_version")
    assert set(found) == {(NEXT_WEEK, 2)}


def test_whoever_is_accepted_before_a_wave_is_held_is_held() -> None:
    wave(AYU)
    with sessions() as both:
        accepting, commit = both.start_and_hold(lambda: join(BUDI, now=BEFORE))
        holding = both.start(lambda: hold(WAVE_10))
        wait_until_blocked(holding)
        commit()
        accepting.result()
        assert holding.result().affected == 2
    assert night().held == 2


def test_a_hold_is_not_lifted_while_a_run_carries_it_out_again() -> None:
    wave(AYU)
    standing = hold(WAVE_10, effective=IN_TIME)
    join(BUDI, now=IN_TIME + DAY)
    with sessions() as both:
        running, commit = both.start_and_hold(night)
        lifting = both.start(lambda: lift(standing, now=NIGHT))
        wait_until_blocked(lifting)
        assert not lifting.done()
        commit()
        assert (running.result().held, lifting.result().affected) == (2, 2)
    assert night(NIGHT + SECOND).revoked == 2


@pytest.mark.parametrize("seed", range(3))
def test_a_hold_let_loose_on_a_run_leaves_nobody_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(engine, "SLICE", 20)
    crowd(tmp_path, 300)
    gate = Barrier(2)

    def decide() -> None:
        gate.wait()
        for _ in range(seed):  # so that it comes at another slice each time
            Participation.objects.count()
        hold(WAVE_10, now=NIGHT)

    def run() -> None:
        gate.wait()
        night()

    with sessions() as both:
        work = [both.start(decide), both.start(run)]
        wait(work)
        for each in work:
            each.result()
    assert Participation.objects.filter(state="accepted", balance=3_550_000, held_until=NEXT_WEEK).count() == 300
    assert Hold.objects.filter(lifted_at=None).count() == 300
    assert not BlacklistEntry.objects.filter(lifted_at=None).exists()
    assert audit.look(Run.objects.latest("run_id")) == audit.Findings()


@pytest.mark.parametrize("of_the_wave", [True, False])
def test_an_extension_waits_for_reminders_that_are_being_planned_and_cancels_them(*, of_the_wave: bool) -> None:
    [ayu] = wave(AYU)
    with sessions() as both:
        planning, commit = both.start_and_hold(lambda: plan_reminders(programme=H7_ALONE, now=MORNING))
        extending = both.start(lambda: extend(WAVE_10 if of_the_wave else Scope(person_id=ayu), effective=MORNING))
        wait_until_blocked(extending)
        assert not extending.done()
        commit()
        assert (planning.result().messages["h-7"], extending.result().affected) == (1, 1)
    assert list(Message.objects.values_list("deadline_version", "state")) == [(1, "cancelled")]


def test_reminders_wait_for_an_extension_that_is_being_decided_and_name_its_deadline() -> None:
    [ayu] = wave(AYU)
    with sessions() as both:
        extending, commit = both.start_and_hold(
            lambda: extend(Scope(person_id=ayu), DEADLINE + SECOND, effective=MORNING)
        )
        planning = both.start(lambda: plan_reminders(programme=H7_ALONE, now=MORNING + DAY))
        commit()
        assert extending.result().affected == 1
        planned = planning.result().messages["h-7"]
    # Who looked for deadlines just before the new one was there leaves it to the next look, a minute later.
    planned += plan_reminders(programme=H7_ALONE, now=MORNING + DAY).messages["h-7"]
    assert planned == 1
    assert list(Message.objects.values_list("deadline_version", "deadline_at")) == [(2, DEADLINE + SECOND)]


def test_who_buys_while_the_reminder_is_being_planned_does_not_get_it(tmp_path: Path) -> None:
    """The purchase cannot see what is not committed, and the planning cannot see the purchase: the sender sees both."""
    last_day = replace(PRAKERJA.step("last-day"), since=None)
    programme = replace(PRAKERJA, steps=(last_day, *(step for step in PRAKERJA.steps if not step.by_days)))
    at = DEADLINE - timedelta(hours=15)
    catalogue(tmp_path)
    wave(AYU, BUDI)
    with sessions() as both:
        planning, commit = both.start_and_hold(lambda: plan_reminders(programme=programme, now=at))
        assert both.start(lambda: feed(tmp_path, bought(AYU), now=at)).result().recorded == 1
        commit()
        assert planning.result().messages["last-day"] == 2
    assert send(Scripted(), now=at + timedelta(minutes=5)).accepted == 1
