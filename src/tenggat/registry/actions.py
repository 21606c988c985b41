"""The verbs of the registry: finding a person, and keeping the blacklist."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Event
from tenggat.registry.models import BlacklistEntry, NikKey, Person
from tenggat.registry.queries import Standing, person_of, standing
from tenggat.rules.identity import IdentityError, scheme
from tenggat.rules.programme import Programme

OFFICER = "officer"


class NikRefused(Refusal):
    """What was given is no NIK; `code` says why."""

    def __init__(self, error: IdentityError) -> None:
        super().__init__(error.message)
        self.code = error.code  # type: ignore[misc]  # the numbering scheme's own codes


class PersonUnknown(Refusal):
    """Nobody has this NIK."""

    code = "person_unknown"

    def __init__(self) -> None:
        super().__init__("Nobody with this NIK is known: check its digits.")


class NotBlacklisted(Refusal):
    """There is nothing to lift."""

    code = "not_blacklisted"

    def __init__(self) -> None:
        super().__init__("This NIK is not on the blacklist: there is nothing to remove.")


class AlreadyBlacklisted(Refusal):
    """There is an entry in force already."""

    code = "already_blacklisted"

    def __init__(self) -> None:
        super().__init__("This NIK is on the blacklist already: nothing was changed.")


class NameUnusable(Refusal):
    """Nobody can be called so."""

    code = "name_unusable"


class ReasonMissing(Refusal):
    """A person who is put on the blacklist, or taken off, is owed a reason."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("A reason is needed: it is what the person will be told.")


class ReasonUnusable(Refusal):
    """It is too long, or would do something to the terminal of whoever reads it."""

    code = "reason_unusable"


LONGEST_NAME = 200
LONGEST_REASON = 500  # characters


def reason_of(text: str) -> str:
    """The one spelling of a reason. Raises ReasonMissing, ReasonUnusable."""
    reason = " ".join(text.split())
    if not reason:
        raise ReasonMissing
    if len(reason) > LONGEST_REASON:
        raise ReasonUnusable(f"The reason has {len(reason)} characters; {LONGEST_REASON} are enough: shorten --reason.")
    if not reason.isprintable():
        raise ReasonUnusable("The reason has characters that cannot be printed: write --reason without them.")
    return reason


def signed(by: str, what: str) -> str:
    """Give the one spelling of the name that a decision is signed with. Raises NameUnusable."""
    name = " ".join(by.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NameUnusable(f"{what} needs the name of the person who gives it, in printable characters: --by NAME.")
    return name


def read_nik(*, nik: str, programme: Programme, now: datetime) -> str:
    """The one spelling of a NIK, however it is written. Raises NikRefused."""
    today = now.astimezone(programme.zone).date()
    try:
        return scheme(programme.identity.scheme).read(nik, birth_date=None, on=today).number
    except IdentityError as error:
        raise NikRefused(error) from None


def resolve(*, nik: str, programme: Programme, keys: Keys, now: datetime) -> UUID | None:
    """The person whom a NIK leads to, or None. Raises NikRefused."""
    return person_of(fingerprint=keys.fingerprint("nik", read_nik(nik=nik, programme=programme, now=now)))


def blacklist_check(*, nik: str, programme: Programme, keys: Keys, now: datetime) -> Standing:
    """Whether a NIK is on the blacklist, known or not. Raises NikRefused."""
    return standing(person_id=resolve(nik=nik, programme=programme, keys=keys, now=now))


@transaction.atomic
def blacklist_add(*, nik: str, reason: str, programme: Programme, keys: Keys, now: datetime, actor: Actor) -> UUID:
    """Put a NIK on the blacklist; who is not known yet is remembered by the NIK alone. Gives the person.

    Raises NikRefused, ReasonMissing, AlreadyBlacklisted.
    """
    number = read_nik(nik=nik, programme=programme, now=now)
    reason = reason_of(reason)
    person_id = person_of(fingerprint=keys.fingerprint("nik", number))
    if person_id is None:
        person_id = _mint_stub(number, programme, keys, now)
    _lock(person_id)
    if standing(person_id=person_id).blacklisted:
        raise AlreadyBlacklisted
    BlacklistEntry.objects.create(
        person_id=person_id, since_at=_free_moment(person_id, now), source=OFFICER, reason=reason.strip()
    )
    _tell(person_id, "blacklisted", reason, now, actor)
    return person_id


@transaction.atomic
def blacklist_remove(*, nik: str, reason: str, programme: Programme, keys: Keys, now: datetime, actor: Actor) -> UUID:
    """Lift the entry of a NIK; it stays, with the reason. Gives the person.

    Raises NikRefused, ReasonMissing, PersonUnknown, NotBlacklisted.
    """
    person_id = resolve(nik=nik, programme=programme, keys=keys, now=now)
    reason = reason_of(reason)
    if person_id is None:
        raise PersonUnknown
    _lock(person_id)
    lifted = BlacklistEntry.objects.filter(person_id=person_id, lifted_at=None).update(
        lifted_at=now, lifted_reason=reason.strip()
    )
    if not lifted:
        raise NotBlacklisted
    _tell(person_id, "blacklist_lifted", reason, now, actor)
    return person_id


@transaction.atomic
def change_contact(
    *, person_id: UUID, channel: str, address: str, now: datetime, actor: Actor, reason: str = ""
) -> None:
    """Give a person another phone (`sms`) or e-mail (`email`), proven by whoever calls. The journal has the fact."""
    _lock(person_id)
    people = Person.objects.filter(person_id=person_id)
    if channel == "email":
        people.update(email=address)
    else:
        people.update(phone=address)
    details = {"channel": channel} | ({"reason": reason} if reason else {})
    Event.objects.create(
        person_id=person_id, kind="contact_changed", occurred_at=now, recorded_at=now, actor=str(actor), details=details
    )


def _lock(person_id: UUID) -> None:
    """Whoever accepts or blacklists a person locks the person first: the other then sees what was decided."""
    Person.objects.select_for_update().only("person_id").get(person_id=person_id)


def _free_moment(person_id: UUID, now: datetime) -> datetime:
    """`now`, or the microsecond after it that no earlier entry of the person has taken."""
    taken = set(BlacklistEntry.objects.filter(person_id=person_id).values_list("since_at", flat=True))
    while now in taken:
        now += timedelta(microseconds=1)
    return now


def _mint_stub(number: str, programme: Programme, keys: Keys, now: datetime) -> UUID:
    person_id = keys.fingerprint("nik", number)
    cipher = keys.encrypt(f"{number}:".encode(), owner=person_id.bytes)
    zone = programme.time_zone
    try:
        with transaction.atomic():
            Person.objects.create(person_id=person_id, identity_cipher=cipher, time_zone=zone, created_at=now)
            NikKey.objects.create(person_id=person_id, fingerprint=person_id, from_at=now)
    except IntegrityError:  # somebody minted the same person at the same moment; the lock decides who goes on
        found = person_of(fingerprint=person_id)
        if found is None:
            raise
        return found
    return person_id


def _tell(person_id: UUID, kind: str, reason: str, now: datetime, actor: Actor) -> None:
    Event.objects.create(
        person_id=person_id,
        kind=kind,
        occurred_at=now,
        recorded_at=now,
        actor=str(actor),
        details={"reason": reason.strip()},
    )
