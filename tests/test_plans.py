"""Every statement is explained by the database: a typo, a missing column or a lost index shows here."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from psycopg.types.json import Jsonb

from tenggat.foundation.sql import Statement
from tests.test_house import IDS, STATEMENTS

MOMENT = datetime(2020, 10, 31, 17, tzinfo=UTC)
PERSON = uuid.UUID(int=1)
_LISTS: dict[str, list[Any]] = {
    "zones": ["Asia/Jakarta"], "taken": ["recorded"],
    "open_zones": ["Asia/Jakarta"], "channels": ["sms"], "states": ["accepted"],
    "steps": ["h-7"], "deadlines": [MOMENT], "not_before": [MOMENT], "expires_at": [MOMENT], "waves": [1],
    "person_id": [PERSON], "wave": [1], "step": ["h-7"], "channel": ["sms"], "deadline_version": [1],
    "state": ["accepted"], "outcome": ["file"], "code": ["A"], "title": ["A"], "institution": ["A"], "price": [1],
    "fingerprints": [PERSON], "households": [PERSON], "people": [PERSON], "numbers": [PERSON], "days": [MOMENT.date()],
    "ciphers": [b"x"], "ids": [PERSON], "totals": [1], "trainings": [1], "unseen": [1], "running": [1],
    "prefixes": ["+62811"],
    "operators": ["A"], "unsendable": ["x"], "trusted": ["+62811"], "others": ["+62811"], "routes": ["sms"],
    "dead": [1], "gateway_id": ["1"], "digest": [b"x"],
    "fate": ["delivered"], "reference": ["x"], "address": ["x"], "at": [MOMENT], "receipts": [1], "stand_ins": ["?"],
    "mark": [1], "submitted_at": [MOMENT],
    "kinds": ["accepted"], "variants": ["calm"], "shares": [0],
    "spending_waves": [1], "spending_ends": [MOMENT], "waves_over": [1],
    "languages": ["id"], "configurations": ["indonesian"], "slugs": ["a"], "places": [0], "topics": ["A"],
    "titles": ["A"], "words": ["a"], "bodies": ["A"],
}  # fmt: skip
_ONE: dict[str, Any] = {
    "wave": 1, "step": "h-7", "state": "accepted", "channel": "sms", "deadline_version": 1, "person_id": PERSON,
    "price": 1, "code": "A", "title": "A", "institution": "A", "sealed": b"x",
    "language": "id", "configuration": "indonesian", "on_day": MOMENT.date(), "first_day": MOMENT.date(),
    "last_day": MOMENT.date(),
}  # fmt: skip
_WORDS = {
    "source", "reference", "reason", "actor", "rule_digest", "zone", "home_zone", "outcome", "route", "kind",
    "only_step", "recipient", "seed", "slug", "stems", "beginnings", "missed",
}  # fmt: skip
_NUMBERS = {"most",
    "kept_lines", "run", "size", "turn", "expected", "number", "version", "limit", "lower", "seen", "upper", "shift",
    "after_wave", "place", "sender", "after_receipt", "prefix_length", "only_wave", "sample",
}  # fmt: skip
_IDS = {"fingerprint", "challenge", "scope", "person", "first_person", "last_person", "after_person", "after"}
_FLAGS = {"skip_if_bought", "personal", "whole_waves", "anew", "once", "helped"}
_UTILITY = ("CREATE", "COPY", "TRUNCATE", "ANALYZE", "SET")


def value(name: str, text: str) -> Any:
    if name in _LISTS and (f"unnest(%({name})s" in text or f"%({name})s::" in text or f"ANY (%({name})s" in text):
        return _LISTS[name]
    if name in _ONE:
        return _ONE[name]
    for names, found in (({"lots"}, b"x"), (_WORDS, "x"), (_NUMBERS, 1), (_IDS, PERSON), (_FLAGS, False)):
        if name in names:
            return found
    return Jsonb({}) if name in {"details", "watermarks", "held_by_wave", "brake"} else _LISTS.get(name, MOMENT)


def parameters(text: str) -> dict[str, Any]:
    import re

    return {name: value(name, text) for name in set(re.findall(r"%\(([a-z_]+)\)s", text))}


@pytest.fixture
def rooms_for_files(db: None) -> None:
    """The temporary tables that some statements work on."""
    with connection.cursor() as cursor:
        for _, statement in STATEMENTS:
            if statement.text.startswith("CREATE TEMPORARY TABLE"):
                cursor.execute(statement.text)


@pytest.mark.usefixtures("rooms_for_files")
@pytest.mark.parametrize("statement", [statement for _, statement in STATEMENTS], ids=IDS)
def test_the_database_can_plan_every_statement(statement: Statement) -> None:
    with connection.cursor() as cursor:
        if statement.text.startswith(_UTILITY):
            if not statement.text.startswith("COPY"):
                cursor.execute(statement.text)
            return
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement.text, parameters(statement.text))
        assert cursor.fetchone()


def plan(room: str, name: str) -> str:
    statement = next(found for place, found in STATEMENTS if (place, found.name) == (room, name))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # few rows here; what matters is that an index can serve
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement.text, parameters(statement.text))
        return json.dumps(cursor.fetchone()[0])


@pytest.mark.usefixtures("rooms_for_files")
@pytest.mark.parametrize(
    ("room", "name", "index"),
    [
        ("journal", "branches", "journal_event_transaction"),
        ("journal", "uncovered", "journal_act_transaction"),
        ("deadlines", "look_ahead", "waves_due"),
        ("deadlines", "revoke_slice", "waves_due"),
        ("deadlines", "next_due", "waves_due"),
        ("deadlines", "standing", "deadlines_apart_once"),
        ("messaging", "claim_due", "messaging_waiting"),
        ("messaging", "expire_overdue", "messaging_waiting"),
        ("messaging", "dead_senders", "messaging_sending"),
        ("messaging", "take_over", "messaging_sending"),
        ("messaging", "tell_named", "messaging_named"),
        ("messaging", "candidates", "messaging_named"),
        ("messaging", "take_inbox", "messaging_inbox"),
        ("registry", "people_by_phone", "registry_person_phone"),
        ("registry", "people_by_email", "registry_person_email"),
        ("accounts", "live_codes", "accounts_live_code"),
        ("accounts", "use_codes", "accounts_live_code"),
        ("accounts", "sent_lately", "accounts_code_address"),
        ("accounts", "due_changes", "accounts_change_due"),
        ("accounts", "forget_codes", "accounts_code_over"),
        ("accounts", "forget_challenges", "accounts_challenge_over"),
        ("accounts", "forget_limits", "accounts_limit_over"),
        ("training", "resolve", "registry_nik_leads_to_one"),
        ("waves", "known_people", "registry_nik_leads_to_one"),
    ],
)
def test_an_index_serves_the_statement_it_was_made_for(room: str, name: str, index: str) -> None:
    assert index in plan(room, name)
