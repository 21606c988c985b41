"""Two real sessions at once: a purchase and a revocation in every order, and two engines."""

import random
from concurrent.futures import wait
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Count

from tenggat.deadlines import engine
from tenggat.deadlines.models import Run, Slice
from tenggat.journal.models import Event
from tenggat.registry.models import BlacklistEntry
from tenggat.waves.models import Participation
from tests.scene import (
    AYU,
    DEADLINE,
    IN_TIME,
    NIGHT,
    PRAKERJA,
    SECOND,
    bought,
    cancelled,
    catalogue,
    crowd,
    feed,
    night,
    state_of,
    wave,
)
from tests.sessions import sessions, wait_until_blocked

pytestmark = pytest.mark.usefixtures("committed")


def test_a_run_waits_for_a_purchase_that_is_being_recorded(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    with sessions() as both:
        buying, commit = both.start_and_hold(lambda: feed(tmp_path, bought(AYU)))
        running = both.start(night)
        wait_until_blocked(running)
        commit()
        assert (buying.result().recorded, running.result().revoked) == (1, 0)
    assert state_of(ayu) == "bought"


def test_a_purchase_that_comes_while_a_run_revokes_brings_the_person_back(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought("3171011501950099"), now=NIGHT)  # the feed is known, and not what the two wait for
    with sessions() as both:
        running, commit = both.start_and_hold(night)
        buying = both.start(lambda: feed(tmp_path, bought(AYU)))
        wait_until_blocked(buying)
        commit()
        assert (running.result().revoked, buying.result().reinstated) == (1, 1)
    assert state_of(ayu) == "bought"
    assert not BlacklistEntry.objects.filter(person_id=ayu, lifted_at=None).exists()


def test_a_run_waits_for_a_cancellation_that_takes_the_only_purchase_back(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    with sessions() as both:
        early = IN_TIME + timedelta(days=1)
        cancelling, commit = both.start_and_hold(lambda: feed(tmp_path, cancelled(AYU, early), now=early))
        running = both.start(night)
        wait_until_blocked(running)
        commit()
        cancelling.result()
        first = running.result().revoked
    assert first + night(NIGHT + timedelta(minutes=1)).revoked == 1
    assert state_of(ayu) == "revoked"


def test_a_late_purchase_stays_late_whoever_comes_first(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    with sessions() as both:
        buying, commit = both.start_and_hold(lambda: feed(tmp_path, bought(AYU, DEADLINE)))
        running = both.start(night)
        wait_until_blocked(running)
        commit()
        assert (buying.result().refused, running.result().revoked) == (1, 1)
    assert state_of(ayu) == "revoked"


@pytest.mark.parametrize("seed", range(3))
def test_buyers_and_a_run_let_loose_on_each_other_agree_in_the_end(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLICE", 20)
    niks = crowd(tmp_path, 200)
    catalogue(tmp_path)
    buyers = random.Random(seed).sample(niks, 100)
    platforms = {name: buyers[at::2] for at, name in enumerate(("bukalapak", "tokopedia"))}
    for name in platforms:
        (tmp_path / name).mkdir()
    gate = Barrier(3)

    def deliver(name: str) -> None:
        gate.wait()
        for nik in platforms[name]:
            feed(tmp_path / name, bought(nik, DEADLINE - SECOND), source=name)

    def run() -> None:
        gate.wait()
        night()

    with sessions() as all_of_them:
        work = [all_of_them.start(lambda name=name: deliver(name)) for name in platforms]
        work.append(all_of_them.start(run))
        wait(work)
        for each in work:
            each.result()
    night(NIGHT + timedelta(minutes=1))
    assert Participation.objects.filter(state="bought").count() == 100
    assert Participation.objects.filter(state="revoked").count() == 100
    assert BlacklistEntry.objects.filter(lifted_at=None).count() == 100
    assert _unbalanced() == 0


def test_two_engines_at_once_share_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE", 25)
    crowd(tmp_path, 500)
    gate = Barrier(2)

    def run() -> engine.Outcome:
        gate.wait()
        return night()

    with sessions() as both:
        outcomes = [future.result() for future in [both.start(run), both.start(run)]]
    assert Participation.objects.filter(state="revoked").count() == 500
    assert sum(Slice.objects.values_list("revoked", flat=True)) == 500
    assert _doubled() == []
    assert max(outcome.revoked for outcome in outcomes) == 500
    assert Run.objects.filter(state="open").count() == 0


class _Crash(Exception):  # noqa: N818
    pass


def test_a_run_that_was_stopped_is_resumed_with_its_own_cutoff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE", 30)
    crowd(tmp_path, 200)

    def stop_early(done: int, expected: int) -> None:
        if done >= 60:
            raise _Crash

    with pytest.raises(_Crash):
        engine.revoke(programme=PRAKERJA, now=NIGHT, progress=stop_early)
    assert Participation.objects.filter(state="revoked").count() == 60
    outcome = night(NIGHT + timedelta(hours=3))
    assert outcome.revoked == 200
    assert Run.objects.earliest("run_id").cutoff_at == NIGHT - timedelta(hours=2)
    assert Run.objects.filter(state="open").count() == 0
    assert (_doubled(), _unbalanced()) == ([], 0)


def _doubled() -> list[object]:
    """People with more than one revocation in the journal."""
    events = Event.objects.filter(kind="revoked").values("person_id").annotate(times=Count("*"))
    return list(events.filter(times__gt=1))


def _unbalanced() -> int:
    """Participations whose balance is not the sum of their entries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM waves_participation p WHERE balance <>"
            " (SELECT sum(amount) FROM ledger_entry e WHERE e.person_id = p.person_id AND e.wave = p.wave)"
        )
        return int(cursor.fetchone()[0])
