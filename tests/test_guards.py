"""The database itself refuses each wrong state, tried with raw SQL; a guard without an attempt fails here."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import Error

from tenggat.accounts import models as accounts
from tenggat.deadlines.models import Approval, Decision, Quarantined, Release, Run
from tenggat.foundation.models import Installation
from tenggat.help.actions import load as help_load
from tenggat.help.models import Missed, Opinion
from tenggat.journal.models import Seal
from tenggat.messaging import models
from tenggat.reasons import models as why
from tenggat.waves.actions import open_wave
from tests.attempts import ATTEMPTS, Attempt
from tests.office import DAY
from tests.scene import AYU, BUDI, CITRA, NIGHT, OFFICER, SETTLED, bought, cancelled, catalogue, feed, night, wave

_DEWI = "3171011401950014"

# Keys that the database itself counts up say nothing about the world, and are left out.
_GUARDS = """
SELECT conrelid::regclass::text, conname
  FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u', 'x', 'f', 'p')
   AND NOT (contype = 'p' AND EXISTS (SELECT FROM pg_attribute AS part
                                       WHERE part.attrelid = conrelid AND part.attnum = ANY (conkey)
                                         AND (part.attidentity <> '' OR part.atthasdef)))
 UNION ALL
SELECT indrelid::regclass::text, indexrelid::regclass::text
  FROM pg_index JOIN pg_class AS its_table ON its_table.oid = indrelid
 WHERE indisunique AND its_table.relnamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
 UNION ALL
SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal
"""
_TRIGGERS = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass"


def _rows(statement: str, *parameters: Any) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_every_guard_is_tried() -> None:
    guards = {(table, _short(name)) for table, name in _rows(_GUARDS) if not table.startswith("django_")}
    assert guards == {(table, name) for table, its_guards in ATTEMPTS.items() for name in its_guards}


def _short(name: str) -> str:
    """Without the digest that Django gives to the names of foreign keys."""
    return re.sub(r"_(?:id_)?[0-9a-f]{8}_fk_.*", "", name)


@pytest.fixture
def everything(tmp_path: Path, db: None) -> None:
    """A row in each table: Ayu has bought, Budi and Dewi are revoked, Citra is held."""
    wave(AYU, BUDI, CITRA, _DEWI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), bought(CITRA, course="UNKNOWN"), cancelled(CITRA, SETTLED, ref="early"))
    night()
    open_wave(number=11, quota=5, now=NIGHT, actor=OFFICER)
    Release.objects.create(run=Run.objects.get(), to_wave_id=11, seats=1, released_at=NIGHT, actor="officer:test")
    citra = _rows("SELECT person_id, wave FROM waves_participation WHERE state = 'accepted'")[0][0]
    Quarantined.objects.create(person_id=citra, wave=10, run=Run.objects.get(), reason="refused", found_at=NIGHT)
    Approval.objects.create(run=Run.objects.get(), name="Sari", person="sari", approved_at=NIGHT)
    terms = {"effective_at": NIGHT, "until_at": NIGHT + DAY, "decided_at": NIGHT, "reason": "ill", "decided_by": "Sari"}
    Decision.objects.create(kind="hold", scope="person", person_id=citra, **terms)
    Installation.objects.create(programme="prakerja", sandbox=True, key_check="x", created_at=NIGHT)
    Seal.objects.create(seal_id=1, previous="", snapshot="1", rows=0, branches=b"", acts=b"", root="", sealed_at=NIGHT,
                        digest="one")  # fmt: skip
    _messages_and_gateways()
    _accounts()
    _help()
    _asked_why(citra)
    _settle()


def _messages_and_gateways() -> None:
    message = models.Message.objects.all()[0]
    key = {name: getattr(message, name) for name in ("person_id", "wave", "step", "channel", "deadline_version")}
    models.Attempt.objects.create(**key, attempt=1, route="a", outcome="busy", code="8", began_at=NIGHT, ended_at=NIGHT)
    models.Sender.objects.create(route="a", began_at=NIGHT)
    models.Allowance.objects.create(route="a", tokens=1, filled_at=1, day=NIGHT.date(), taken=0)
    models.ReceiptRow.objects.create(digest=b"one", route="a", gateway_id="1", fate="read", code="", received_at=NIGHT)
    models.Switch.objects.create(kind="step", name="h-7", since_at=NIGHT, by="Sari", reason="a wrong text")
    models.Suppression.objects.create(fingerprint=message.person_id, since_at=NIGHT, reason="asked")


def _accounts() -> None:
    person, day = models.Message.objects.all()[0].person_id, {"asked_at": NIGHT, "expires_at": NIGHT + DAY}
    accounts.Code.objects.create(
        code_id=person, scope=person, address=person, digest=person, digits=6, sent_at=NIGHT, expires_at=NIGHT + DAY
    )
    ids = {"challenge_id": person, "scope": person, "address": person, "bucket": person}
    accounts.Challenge.objects.create(**ids, **day, purpose="sign_in", channel="sms", known_device=False, sealed=b"x")
    accounts.Limit.objects.create(kind="ask", fingerprint=person, count=1, until_at=NIGHT)
    accounts.Session.objects.create(
        session_key="x", session_data="{}", expire_date=NIGHT + DAY, person_id=person, began_at=NIGHT, seen_at=NIGHT,
        device="", brief=False,
    )  # fmt: skip
    proven = {"proven_at": NIGHT, "steady_since_at": NIGHT, "last_used_at": NIGHT}
    accounts.Contact.objects.create(person_id=person, channel="sms", fingerprint=person, **proven)
    accounts.Change.objects.create(
        change_id=person, person_id=person, channel="sms", sealed=b"x", approval=person, proof=person, asked_at=NIGHT
    )


def _help() -> None:
    help_load()
    Opinion.objects.create(language="id", slug="a", on=NIGHT.date(), helped=True, times=1)
    Missed.objects.create(language="id", text="a", on=NIGHT.date(), times=1)


def _asked_why(person: str) -> None:
    why.Question.objects.create(
        person_id=person, wave=10, occasion="before", link_id=person, asked_at=NIGHT, asked_by="portal",
        answered_at=NIGHT, answered_by="portal", reason="forgot",
    )  # fmt: skip
    drawn = why.Sample.objects.create(wave=10, drawn_at=NIGHT, drawn_by="Sari", among=1)
    why.Sampled.objects.create(sample_id=drawn.sample_id, place=1, person_id=person, wave=10)


def _settle() -> None:
    """What is checked when a transaction ends, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _refusal(attempt: Attempt) -> Error | None:
    """What the database says to it; nothing of it stays."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in attempt.statements.split("; "):
                cursor.execute(statement)
                changed = cursor.rowcount
            _settle()
            assert changed, f"{attempt.statements}: there was no row to try it with"
            transaction.set_rollback(True)
    except DatabaseError as error:
        return error.__cause__ if isinstance(error.__cause__, Error) else None
    return None


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("table", ATTEMPTS)
def test_a_wrong_state_is_refused(table: str) -> None:
    triggers = dict(_rows(_TRIGGERS, table))
    for guard, attempts in ATTEMPTS[table].items():
        for attempt in attempts:
            refusal = _refusal(attempt)
            assert refusal is not None, f"{guard} lets this through: {attempt.statements}"
            assert refusal.sqlstate == attempt.sqlstate, (guard, attempt.statements, str(refusal))
            if guard not in triggers:
                assert _short(refusal.diag.constraint_name or "") == guard, (attempt.statements, str(refusal))
        if guard in triggers:
            _refuses_alone(table, guard, triggers[guard], attempts)


def _refuses_alone(table: str, guard: str, definition: str, attempts: tuple[Attempt, ...]) -> None:
    """A trigger does not sign what it refuses: without it the same attempts get through, so it was this one."""
    for operation in ("UPDATE", "DELETE", "TRUNCATE", "INSERT"):
        if re.search(rf"(BEFORE|AFTER|OR) {operation}\b", definition):
            assert any(attempt.statements.split("; ")[-1].startswith(operation) for attempt in attempts), (
                f"{guard} is not tried with {operation}"
            )
    with _taken_back():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        for attempt in attempts:
            refusal = _refusal(attempt)
            if not attempt.statements.startswith("TRUNCATE"):  # empties other tables as well, which have their guards
                assert refusal is None, (guard, attempt.statements, str(refusal))
