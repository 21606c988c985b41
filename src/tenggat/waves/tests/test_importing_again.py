"""People who are known already: who comes back as the same person, and who is left to a human."""

from pathlib import Path

import pytest

from tenggat.journal.models import Event
from tenggat.ledger.models import Entry
from tenggat.registry.models import NikKey, Person
from tenggat.waves.models import Card, HouseholdSeat, Participation
from tenggat.waves.tests.people import (
    ACCEPTED,
    BORN,
    KEYS,
    kk,
    nik,
    people_file,
    person,
    reasons,
    taken_in,
    wave,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def leave(serial: int = 1) -> None:
    """The person withdraws from the wave and frees the seat."""
    gone = Participation.objects.filter(person_id=KEYS.fingerprint("nik", nik(serial)))
    gone.update(state="withdrawn", ended_at=ACCEPTED)
    HouseholdSeat.objects.filter(person_id=KEYS.fingerprint("nik", nik(serial))).delete()


def test_who_withdrew_may_come_back_in_another_wave_as_the_same_person(tmp_path: Path) -> None:
    wave()
    wave(10)
    taken_in(people_file(tmp_path, person(1)))
    leave()
    outcome = taken_in(people_file(tmp_path, person(1, kk=kk(7), phone="081999999999", name="")), wave=10)
    assert outcome.accepted == 1
    siti = Person.objects.get()
    assert (siti.name, siti.phone) == ("Peserta 1", "+6281999999999")
    assert NikKey.objects.count() == 1
    assert sorted(Participation.objects.values_list("wave", "state")) == [(9, "withdrawn"), (10, "accepted")]


def test_who_left_a_wave_cannot_come_back_into_the_same_one(tmp_path: Path) -> None:
    wave()
    taken_in(people_file(tmp_path, person(1)))
    leave()
    assert reasons(taken_in(people_file(tmp_path, person(1)))) == [(2, "left_this_wave")]


@pytest.mark.parametrize(
    ("cells", "accepted"),
    [
        ({"birth_date": "1991-05-05", "kk": kk(2)}, 0),
        ({"birth_date": "1991-05-05"}, 1),
        ({"kk": kk(2)}, 1),
    ],
)
def test_a_nik_with_another_birth_date_and_another_kk_is_left_to_a_human(
    tmp_path: Path, cells: dict[str, str], accepted: int
) -> None:
    wave()
    wave(10)
    taken_in(people_file(tmp_path, person(1)))
    leave()
    outcome = taken_in(people_file(tmp_path, person(1, **cells)), wave=10)
    assert outcome.accepted == accepted
    assert reasons(outcome) == ([] if accepted else [(2, "identity_conflict")])
    assert Person.objects.get().birth_date == BORN


def test_a_corrected_nik_leads_to_the_same_person(tmp_path: Path) -> None:
    wave()
    wave(10)
    taken_in(people_file(tmp_path, person(1)))
    leave()
    siti = Person.objects.get()
    NikKey.objects.create(person_id=siti.person_id, fingerprint=KEYS.fingerprint("nik", nik(77)), from_at=ACCEPTED)
    outcome = taken_in(people_file(tmp_path, person(77, kk=kk(1)), person(1)), wave=10)
    assert reasons(outcome) == [(3, "repeated")]
    siti.refresh_from_db()
    assert KEYS.decrypt(bytes(siti.identity_cipher), owner=siti.person_id.bytes) == f"{nik(77)}:{kk(1)}".encode()
    back = Participation.objects.get(wave_id=10)
    assert back.person_id == siti.person_id
    number = KEYS.decrypt(bytes(back.card_cipher), owner=siti.person_id.bytes).decode()
    assert Card.objects.get(wave=10).number_fingerprint == KEYS.fingerprint("card", number)
    assert Card.objects.get(wave=10).person_id == siti.person_id
    assert Entry.objects.get(wave=10).person_id == Event.objects.get(wave=10).person_id == siti.person_id
