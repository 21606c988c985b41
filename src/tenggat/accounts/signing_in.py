"""From an address to a person: a code proves the address; where a family shares one, a NIK says who it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tenggat.accounts import changing, codes
from tenggat.accounts.addresses import Address
from tenggat.accounts.askers import Asker
from tenggat.accounts.codes import CodeOver, CodeWrong, Proven, Reader, Wanted
from tenggat.accounts.models import Challenge
from tenggat.accounts.proving import note_contact
from tenggat.accounts.recovering import reaches
from tenggat.foundation import database, sql
from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal
from tenggat.registry.actions import resolve
from tenggat.registry.queries import people_at
from tenggat.rules.programme import Programme

_SQL = sql.load("tenggat.accounts", "accounts.sql")
NAMINGS = 5
TO_NAME = timedelta(minutes=10)
"""After the code, to say who it is."""


class NotHere(Refusal):
    """Nobody with this NIK has the address that was proven; `left` is how many tries there are."""

    code = "not_here"

    def __init__(self, left: int) -> None:
        super().__init__("This NIK does not belong to the phone or e-mail you have just proven: check it.", left=left)
        self.left = left


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody has come in, by an address (its fingerprint)."""

    person_id: UUID
    address: UUID


@dataclass(frozen=True, slots=True)
class Shared:
    """The address is proven, and leads to several: `name_person` is next."""

    challenge_id: UUID


def ask_to_sign_in(*, address: Address, asker: Asker, keys: Keys, now: datetime) -> UUID:
    """Ask for a code to an address, whoever has it. Raises TooManyTries, AskedTooOften."""
    changing.apply_due(keys=keys, now=now)

    def reader() -> Reader:
        people = people_at(channel=address.channel, address=address.text)
        stranger = keys.fingerprint("stranger", address.text)
        return Reader(people[0].person_id if people else stranger, known=bool(people))

    return codes.ask(Wanted("sign_in", address), reader=reader, asker=asker, keys=keys, now=now)


def come_in(*, challenge_id: UUID, code: str, keys: Keys, now: datetime) -> Arrived | Shared:
    """Take the code of somebody who signs in, or was recognised. Raises CodeOver, CodeWrong, TooManyTries."""
    asked = (
        Challenge.objects.filter(challenge_id=challenge_id, purpose__in=("sign_in", "recover"))
        .values_list("purpose", "person_id")
        .first()
    )
    if asked is None:
        raise CodeOver
    purpose, meant = asked

    def still(address: Address) -> bool:
        if purpose == "recover":
            return meant is not None and reaches(person_id=meant, address=address)
        return bool(people_at(channel=address.channel, address=address.text))

    proven = codes.check(challenge_id=challenge_id, code=code, keys=keys, now=now, still=still)
    return _welcome(proven, now)


@transaction.atomic
def _welcome(proven: Proven, now: datetime) -> Arrived | Shared:
    if proven.person_id is not None:
        return _arrive(proven.person_id, proven.address.channel, proven.fingerprint, now, by=proven.purpose)
    people = people_at(channel=proven.address.channel, address=proven.address.text)
    if not people:  # the number went to somebody else in this very moment
        raise CodeWrong(0)
    if len(people) > 1:
        return Shared(proven.challenge_id)
    database.execute(_SQL["come_in"], {"challenge": proven.challenge_id, "person": people[0].person_id})
    return _arrive(people[0].person_id, proven.address.channel, proven.fingerprint, now, by=proven.purpose)


def name_person(*, challenge_id: UUID, nik: str, programme: Programme, keys: Keys, now: datetime) -> Arrived:
    """Say which of those who share a proven address it is. Raises NikRefused, CodeOver, NotHere."""
    meant = resolve(nik=nik, programme=programme, keys=keys, now=now)  # a slip of the pen costs no try
    with transaction.atomic(durable=True):
        asked = {"challenge": challenge_id, "most": NAMINGS, "since": now - TO_NAME}
        found = database.one(_SQL["count_naming"], asked)
    if found is None:
        raise CodeOver
    channel, fingerprint, sealed, namings = found
    address = codes.opened(channel, bytes(sealed), challenge_id, keys)
    here = {person.person_id for person in people_at(channel=channel, address=address.text)}
    if meant is None or meant not in here:
        raise NotHere(NAMINGS - namings)
    with transaction.atomic():
        if not database.execute(_SQL["come_in"], {"challenge": challenge_id, "person": meant}):
            raise CodeOver
        return _arrive(meant, channel, fingerprint, now, by="sign_in")


def is_to_name(*, challenge_id: UUID, now: datetime) -> bool:
    """Whether a browser has proven a shared address and has yet to say who it is."""
    return Challenge.objects.filter(
        challenge_id=challenge_id,
        purpose="sign_in",
        person_id=None,
        namings__lt=NAMINGS,
        proven_at__gt=now - TO_NAME,
    ).exists()


def _arrive(person_id: UUID, channel: str, fingerprint: UUID, now: datetime, *, by: str) -> Arrived:
    note_contact(person_id=person_id, channel=channel, fingerprint=fingerprint, now=now)
    codes.tell(person_id, "signed_in", now=now, details={"channel": channel, "purpose": by})
    return Arrived(person_id, fingerprint)
