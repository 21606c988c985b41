"""A run that is larger than expected waits for two different people, and the database holds it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tenggat.deadlines import approving, engine
from tenggat.deadlines.models import Run
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Act
from tenggat.registry.actions import NameUnusable
from tenggat.rules.values import Brake, Dated
from tests.scene import AYU, BUDI, NIGHT, OFFICER, PRAKERJA, night, states, wave

pytestmark = pytest.mark.django_db

CAREFUL = replace(
    PRAKERJA, brakes=Dated("brake", ((date(2020, 4, 11), Brake(0, 100, 1, people=1, reference="a test")),))
)


def careful_night() -> engine.Outcome:
    return engine.revoke(programme=CAREFUL, now=NIGHT)


def approve(run: int | None, by: str) -> str:
    assert run is not None
    found, _ = approving.approve(run_id=run, by=by, now=NIGHT, actor=OFFICER)
    return found.state


def test_a_run_that_the_brake_stops_revokes_nobody_until_two_have_approved() -> None:
    wave(AYU, BUDI)
    waiting = careful_night()
    assert (waiting.revoked, waiting.expected, waiting.returned) == (0, 2, 0)
    assert waiting.brake == ["2 people are to be revoked, more than 1"]
    assert careful_night().run == waiting.run  # it still waits, and nothing overtakes it
    assert approve(waiting.run, "Sari Dewi") == "waiting"
    assert careful_night().revoked == 0
    assert approve(waiting.run, "Bambang") == "open"
    done = careful_night()
    assert (done.revoked, done.brake, states()) == (2, [], ["revoked", "revoked"])
    assert [act.details["by"] for act in Act.objects.filter(kind="run_approved").order_by("act_id")] == [
        "Sari Dewi",
        "Bambang",
    ]


@pytest.mark.parametrize("again", ["Sari Dewi", "sari dewi", "  SARI   DEWI ", "SariDewi"])
def test_the_same_person_twice_is_refused(again: str) -> None:
    wave(AYU, BUDI)
    waiting = careful_night()
    approve(waiting.run, "Sari Dewi")
    with pytest.raises(approving.ApprovedBefore):
        approve(waiting.run, again)


@pytest.mark.parametrize(
    ("run", "by", "refusal"),
    [
        (10**9, "Sari", approving.RunUnknown),
        (None, "  ", NameUnusable),
        (None, "x" * 201, NameUnusable),
    ],
)
def test_what_is_no_approval_is_refused(run: int | None, by: str, refusal: type[Refusal]) -> None:
    wave(AYU, BUDI)
    waiting = careful_night()
    with pytest.raises(refusal):
        approve(run or waiting.run, by)


def test_a_long_name_is_a_name() -> None:
    wave(AYU, BUDI)
    assert approve(careful_night().run, "x" * 200) == "waiting"


@pytest.mark.parametrize("half", [True, False])
def test_a_sandbox_answers_the_brake_also_where_it_was_stopped_half_way(*, half: bool) -> None:
    wave(AYU, BUDI)
    waiting = careful_night()
    assert waiting.run is not None
    if half:
        approve(waiting.run, "first sandbox officer")
    approving.answer_brake(run_id=waiting.run, now=NIGHT, actor=OFFICER)
    assert Run.objects.get().approval_set.count() == 2
    assert careful_night().revoked == 2


def test_a_run_that_waits_for_nobody_takes_no_approval() -> None:
    wave(AYU)
    with pytest.raises(approving.RunNotWaiting):
        approve(night().run, "Sari")


def test_a_rehearsal_says_that_the_brake_would_stop_it() -> None:
    wave(AYU, BUDI)
    rehearsal = engine.rehearse(programme=CAREFUL, now=NIGHT)
    assert (rehearsal.revoked, len(rehearsal.brake), Run.objects.count()) == (2, 1, 0)


def test_a_programme_without_a_brake_stops_nothing() -> None:
    wave(AYU, BUDI)
    careless = replace(PRAKERJA, brakes=Dated("brake", ()))
    assert engine.rehearse(programme=careless, now=NIGHT).brake == []
    assert engine.revoke(programme=careless, now=NIGHT).revoked == 2
    assert Run.objects.get().brake == []


def test_an_approved_run_keeps_the_cutoff_that_was_approved() -> None:
    wave(AYU, BUDI)
    waiting = careful_night()
    approve(waiting.run, "Sari")
    approve(waiting.run, "Bambang")
    later = engine.revoke(programme=CAREFUL, now=NIGHT + timedelta(days=3))
    assert (later.revoked, Run.objects.earliest("run_id").cutoff_at) == (2, waiting.cutoff_at)


def test_a_small_run_does_not_wait() -> None:
    wave(AYU)
    assert careful_night().revoked == 1


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE deadlines_run SET state = 'open'",
        "UPDATE deadlines_run SET state = 'closed', closed_at = opened_at",
        """INSERT INTO deadlines_slice (run_id, wave, revoked, returned, recorded_at)
           SELECT run_id, 10, 1, 1, opened_at FROM deadlines_run""",
        """INSERT INTO deadlines_run
                  (state, opened_at, cutoff_at, rule_digest, watermarks, expected, brake, held_by_wave)
           SELECT 'open', opened_at, cutoff_at, '', '{}', 0, '[]', '{}' FROM deadlines_run""",
    ],
)
def test_the_database_itself_holds_a_waiting_run(attempt: str) -> None:
    wave(AYU, BUDI)
    approve(careful_night().run, "Sari")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attempt)


def test_an_approval_is_never_taken_back_or_changed() -> None:
    wave(AYU, BUDI)
    approve(careful_night().run, "Sari")
    for attempt in ("DELETE FROM deadlines_approval", "UPDATE deadlines_approval SET name = 'Budi'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)
