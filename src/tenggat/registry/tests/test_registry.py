"""Finding people, and the blacklist."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import derive
from tenggat.journal.models import Event
from tenggat.registry.actions import (
    AlreadyBlacklisted,
    NikRefused,
    NotBlacklisted,
    PersonUnknown,
    ReasonMissing,
    blacklist_add,
    blacklist_check,
    blacklist_remove,
    resolve,
)
from tenggat.registry.models import BlacklistEntry, NikKey, Person
from tenggat.registry.queries import Standing
from tenggat.registry.rotation import rotate_identities
from tenggat.rules.programme import load

pytestmark = pytest.mark.django_db
KEYS = derive(1)
NOW = datetime(2020, 10, 1, 3, 0, tzinfo=UTC)
SITI = "3171010201900001"


def add(nik: str = SITI, *, reason: str = "fraud", now: datetime = NOW) -> UUID:
    return blacklist_add(
        nik=nik, reason=reason, programme=load("prakerja"), keys=KEYS, now=now, actor=Actor("officer", "Ani")
    )


def remove(nik: str = SITI, *, reason: str = "mistake", now: datetime = NOW) -> UUID:
    return blacklist_remove(
        nik=nik, reason=reason, programme=load("prakerja"), keys=KEYS, now=now, actor=Actor("officer", "Ani")
    )


def check(nik: str = SITI) -> Standing:
    return blacklist_check(nik=nik, programme=load("prakerja"), keys=KEYS, now=NOW)


def found(nik: str = SITI) -> UUID | None:
    return resolve(nik=nik, programme=load("prakerja"), keys=KEYS, now=NOW)


def test_an_unknown_nik_is_remembered_by_the_nik_alone() -> None:
    assert found() is None
    assert check() == Standing(blacklisted=False)
    person_id = add()
    assert person_id == found("3171.0102-0190 0001") == KEYS.fingerprint("nik", SITI)
    stub = Person.objects.get()
    assert (stub.name, stub.household_fingerprint, stub.time_zone) == ("", None, "Asia/Jakarta")
    assert KEYS.decrypt(bytes(stub.identity_cipher), owner=person_id.bytes) == f"{SITI}:".encode()
    assert check() == Standing(blacklisted=True, since=NOW, reason="fraud")
    told = Event.objects.get()
    assert (told.kind, told.actor, told.details) == ("blacklisted", "officer:Ani", {"reason": "fraud"})


def test_there_is_never_more_than_one_entry_in_force() -> None:
    add()
    with pytest.raises(AlreadyBlacklisted):
        add()
    assert BlacklistEntry.objects.count() == Event.objects.count() == 1


def test_a_lifted_entry_stays_with_its_reason_and_another_may_follow() -> None:
    add()
    remove(now=NOW + timedelta(days=1))
    assert check() == Standing(blacklisted=False)
    add(reason="again")
    entries = BlacklistEntry.objects.order_by("since_at")
    assert [(entry.reason, entry.lifted_reason) for entry in entries] == [
        ("fraud", "mistake"),
        ("again", None),
    ]
    assert list(Event.objects.order_by("event_id").values_list("kind", flat=True)) == [
        "blacklisted", "blacklist_lifted", "blacklisted",
    ]  # fmt: skip


def test_what_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(PersonUnknown):
        remove()
    add()
    remove()
    with pytest.raises(NotBlacklisted):
        remove()


def test_a_reason_and_a_nik_are_needed() -> None:
    with pytest.raises(ReasonMissing):
        add(reason=" ")
    with pytest.raises(NikRefused) as caught:
        add("123")
    assert caught.value.code == "nik_length"
    assert Person.objects.count() == 0


def test_a_nik_that_was_ended_leads_to_nobody() -> None:
    add()
    NikKey.objects.update(until_at=NOW)
    assert found() is None


def test_identities_move_to_the_new_key_in_slices_and_only_once() -> None:
    for serial in range(1, 6):
        add(f"317101020190{serial:04d}")
    rotated, seen = KEYS.rotated(), list[int]()
    assert rotate_identities(keys=rotated, size=2, progress=seen.append) == 5
    assert seen == [2, 4, 5]
    assert rotate_identities(keys=rotated, size=2) == 0
    for person in Person.objects.all():
        assert rotated.decrypt(bytes(person.identity_cipher), owner=person.person_id.bytes).endswith(b":")
        assert bytes(person.identity_cipher)[0] == 2
