"""`verify` agrees with an honest history, and names the person where anything in it was changed by hand."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from tenggat.audit.verify import Check, verify
from tenggat.deadlines.reminders import plan_reminders
from tenggat.journal.sealing import seal
from tenggat.messaging.delivery import deliver
from tenggat.messaging.gateways.file import FileGateway
from tenggat.registry.actions import blacklist_remove
from tenggat.registry.models import BlacklistEntry
from tests.scene import (
    AYU,
    BUDI,
    CITRA,
    DEADLINE,
    KEYS,
    NIGHT,
    OFFICER,
    PRAKERJA,
    SECOND,
    WIB,
    bought,
    cancelled,
    catalogue,
    feed,
    night,
    wave,
)

pytestmark = pytest.mark.django_db

DEWI, EKO = (f"317101{day:02d}0195{day:04d}" for day in (14, 15))
CHECKS = ["books", "states", "deadlines", "revoked", "quotas", "messages", "blacklist", "seals"]


@pytest.fixture
def people(tmp_path: Path) -> list[UUID]:
    """One has bought, one is revoked, one is reinstated, one is held, and one has taken a purchase back too late."""
    everyone = wave(AYU, BUDI, CITRA, DEWI, EKO)
    catalogue(tmp_path)
    morning = datetime(2020, 10, 24, 6, tzinfo=WIB)
    plan_reminders(programme=PRAKERJA, now=morning)
    deliver(
        programme=PRAKERJA, keys=KEYS, gateway=FileGateway(tmp_path / "out.jsonl"), now=morning + timedelta(hours=6)
    )
    feed(tmp_path, bought(AYU), bought(DEWI, course="NEW"), bought(EKO), through=DEADLINE)
    night()
    later = NIGHT + timedelta(days=1)
    feed(tmp_path, bought(CITRA, DEADLINE - SECOND), cancelled(EKO, DEADLINE + SECOND), now=later)
    deliver(programme=PRAKERJA, keys=KEYS, gateway=FileGateway(tmp_path / "out.jsonl"), now=later + timedelta(hours=10))
    return everyone


def found() -> dict[str, Check]:
    return {check.name: check for check in verify(programme=PRAKERJA)}


def by_hand(statement: str, *values: Any) -> None:
    """What somebody with the owner's rights could do past every guard."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is checked at a commit has been, before the forgery
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        assert cursor.rowcount > 0
        cursor.execute("SET session_replication_role = origin")


def test_an_honest_history_agrees(people: list[UUID]) -> None:
    checks = found()
    assert list(checks) == CHECKS
    assert [check.detail for check in checks.values() if not check.ok] == []
    assert checks["books"].detail == "all 5 participations"
    assert checks["revoked"].detail == "all 1 people revoked"


def test_an_empty_home_agrees(db: None) -> None:
    assert all(check.ok for check in found().values())


