"""Two real sessions at once: a purchase and a revocation in every order, and two engines."""

import random
from concurrent.futures import wait
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Count

from tenggat.deadlines import audit, engine
from tenggat.deadlines.models import Run, Slice
from tenggat.deadlines.scopes import Scope
from tenggat.foundation.actors import ENGINE
from tenggat.journal.models import Act, Event
from tenggat.registry.models import BlacklistEntry
from tenggat.waves.models import Participation
from tests.office import DAY, extend
from tests.scene import (
    AYU,
    BUDI,
    CITRA,
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
        work = [all_of_them.start(partial(deliver, name)) for name in platforms]
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


def _left_for_the_hold(folder: Path) -> UUID:
    """Ayu bought what nobody knows and is held; Budi bought nothing."""
    ayu, _ = wave(AYU, BUDI)
    catalogue(folder)
    feed(folder, bought(AYU, course="UNKNOWN"))
    return ayu


def _lift_the_hold(person: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE waves_hold SET lifted_at = effective_at WHERE person_id = %s", [person])
        cursor.execute("UPDATE waves_participation SET held_until = NULL WHERE person_id = %s", [person])


def test_a_run_closes_with_everybody_whom_another_engine_revoked_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ayu = _left_for_the_hold(tmp_path)
    check, looks = audit.check, list[int]()

    def lifted_behind_the_audit(run: Run, found: audit.Findings) -> None:
        check(run, found)
        looks.append(run.run_id)
        if len(looks) == 1:  # another engine finds Ayu due between our audit and our closing
            _lift_the_hold(ayu)
            outlook = engine.look_ahead(programme=PRAKERJA, now=NIGHT, cutoff_at=run.cutoff_at)
            beside = engine._Slices(run.run_id, outlook, PRAKERJA, now=NIGHT, actor=ENGINE)
            assert list(beside.revoked()) == [1]

    monkeypatch.setattr(audit, "check", lifted_behind_the_audit)
    outcome = night()
    assert (outcome.revoked, len(looks)) == (2, 2)  # it was audited once more before it closed
    assert Act.objects.get(kind="run_closed").details["revoked"] == 2


def test_nobody_is_alarmed_by_somebody_whom_another_engine_has_revoked_since_the_audit_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ayu = _left_for_the_hold(tmp_path)
    look, escaped = audit.look, list[int]()

    def behind_the_look(run: Run) -> audit.Findings:
        if not escaped:
            _lift_the_hold(ayu)
        found = look(run)
        escaped.append(found.escaped)
        if len(escaped) == 1:  # another engine finds Ayu due before we do
            outlook = engine.look_ahead(programme=PRAKERJA, now=NIGHT, cutoff_at=run.cutoff_at)
            beside = engine._Slices(run.run_id, outlook, PRAKERJA, now=NIGHT, actor=ENGINE)
            assert list(beside.revoked()) == [1]
        return found

    monkeypatch.setattr(audit, "look", behind_the_look)
    assert night().revoked == 2
    assert escaped == [1, 0, 0]


def test_an_engine_that_comes_to_a_closed_run_leaves_it_alone(tmp_path: Path) -> None:
    ayu = _left_for_the_hold(tmp_path)
    assert night().revoked == 1
    stale = Run.objects.get()
    _lift_the_hold(ayu)
    late = engine._finish(stale, PRAKERJA, now=NIGHT, actor=ENGINE, progress=lambda done, expected: None)
    assert (late.revoked, late.closed_here, state_of(ayu)) == (1, False, "accepted")
    assert night().revoked == 1
    assert state_of(ayu) == "revoked"


def test_a_run_is_not_closed_while_a_slice_of_it_is_under_way(tmp_path: Path) -> None:
    ayu = _left_for_the_hold(tmp_path)
    night()
    with connection.cursor() as cursor:  # as if it had not been closed yet
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE deadlines_run SET state = 'open', closed_at = NULL")
        cursor.execute("SET session_replication_role = origin")
    _lift_the_hold(ayu)
    run = Run.objects.get()
    outlook = engine.look_ahead(programme=PRAKERJA, now=NIGHT, cutoff_at=run.cutoff_at)
    beside = engine._Slices(run.run_id, outlook, PRAKERJA, now=NIGHT, actor=ENGINE)
    with sessions() as both:
        slicing, commit = both.start_and_hold(lambda: list(beside.revoked()))
        outcome = engine.Outcome(run.run_id, run.cutoff_at, held=0, silent=[], expected=0, quarantined=0)
        audited = engine._totals(run)
        closing = both.start(lambda: engine._closed(run, outcome, outlook, audited, now=NIGHT, actor=ENGINE))
        wait_until_blocked(closing)
        assert not closing.done()
        commit()
        assert (slicing.result(), closing.result()) == ([1], False)
    assert Run.objects.get().state == "open"


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


def test_whoever_resumes_a_run_goes_on_to_whom_is_due_since_and_tells_of_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE", 1)
    wave(AYU, BUDI)
    wave(CITRA, number=11)
    extend(Scope(wave=11), DEADLINE + DAY)

    def stop_at_once(done: int, expected: int) -> None:
        raise _Crash

    with pytest.raises(_Crash):
        engine.revoke(programme=PRAKERJA, now=NIGHT, progress=stop_at_once)
    outcome = night(NIGHT + DAY)
    assert (outcome.by_wave, outcome.returned) == ({10: 2, 11: 1}, 3 * 3_550_000)
    assert Run.objects.filter(state="closed").count() == 2


def test_a_run_looks_again_until_a_fresh_look_finds_nobody(tmp_path: Path) -> None:
    wave(AYU, BUDI, CITRA)
    feed(tmp_path, *[bought(nik, course="UNKNOWN") for nik in (AYU, BUDI, CITRA)])
    first, second, third = Participation.objects.order_by("person_id").values_list("person_id", flat=True)
    _lift_the_hold(third)
    run = engine._open_run(PRAKERJA, now=NIGHT)
    outlook = engine.look_ahead(programme=PRAKERJA, now=NIGHT)
    slices = engine._Slices(run.run_id, outlook, PRAKERJA, now=NIGHT, actor=ENGINE).revoked()
    assert next(slices) == 1
    _lift_the_hold(second)  # each comes due behind the place that the run has reached
    assert next(slices) == 2
    _lift_the_hold(first)
    assert list(slices) == [3]


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
