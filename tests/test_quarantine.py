"""A record that cannot be processed is set apart with the reason, and the run goes on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tenggat.deadlines import engine, quarantine
from tenggat.deadlines.approving import answer_brake
from tenggat.deadlines.models import Quarantined, Run
from tenggat.figures.report import report, report_as_of
from tenggat.foundation import sql
from tenggat.journal.models import Act, Event
from tenggat.registry.models import BlacklistEntry
from tenggat.waves.models import Hold, Participation
from tests.scene import (
    AYU,
    BUDI,
    CITRA,
    DEADLINE,
    NIGHT,
    OFFICER,
    PRAKERJA,
    SECOND,
    bought,
    catalogue,
    crowd,
    feed,
    night,
    state_of,
    wave,
)
from tests.sessions import sessions
from tests.spoiling import mend, person, spoil, spoil_everybody, trip, untrip

LATER = NIGHT + timedelta(hours=1)
REFUSED = "refused by planted on ledger_entry: CheckViolation (23514)"


def retry() -> quarantine.Retried:
    return quarantine.retry(now=LATER, actor=OFFICER)


def approved_night(now: datetime = NIGHT) -> engine.Outcome:
    """A run that the brake stops, since a whole wave lapses, and two people let go."""
    waiting = night(now)
    answer_brake(run_id=waiting.run or 0, now=now, actor=OFFICER)
    return night(now)


def apart() -> list[UUID]:
    return [each.person_id for each in quarantine.standing()]


def in_order() -> list[UUID]:
    """Everybody in the order in which a run comes to them."""
    return list(Participation.objects.order_by("deadline_at", "person_id").values_list("person_id", flat=True))


def kinds(who: UUID) -> list[str]:
    return list(Event.objects.filter(person_id=who).order_by("event_id").values_list("kind", flat=True))


@pytest.mark.django_db
def test_one_bad_record_in_2500_does_not_stop_the_night(tmp_path: Path) -> None:
    bad = person(crowd(tmp_path, 2500)[1234])
    spoil("ledger_entry", bad)
    outcome = approved_night()
    assert (outcome.revoked, outcome.held, outcome.quarantined, outcome.due) == (2499, 0, 1, 2500)
    assert outcome.returned == 2499 * 3_550_000
    assert Run.objects.get().state == "closed"
    assert Act.objects.get(kind="run_closed").details["quarantined"] == 1
    [found] = quarantine.standing()
    assert (found.person_id, found.wave, found.run, found.reason) == (bad, 10, outcome.run, REFUSED)
    assert Participation.objects.get(person_id=bad).balance == 3_550_000
    assert not BlacklistEntry.objects.filter(person_id=bad).exists()
    assert kinds(bad) == ["accepted", "quarantined", "held"]
    mend("ledger_entry")
    assert night(LATER).quarantined == 1  # until somebody asks for it, nobody tries again
    assert retry() == quarantine.Retried(released=1, stuck=0)
    again = approved_night(LATER)
    assert (again.revoked, again.quarantined, state_of(bad), apart()) == (1, 0, "revoked", [])


@pytest.mark.parametrize(
    "places",
    [(0,), (199,), (49, 50), (10, 11, 12), (5, 77, 160), tuple(range(0, 200, 7)), tuple(range(40, 110))],
    ids=str,
)
@pytest.mark.django_db
def test_bad_records_are_found_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: tuple[int, ...]
) -> None:
    monkeypatch.setattr(engine, "SLICE", 50)
    crowd(tmp_path, 200)
    bad = [in_order()[place] for place in places]
    spoil("ledger_entry", *bad)
    outcome = night()
    assert (outcome.revoked, outcome.quarantined) == (200 - len(bad), len(bad))
    assert sorted(apart()) == sorted(bad)
    mend("ledger_entry")
    assert retry().released == len(bad)
    assert night(LATER).revoked == len(bad)


@pytest.mark.parametrize("size", [1, 2, 16, 1000])
@pytest.mark.django_db
def test_a_nation_of_bad_records_loses_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(engine, "SLICE", size)
    monkeypatch.setattr(quarantine, "SLICE", size)
    crowd(tmp_path, 40)
    spoil_everybody()
    outcome = night()
    assert (outcome.revoked, outcome.quarantined, outcome.held) == (0, 40, 0)
    assert Run.objects.get().state == "closed"
    mend("ledger_entry")
    assert retry().released == 40
    assert night(LATER).revoked == 40
    assert apart() == []


@pytest.mark.django_db
def test_a_record_that_was_not_mended_is_set_apart_again() -> None:
    wave(AYU, BUDI)
    spoil("ledger_entry", person(AYU))
    night()
    assert retry().released == 1
    assert (night(LATER).quarantined, state_of(person(AYU))) == (1, "accepted")
    assert kinds(person(AYU)) == ["accepted", "quarantined", "held", "hold_lifted", "quarantined", "held"]
    assert [entry.released_at for entry in Quarantined.objects.order_by("quarantine_id")] == [LATER, None]
    assert Act.objects.get(kind="quarantine_retried").details == {"people": 1}


@pytest.mark.django_db
def test_a_rehearsal_counts_the_records_that_would_be_set_apart_and_leaves_nothing() -> None:
    wave(AYU, BUDI)
    spoil("ledger_entry", person(AYU))
    for _ in range(2):
        rehearsal = engine.rehearse(programme=PRAKERJA, now=NIGHT)
        assert (rehearsal.revoked, rehearsal.quarantined, rehearsal.due) == (1, 1, 2)
        assert (Quarantined.objects.count(), Hold.objects.count()) == (0, 0)
    night()
    rehearsal = engine.rehearse(programme=PRAKERJA, now=LATER)
    assert (rehearsal.revoked, rehearsal.quarantined, rehearsal.due) == (0, 1, 1)


@pytest.mark.parametrize("table", ["waves_participation", "journal_event", "waves_hold"])
@pytest.mark.django_db
def test_a_record_that_refuses_even_to_be_marked_is_stepped_over(table: str) -> None:
    wave(AYU, BUDI, CITRA)
    spoil(table, person(AYU))
    if table == "waves_hold":
        spoil("registry_blacklist_entry", person(AYU))
    for outcome in (night(), night(LATER), engine.rehearse(programme=PRAKERJA, now=LATER)):
        assert (outcome.held, outcome.quarantined, state_of(person(AYU))) == (0, 1, "accepted")
    assert (state_of(person(BUDI)), state_of(person(CITRA))) == ("revoked", "revoked")
    assert Quarantined.objects.count() == 1
    mend(table)
    mend("registry_blacklist_entry")
    assert night(LATER).revoked == 1  # it had no mark, so it is decided as soon as that can be
    assert apart() == []
    assert Quarantined.objects.get().released_at == LATER


@pytest.mark.django_db
def test_one_record_that_stays_stuck_does_not_keep_the_others_from_being_retried() -> None:
    wave(AYU, BUDI, CITRA)
    spoil("ledger_entry", person(AYU), person(BUDI), person(CITRA))
    assert night().quarantined == 3
    mend("ledger_entry")
    spoil("waves_participation", person(BUDI))
    assert retry() == quarantine.Retried(released=2, stuck=1)
    assert apart() == [person(BUDI)]
    assert (night(LATER).revoked, state_of(person(BUDI))) == (2, "accepted")


@pytest.mark.parametrize("code", ["53100", "40001", "40P01", "57014", "55P03"])
@pytest.mark.django_db
def test_what_is_nobodys_record_is_no_reason_to_set_anybody_apart(code: str) -> None:
    wave(AYU, BUDI)
    trip(code, "the disk, a lock, a cancellation", person(AYU))
    with pytest.raises(DatabaseError):
        night()
    assert apart() == []
    untrip()
    assert night().revoked == 2


@pytest.mark.parametrize("deferred", [False, True])
@pytest.mark.usefixtures("committed")
def test_a_reason_never_repeats_what_the_database_said_of_the_person(deferred: bool) -> None:
    wave(AYU, BUDI)
    trip("P0001", f"Siti Aminah, {AYU}", person(AYU), deferred=deferred)
    try:
        assert (night().revoked, apart()) == (1, [person(AYU)])
        assert quarantine.standing()[0].reason == "refused: RaiseException (P0001)"
    finally:
        untrip()


@pytest.mark.django_db
def test_what_else_holds_somebody_stays_when_the_record_is_retried(tmp_path: Path) -> None:
    wave(AYU)
    spoil("ledger_entry", person(AYU))
    night()
    mend("ledger_entry")
    feed(tmp_path, bought(AYU, course="UNKNOWN"), now=LATER)
    assert retry().released == 1
    assert (night(LATER).held, state_of(person(AYU))) == (1, "accepted")


@pytest.mark.django_db
def test_a_purchase_in_time_decides_also_whoever_is_apart(tmp_path: Path) -> None:
    wave(AYU)
    catalogue(tmp_path)
    spoil("registry_blacklist_entry", person(AYU))
    assert night().quarantined == 1
    feed(tmp_path, bought(AYU, DEADLINE - SECOND), now=LATER)
    assert (state_of(person(AYU)), apart(), night(LATER).due) == ("bought", [], 0)


@pytest.mark.django_db
def test_the_report_counts_whoever_is_apart_as_held() -> None:
    wave(AYU, BUDI)
    spoil("ledger_entry", person(AYU))
    night()
    for found in (report(programme=PRAKERJA, now=LATER), report_as_of(programme=PRAKERJA, as_of=LATER)):
        assert (found.total.revoked, found.total.held, found.total.undecided) == (1, 1, 0)
        assert found.total.lapse_rate is None


@pytest.mark.usefixtures("committed")
def test_two_engines_at_once_set_each_bad_record_apart_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE", 25)
    crowd(tmp_path, 300)
    bad = [in_order()[place] for place in (3, 30, 31, 150, 299)]
    spoil("ledger_entry", *bad)
    gate = Barrier(2)

    def run() -> engine.Outcome:
        gate.wait()
        return night()

    try:
        with sessions() as both:
            outcomes = [future.result() for future in [both.start(run), both.start(run)]]
    finally:
        mend("ledger_entry")
    assert max(outcome.revoked for outcome in outcomes) == 295
    assert sorted(apart()) == sorted(bad)
    assert (Quarantined.objects.count(), Hold.objects.count()) == (5, 5)
    assert not Run.objects.exclude(state="closed").exists()
    assert (retry().released, night(LATER).revoked) == (5, 5)


class _Crash(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize("place", range(4))
@pytest.mark.usefixtures("committed")
def test_a_run_that_died_while_it_looked_for_bad_records_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr(engine, "SLICE", 20)
    crowd(tmp_path, 60)
    bad = [in_order()[at] for at in (7, 8, 33, 59)]
    spoil("ledger_entry", *bad)
    monkeypatch.setattr(quarantine, "_set_apart", _dying(quarantine._set_apart, after=place))
    try:
        with pytest.raises(_Crash):
            night()
        monkeypatch.undo()
        assert len(apart()) == place
        outcome = night(LATER)
    finally:
        mend("ledger_entry")
    assert (outcome.revoked, outcome.quarantined, sorted(apart())) == (56, 4, sorted(bad))


def _dying(work: Callable[..., int], *, after: int) -> Callable[..., int]:
    calls = list[int]()

    def dies(entry: dict[str, object]) -> int:
        calls.append(1)
        if len(calls) > after:
            raise _Crash
        return work(entry)

    return dies


@pytest.mark.parametrize(
    "attempt",
    [
        "DELETE FROM deadlines_quarantine",
        "UPDATE deadlines_quarantine SET reason = 'nothing'",
        "UPDATE deadlines_quarantine SET released_at = found_at",
        "UPDATE deadlines_quarantine SET released_at = NULL",
        """INSERT INTO deadlines_quarantine (person_id, wave, run_id, reason, found_at)
           SELECT person_id, wave + 1, run_id, reason, found_at FROM deadlines_quarantine""",
    ],
)
@pytest.mark.django_db
def test_what_was_set_apart_stays_on_record(attempt: str) -> None:
    wave(AYU)
    spoil("ledger_entry", person(AYU))
    night()
    retry()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attempt)


def test_the_row_that_is_tried_alone_is_one_that_a_slice_would_take() -> None:
    slices = sql.load("tenggat.deadlines", "revoke.sql")["revoke_slice"].text
    alone = sql.load("tenggat.deadlines", "quarantine.sql")["next_due"].text

    def who(text: str) -> list[str]:
        return text[text.index(" WHERE state") : text.index("LIMIT")].split()

    assert who(alone) == who(slices)