AYU_IS, BUDI_IS, CITRA_IS, DEWI_IS = range(4)
FORGED = [
    ("books", BUDI_IS, "UPDATE ledger_entry SET amount = amount + 1 WHERE kind = 'committed' AND person_id = %s"),
    ("books", AYU_IS, "UPDATE waves_participation SET balance = balance - 1 WHERE person_id = %s"),
    ("books", AYU_IS, "UPDATE training_purchase SET price = price - 1 WHERE person_id = %s"),
    ("books", AYU_IS, "DELETE FROM ledger_entry WHERE kind = 'spent' AND person_id = %s"),
    ("states", AYU_IS, "UPDATE waves_participation SET state = 'completed' WHERE person_id = %s"),
    ("states", CITRA_IS, "DELETE FROM journal_event WHERE kind = 'revoked' AND person_id = %s"),
    ("states", DEWI_IS, "DELETE FROM journal_event WHERE person_id = %s"),
    (
        "deadlines",
        DEWI_IS,
        ("UPDATE waves_participation SET deadline_at = deadline_at - interval '1 s' WHERE person_id = %s"),
    ),
    (
        "deadlines",
        DEWI_IS,
        ("UPDATE waves_participation SET deadline_at = deadline_at + interval '1 s' WHERE person_id = %s"),
    ),
    (
        "revoked",
        BUDI_IS,
        (
            "INSERT INTO training_purchase (person_id, source, reference, wave, course_code, price,"
            " occurred_at, recorded_at, late) SELECT person_id, 'toko', 'X', wave, 'EXCEL', 1,"
            " deadline_at - interval '1 us', deadline_at, false FROM waves_participation"
            " WHERE person_id = %s"
        ),
    ),
    (
        "revoked",
        BUDI_IS,
        (
            "INSERT INTO waves_hold (person_id, wave, reason, reference, effective_at)"
            " SELECT person_id, wave, 'unknown_course', 'toko/1', deadline_at FROM waves_participation"
            " WHERE person_id = %s"
        ),
    ),
    ("revoked", BUDI_IS, "UPDATE waves_participation SET run_id = NULL WHERE person_id = %s"),
    ("revoked", BUDI_IS, "DELETE FROM registry_blacklist_entry WHERE person_id = %s"),
    (
        "revoked",
        CITRA_IS,
        ("UPDATE registry_blacklist_entry SET lifted_at = NULL, lifted_reason = '' WHERE person_id = %s"),
    ),
    ("revoked", DEWI_IS, "DELETE FROM waves_hold WHERE person_id = %s"),
    ("quotas", AYU_IS, "DELETE FROM waves_household_seat WHERE person_id = %s"),
    (
        "messages",
        AYU_IS,
        (
            "UPDATE messaging_message SET sent_at = deadline_at, claimed_at = deadline_at"
            " WHERE step = 'h-7' AND person_id = %s"
        ),
    ),
    ("messages", BUDI_IS, "DELETE FROM messaging_message WHERE step = 'revoked' AND person_id = %s"),
    (
        "messages",
        BUDI_IS,
        (
            "UPDATE messaging_message SET deadline_at = deadline_at + interval '1 day'"
            " WHERE step = 'h-7' AND person_id = %s"
        ),
    ),
    (
        "blacklist",
        AYU_IS,
        (
            "INSERT INTO registry_blacklist_entry (person_id, since_at, source, reason)"
            " SELECT person_id, accepted_at - interval '1 day', 'officer', 'x' FROM waves_participation"
            " WHERE person_id = %s"
        ),
    ),
]


@pytest.mark.parametrize(("check", "who", "statement"), FORGED, ids=[f"{c}-{n}" for n, (c, _, _) in enumerate(FORGED)])
def test_what_was_changed_by_hand_is_found_and_named(people: list[UUID], check: str, who: int, statement: str) -> None:
    by_hand(statement, people[who])
    disagrees = found()[check]
    assert not disagrees.ok
    assert f"first: {people[who]}" in disagrees.detail


def test_a_wave_that_counts_wrongly_is_named(people: list[UUID]) -> None:
    by_hand("UPDATE waves_wave SET accepted = accepted + 1")
    assert "accepted is not what a count gives: 1 (first: wave 10)" in found()["quotas"].detail


def test_an_entry_that_an_officer_lifted_is_no_disagreement(people: list[UUID]) -> None:
    assert BlacklistEntry.objects.filter(person_id=people[BUDI_IS], lifted_at=None).exists()
    later = NIGHT + timedelta(days=2)
    blacklist_remove(nik=BUDI, reason="mistaken", programme=PRAKERJA, keys=KEYS, now=later, actor=OFFICER)
    assert found()["revoked"].ok


def test_rows_that_no_seal_covers_are_told_and_no_fault(people: list[UUID]) -> None:
    assert found()["seals"].detail.startswith("all 0 rows of 0 seals; ")


@pytest.mark.usefixtures("committed")
def test_a_sealed_row_that_was_changed_is_found() -> None:
    ayu, _ = wave(AYU, BUDI)
    assert seal(now=NIGHT)
    assert found()["seals"].ok
    by_hand("UPDATE journal_event SET actor = 'somebody else' WHERE person_id = %s", ayu)
    assert "the rows of seal 1" in found()["seals"].detail
