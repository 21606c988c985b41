"""Who is accepted from a file, who is refused and why, and who is taken in with a warning."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tenggat.journal.models import Act, Event
from tenggat.ledger.models import Entry
from tenggat.registry.actions import blacklist_add, blacklist_remove
from tenggat.registry.models import BlacklistEntry, NikKey, Person
from tenggat.waves import cards
from tenggat.waves.actions import announce_wave
from tenggat.waves.models import Card, HouseholdSeat, Participation, Wave
from tenggat.waves.refusals import WaveUnknown
from tenggat.waves.tests.people import (
    ACCEPTED, ANNOUNCED, BORN, KEYS, OFFICER, kk, nik, people_file, person, prakerja, reasons, taken_in, wave,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def only(folder: Path, **cells: str) -> Person:
    """Import one person and give what the registry knows."""
    outcome = taken_in(people_file(folder, person(**cells)))
    assert outcome.accepted == 1
    return Person.objects.get()


def blacklist(number: str) -> None:
    blacklist_add(nik=number, reason="fraud", programme=prakerja(), keys=KEYS, now=ACCEPTED, actor=OFFICER)


def lift(number: str) -> None:
    blacklist_remove(nik=number, reason="error", programme=prakerja(), keys=KEYS, now=ACCEPTED, actor=OFFICER)


def test_siti_budi_and_ani_are_accepted_with_everything_that_belongs_to_them(tmp_path: Path) -> None:
    wave()
    outcome = taken_in(people_file(tmp_path, person(1, name="Siti"), person(2, name="Budi"), person(3, name="Ani")))
    assert (outcome.read, outcome.accepted, outcome.refused, outcome.warned) == (3, 3, 0, 0)
    assert outcome.refused_file is None
    assert Wave.objects.get().accepted == 3
    siti = Person.objects.get(name="Siti")
    assert siti.person_id == KEYS.fingerprint("nik", nik(1))
    assert KEYS.decrypt(bytes(siti.identity_cipher), owner=siti.person_id.bytes) == f"{nik(1)}:{kk(1)}".encode()
    assert siti.household_fingerprint == KEYS.fingerprint("kk", kk(1))
    assert (siti.birth_date, siti.phone, siti.email) == (BORN, "+628120000001", "peserta1@contoh.id")
    assert (siti.province, siti.time_zone, siti.flags) == ("31", "Asia/Jakarta", [])
    taking_part = Participation.objects.get(person_id=siti.person_id)
    assert (taking_part.state, taking_part.accepted_at) == ("accepted", ACCEPTED)
    assert (taking_part.deadline_at, taking_part.deadline_version) == (None, 0)
    assert (taking_part.balance, taking_part.training_balance) == (3_550_000, 1_000_000)
    assert (taking_part.channel, taking_part.time_zone) == ("sms", "Asia/Jakarta")
    number = KEYS.decrypt(bytes(taking_part.card_cipher), owner=siti.person_id.bytes).decode()
    assert (len(number), number[0], cards.is_valid(number)) == (16, "9", True)
    assert Card.objects.get(person_id=siti.person_id).number_fingerprint == KEYS.fingerprint("card", number)
    key = NikKey.objects.get(person_id=siti.person_id)
    assert (key.fingerprint, key.from_at, key.until_at) == (siti.person_id, ACCEPTED, None)
    seat = HouseholdSeat.objects.get(person_id=siti.person_id)
    assert (seat.household_fingerprint, seat.seat, seat.wave) == (siti.household_fingerprint, 1, 9)
    entry = Entry.objects.get(person_id=siti.person_id)
    assert (entry.kind, entry.amount, entry.training, entry.wave) == ("committed", 3_550_000, 1_000_000, 9)
    event = Event.objects.get(person_id=siti.person_id)
    assert (event.kind, event.from_state, event.to_state, event.wave) == ("accepted", None, "accepted", 9)
    assert (event.actor, event.details, event.occurred_at) == ("officer:test", None, ACCEPTED)
    assert Act.objects.get(kind="participants_imported").details["accepted"] == 3


def test_who_comes_after_the_announcement_gets_the_deadline_of_the_wave(tmp_path: Path) -> None:
    wave()
    announce_wave(number=9, at=ANNOUNCED, programme=prakerja(), now=ANNOUNCED, actor=OFFICER)
    taken_in(people_file(tmp_path, person()), now=ANNOUNCED + timedelta(days=3))
    taking_part = Participation.objects.get()
    assert (taking_part.deadline_at, taking_part.deadline_version) == (Wave.objects.get().deadline_at, 1)
    assert Event.objects.get().details == {"deadline_at": "2020-10-31T17:00:00+00:00", "deadline_version": 1}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"nik": "317101020190001"}, "nik_length"),
        ({"nik": ""}, "nik_length"),
        ({"nik": "٣١٧١٠١٠٢٠١٩٠٠٠٠١"}, "nik_length"),
        ({"nik": "3171013113900001"}, "nik_date"),
        ({"nik": "3171010201900000"}, "identity_invalid"),
        ({"kk": "123"}, "kk_length"),
        ({"kk": ""}, "kk_length"),
    ],
)
def test_a_number_that_cannot_be_one_is_refused_and_the_others_stand(
    tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    wave()
    outcome = taken_in(people_file(tmp_path, person(7), person(8, **cells), person(9)))
    assert reasons(outcome) == [(3, reason)]
    assert (outcome.read, outcome.accepted, outcome.refused) == (3, 2, 1)
    assert outcome.refused_file is not None
    listed = outcome.refused_file.read_text()
    assert nik(8) not in listed
    assert "Peserta" not in listed


def test_the_same_person_twice_in_a_file_is_repeated_however_the_nik_is_written(tmp_path: Path) -> None:
    wave()
    dotted = nik(1)[:6] + "." + nik(1)[6:12] + " - " + nik(1)[12:]
    outcome = taken_in(people_file(tmp_path, person(1), person(2), person(1, nik=dotted, kk=kk(5))))
    assert reasons(outcome) == [(4, "repeated")]


def test_importing_the_same_file_again_accepts_nobody(tmp_path: Path) -> None:
    wave()
    wave(10)
    path = people_file(tmp_path, person(1), person(2))
    taken_in(path)
    assert reasons(taken_in(path)) == [(2, "repeated"), (3, "repeated")]
    assert reasons(taken_in(path, wave=10)) == [(2, "repeated"), (3, "repeated")]
    assert (Participation.objects.count(), Entry.objects.count()) == (2, 2)


def test_a_blacklisted_nik_is_refused_also_with_dots_and_spaces(tmp_path: Path) -> None:
    wave()
    blacklist(nik(1))
    written = f" {nik(1)[:4]}.{nik(1)[4:8]}-{nik(1)[8:12]} {nik(1)[12:]} "
    assert reasons(taken_in(people_file(tmp_path, person(1, nik=written)))) == [(2, "blacklisted")]


def test_somebody_whose_entry_was_lifted_is_accepted_and_completed(tmp_path: Path) -> None:
    wave()
    blacklist(nik(1))
    lift(nik(1))
    siti = only(tmp_path, name="Siti")
    assert (siti.name, siti.phone, siti.birth_date) == ("Siti", "+628120000001", BORN)
    assert siti.household_fingerprint == KEYS.fingerprint("kk", kk(1))
    assert KEYS.decrypt(bytes(siti.identity_cipher), owner=siti.person_id.bytes) == f"{nik(1)}:{kk(1)}".encode()
    assert BlacklistEntry.objects.get().lifted_reason == "error"


def test_rows_past_the_quota_are_refused_and_the_rest_stand(tmp_path: Path) -> None:
    wave(quota=2)
    path = people_file(tmp_path, person(1), person(2, nik="1"), person(3), person(4), person(5))
    assert reasons(taken_in(path, chunk_size=2)) == [(3, "nik_length"), (5, "quota_full"), (6, "quota_full")]
    assert Wave.objects.get().accepted == 2


def test_a_household_has_two_seats_over_all_waves(tmp_path: Path) -> None:
    wave()
    wave(10)
    first = people_file(tmp_path, person(1, kk=kk(1)), person(2, kk=kk(1)), person(3, kk=kk(1)))
    assert reasons(taken_in(first)) == [(4, "household_full")]
    assert reasons(taken_in(people_file(tmp_path, person(4, kk=kk(1))), wave=10)) == [(2, "household_full")]
    assert sorted(HouseholdSeat.objects.values_list("seat", flat=True)) == [1, 2]


def test_a_household_is_counted_across_the_chunks_of_a_file(tmp_path: Path) -> None:
    wave()
    path = people_file(tmp_path, *(person(serial, kk=kk(1)) for serial in range(1, 5)))
    assert reasons(taken_in(path, chunk_size=1)) == [(4, "household_full"), (5, "household_full")]


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
    NikKey.objects.create(
        person_id=siti.person_id, fingerprint=KEYS.fingerprint("nik", nik(77)), from_at=ACCEPTED
    )
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


@pytest.mark.parametrize(
    ("cells", "flags", "channel"),
    [
        ({"phone": "0211234567"}, ["phone_unusable"], "email"),
        ({"phone": "12"}, ["phone_unusable"], "email"),
        ({"phone": "", "email": "siti@"}, ["email_unusable", "unreachable"], "none"),
        ({"phone": "", "email": ""}, ["unreachable"], "none"),
        ({"email": "siti"}, ["email_unusable"], "sms"),
        ({"province": "XX"}, ["place_unknown"], "sms"),
        ({"nik": nik(1, place="007101")}, ["place_unknown"], "sms"),
        ({"birth_date": "2 Januari 1990"}, ["birth_date_unusable"], "sms"),
        ({"birth_date": "1990-02-30"}, ["birth_date_unusable"], "sms"),
        ({"birth_date": "1991-01-02"}, ["birth_date_differs"], "sms"),
        ({"nik": nik(1, place="319999")}, [], "sms"),
        ({"birth_date": ""}, [], "sms"),
    ],
)
def test_what_is_odd_is_flagged_and_the_person_is_accepted(
    tmp_path: Path, cells: dict[str, str], flags: list[str], channel: str
) -> None:
    wave()
    outcome = taken_in(people_file(tmp_path, person(**cells)))
    assert (outcome.accepted, outcome.warned) == (1, 1 if flags else 0)
    assert Person.objects.get().flags == flags
    assert Participation.objects.get().channel == channel


def test_the_zone_comes_from_the_province_and_else_from_the_nik(tmp_path: Path) -> None:
    wave()
    papua, bali, jakarta = person(1, province="91"), person(2, nik=nik(2, place="517101"), province=""), person(3)
    taken_in(people_file(tmp_path, papua, bali, jakarta))
    zones = dict(Person.objects.values_list("name", "time_zone"))
    assert zones == {"Peserta 1": "Asia/Jayapura", "Peserta 2": "Asia/Makassar", "Peserta 3": "Asia/Jakarta"}


def test_a_birth_date_before_1970_and_names_of_every_script_survive(tmp_path: Path) -> None:
    wave()
    born = date(1948, 2, 29)
    siti = only(tmp_path, nik=nik(1, born=born), birth_date="1948-02-29", name='Siti "Ibu"\nʻAminah 王')
    assert (siti.birth_date, siti.name) == (born, 'Siti "Ibu" ʻAminah 王')


def test_a_wave_that_is_not_open_takes_nobody(tmp_path: Path) -> None:
    with pytest.raises(WaveUnknown):
        taken_in(people_file(tmp_path, person()))


def test_numbers_that_belong_to_somebody_are_drawn_again(tmp_path: Path) -> None:
    from dataclasses import replace

    wave(quota=1000)
    programme = prakerja()
    few = replace(programme, identity=replace(programme.identity, card_prefix="99999", card_length=8))
    path = people_file(tmp_path, *(person(serial) for serial in range(1, 81)))
    assert taken_in(path, programme=few, chunk_size=20).accepted == 80
    for taking_part in Participation.objects.all():
        number = KEYS.decrypt(bytes(taking_part.card_cipher), owner=taking_part.person_id.bytes).decode()
        assert Card.objects.get(number_fingerprint=KEYS.fingerprint("card", number)).person_id == taking_part.person_id


def test_progress_is_told_the_rows_read_so_far(tmp_path: Path) -> None:
    wave()
    seen: list[int] = []
    path = people_file(tmp_path, person(1), person(2), person(3, nik="x"))
    taken_in(path, chunk_size=2, progress=seen.append)
    assert seen == [2, 3]
