"""One person accepted alone comes out as the same rows as one row of a file."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from tenggat.foundation.refusals import Refusal
from tenggat.registry.actions import blacklist_add
from tenggat.waves.actions import accept, announce_wave
from tenggat.waves.models import Participation
from tenggat.waves.tests.people import (
    ACCEPTED, ANNOUNCED, KEYS, OFFICER, kk, nik, people_file, person, prakerja, reasons, taken_in, wave,
)  # fmt: skip

pytestmark = pytest.mark.django_db

ROWS: list[dict[str, str]] = [
    person(1),
    person(2, kk=kk(1)),
    person(3, kk=kk(1)),
    person(4, nik="317101"),
    person(5, kk="12"),
    person(1, kk=kk(6)),
    person(7, phone="12", email="a@b"),
    person(8, birth_date="1991-01-02", province="91"),
    person(9, nik=nik(9)[:6] + "." + nik(9)[6:], name="Siti\nAminah"),
    person(10),
    person(11),
    person(12),
    person(13),
]
RANDOM = {"registry_person": {"identity_cipher"}, "waves_participation": {"card_cipher"}, "waves_card": {"number_fingerprint"}}
TABLES = (
    "registry_person", "registry_nikkey", "waves_participation", "waves_card", "waves_household_seat",
    "ledger_entry", "journal_event", "waves_wave",
)  # fmt: skip


def everything() -> dict[str, list[str]]:
    """Every row of every table as text, without what is random or drawn from a sequence."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column.name for column in cursor.description]
            left_out = RANDOM.get(table, set()) | {"event_id", "entry_id"}
            rows = [[f"{n}={v}" for n, v in zip(names, row, strict=True) if n not in left_out] for row in cursor]
            found[table] = sorted(map(str, rows))
    return found


def before() -> None:
    wave(quota=7)
    announce_wave(number=9, at=ANNOUNCED, programme=prakerja(), now=ANNOUNCED, actor=OFFICER)
    blacklist_add(nik=nik(10), reason="fraud", programme=prakerja(), keys=KEYS, now=ACCEPTED, actor=OFFICER)


def alone(cells: dict[str, str], **options: Any) -> str | UUID:
    usual = {"wave": 9, "programme": prakerja(), "keys": KEYS, "now": ACCEPTED, "actor": OFFICER}
    try:
        return accept(**cells, **(usual | options)).person_id
    except Refusal as refusal:
        return refusal.code


def test_the_rows_of_a_file_one_by_one_come_out_as_the_file_does(tmp_path: Path) -> None:
    with transaction.atomic():
        before()
        listed = [reason for _, reason in reasons(taken_in(people_file(tmp_path, *ROWS), chunk_size=3))]
        by_file = everything()
        transaction.set_rollback(True)
    before()
    answers = [alone(cells) for cells in ROWS]
    assert [code for code in answers if isinstance(code, str)] == listed
    assert everything() == by_file
    assert set(listed) == {
        "household_full", "nik_length", "kk_length", "repeated", "blacklisted", "quota_full",
    }  # fmt: skip


def test_somebody_accepted_after_the_announcement_has_its_deadline() -> None:
    before()
    alone(person(1))
    taking_part = Participation.objects.get()
    assert (taking_part.deadline_at, taking_part.deadline_version) == (taking_part.wave.deadline_at, 1)


def test_somebody_cannot_be_accepted_into_a_wave_that_is_not_open() -> None:
    assert alone(person(1)) == "wave_unknown"


def test_who_left_a_wave_or_became_somebody_else_is_refused_alone_too() -> None:
    before()
    wave(10)
    alone(person(1))
    Participation.objects.update(state="withdrawn", ended_at=ACCEPTED)
    assert alone(person(1)) == "left_this_wave"
    assert alone(person(1, birth_date="1991-05-05", kk=kk(2)), wave=10) == "identity_conflict"
    assert alone(person(1), wave=10) == KEYS.fingerprint("nik", nik(1))
