"""Another phone or e-mail: the other address approves, the new one is proven, the old one is told, and then it counts.

At once where the approving address has been in steady use; after 72 hours where it has not (an old number that somebody
else has by now, a mailbox that was taken over): until then whoever reads the old address can sign in and cancel.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from tenggat.accounts import codes, limits
from tenggat.accounts.addresses import Address
from tenggat.accounts.askers import Asker
from tenggat.accounts.codes import PORTAL, CodeOver, Reader, Wanted
from tenggat.accounts.models import Challenge, Change
from tenggat.accounts.proving import is_steady, note_contact
from tenggat.accounts.sessions import end_all
from tenggat.foundation import database, sql
from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal
from tenggat.messaging import direct
from tenggat.messaging.texts import last_minute
from tenggat.registry.actions import change_contact, reason_of, signed
from tenggat.registry.models import Person
from tenggat.rules.programme import Programme

_SQL = sql.load("tenggat.accounts", "accounts.sql")

DELAY = timedelta(hours=72)
"""Of a change that only an address approved which was not in steady use."""

_STEP = "contact"
_TOLD_WITHIN = timedelta(hours=48)
_SLICE = 20  # due changes that one asker applies
_WHAT = {"id": {"sms": "nomor HP", "email": "e-mail"}, "en": {"sms": "the phone number", "email": "the e-mail"}}


class NoOtherAddress(Refusal):
    """Nothing could approve it but what is to be changed."""

    code = "no_other_address"

    def __init__(self) -> None:
        super().__init__("Only your other address can approve this change: add one first, or come to the office.")


class SameAddress(Refusal):
    """It is the one that is there."""

    code = "same_address"

    def __init__(self) -> None:
        super().__init__("This address is already yours: nothing was changed.")


class ChangeWaits(Refusal):
    """There is a change already that waits for its moment."""

    code = "change_waits"

    def __init__(self) -> None:
        super().__init__("A change is waiting for its time: cancel it first, then start a new one.")


@dataclass(frozen=True, slots=True)
class Contacts:
    """What the registry has of a person today, and the changes that are under way, by channel."""

    addresses: dict[str, Address]
    waiting: dict[str, datetime]


def contacts_of(*, person_id: UUID) -> Contacts:
    """Where a person can be reached, and what is going to change."""
    person = Person.objects.only("phone", "email").get(person_id=person_id)
    both = (("sms", person.phone), ("email", person.email))
    under_way = Change.objects.filter(person_id=person_id, applied_at=None, cancelled_at=None)
    waits = {change.channel: change.effective_at for change in under_way if change.effective_at}
    return Contacts({channel: Address(channel, text) for channel, text in both if text}, waits)


@transaction.atomic
def begin_change(*, person_id: UUID, address: Address, asker: Asker, keys: Keys, now: datetime) -> UUID:
    """Ask for a change: a code goes to the other address and one to the new one.

    Raises SameAddress, NoOtherAddress, ChangeWaits, TooManyTries, AskedTooOften.
    """
    known = contacts_of(person_id=person_id)
    other = known.addresses.get("email" if address.channel == "sms" else "sms")
    if known.addresses.get(address.channel) == address:
        raise SameAddress
    if other is None:
        raise NoOtherAddress
    if known.waiting:
        raise ChangeWaits
    limits.count(limits.CHANGES, keys.fingerprint("change", str(person_id)), now=now)
    Change.objects.filter(person_id=person_id, channel=address.channel, applied_at=None, cancelled_at=None).update(
        cancelled_at=now, sealed=None
    )

    def ask(purpose: str, to: Address) -> UUID:
        wanted, reader = Wanted(purpose, to, person_id), Reader(person_id, known=True)
        return codes.ask(wanted, reader=lambda: reader, asker=asker, keys=keys, now=now)

    change_id = uuid4()
    Change.objects.create(
        change_id=change_id,
        person_id=person_id,
        channel=address.channel,
        sealed=keys.encrypt(address.text.encode(), owner=person_id.bytes),
        approval=ask("approve", other),
        proof=ask("prove", address),
        asked_at=now,
    )
    return change_id


def outstanding(*, change_id: UUID, person_id: UUID, now: datetime) -> UUID | None:
    """The challenge whose code is to be given next, the approval first; None: both were. Raises CodeOver."""
    change = Change.objects.filter(
        change_id=change_id, person_id=person_id, effective_at=None, cancelled_at=None
    ).first()
    if change is None:
        raise CodeOver
    asked = Challenge.objects.in_bulk([change.approval, change.proof])
    for challenge in (asked.get(change.approval), asked.get(change.proof)):
        if challenge is None or (challenge.proven_at is None and challenge.expires_at <= now):
            raise CodeOver
        if challenge.proven_at is None:
            return challenge.challenge_id
    return None


def take_code(
    *, change_id: UUID, person_id: UUID, code: str, programme: Programme, keys: Keys, now: datetime
) -> datetime | None:
    """Take the code that is outstanding; after the second, give the moment from which the change counts.

    Raises CodeOver, CodeWrong, TooManyTries.
    """
    challenge_id = outstanding(change_id=change_id, person_id=person_id, now=now)
    if challenge_id is not None:
        codes.check(challenge_id=challenge_id, code=code, keys=keys, now=now)
    if outstanding(change_id=change_id, person_id=person_id, now=now) is not None:
        return None
    return settle(change_id=change_id, programme=programme, keys=keys, now=now)


@transaction.atomic
def settle(*, change_id: UUID, programme: Programme, keys: Keys, now: datetime) -> datetime:
    """Both codes were right: fix the moment, tell the old address, and apply what needs no waiting."""
    change = Change.objects.select_for_update().get(change_id=change_id)
    if change.effective_at is not None:
        return change.effective_at  # the same code, sent twice
    person_id = change.person_id
    approval = Challenge.objects.get(challenge_id=change.approval)
    channel, fingerprint = approval.channel, approval.address
    steady = is_steady(person_id=person_id, channel=channel, fingerprint=fingerprint, now=now)
    note_contact(person_id=person_id, channel=channel, fingerprint=fingerprint, now=now)
    change.effective_at = now if steady else now + DELAY
    Change.objects.filter(change_id=change_id).update(effective_at=change.effective_at)
    _tell_old(person_id, change.channel, effective_at=change.effective_at, programme=programme, keys=keys, now=now)
    waits = "no" if steady else "yes"
    codes.tell(person_id, "contact_change_asked", now=now, details={"channel": change.channel, "waits": waits})
    if steady:
        _apply(change, keys=keys, now=now)
    return change.effective_at


def _tell_old(
    person_id: UUID, channel: str, *, effective_at: datetime, programme: Programme, keys: Keys, now: datetime
) -> None:
    person = Person.objects.get(person_id=person_id)
    old = person.email if channel == "email" else person.phone
    if not old or _STEP not in {step.name for step in programme.steps}:
        return  # nobody to tell, or a programme whose file has no such message
    zone, language = person.time_zone, programme.language
    when = last_minute(
        effective_at + timedelta(minutes=1), language=language, zone=zone, programme_zone=programme.time_zone
    )
    direct.send(
        person_id=person_id,
        step=_STEP,
        channel=channel,
        address=old,
        name=person.name,
        values={"what": _WHAT[language][channel], "when": when},
        keys=keys,
        now=now,
        expires_at=now + _TOLD_WITHIN,
    )


def _apply(change: Change, *, keys: Keys, now: datetime) -> None:
    assert change.sealed is not None
    address = Address(change.channel, keys.decrypt(bytes(change.sealed), owner=change.person_id.bytes).decode())
    change_contact(person_id=change.person_id, channel=change.channel, address=address.text, now=now, actor=PORTAL)
    note_contact(person_id=change.person_id, channel=change.channel, fingerprint=address.fingerprint(keys), now=now)
    Change.objects.filter(change_id=change.change_id).update(applied_at=now, sealed=None)


@transaction.atomic
def apply_due(*, keys: Keys, now: datetime) -> int:
    """Apply the changes whose moment has come. Whoever asks for a code does so first: it must go to the new address."""
    due = [row[0] for row in database.rows(_SQL["due_changes"], {"now": now, "size": _SLICE})]
    for change in Change.objects.filter(change_id__in=due):
        _apply(change, keys=keys, now=now)
    return len(due)


@transaction.atomic
def cancel_changes(*, person_id: UUID, now: datetime) -> int:
    """Take back what has not taken effect; gives how many. Whoever is signed in may: it only keeps what is there."""
    waiting = Change.objects.filter(person_id=person_id, applied_at=None, cancelled_at=None)
    ended = waiting.update(cancelled_at=now, sealed=None)
    if ended:
        codes.tell(person_id, "contact_change_cancelled", now=now)
    return ended


def unfinished(*, person_id: UUID) -> UUID:
    """The change whose codes a person has yet to give. Raises CodeOver: there is none."""
    change = (
        Change.objects.filter(person_id=person_id, effective_at=None, cancelled_at=None)
        .order_by("-asked_at")
        .values_list("change_id", flat=True)
        .first()
    )
    if change is None:
        raise CodeOver
    return change


@transaction.atomic
def change_by_officer(
    *, person_id: UUID, address: Address, reason: str, by: str, programme: Programme, keys: Keys, now: datetime
) -> int:
    """What an officer does for who came with a card: the address counts at once, the old one is told, all sessions end.

    Gives how many sessions there were. Raises ReasonMissing, ReasonUnusable, NameUnusable, SameAddress.
    """
    officer, why = Actor("officer", signed(by, "A change of phone or e-mail")), reason_of(reason)
    if contacts_of(person_id=person_id).addresses.get(address.channel) == address:
        raise SameAddress
    cancel_changes(person_id=person_id, now=now)
    _tell_old(person_id, address.channel, effective_at=now, programme=programme, keys=keys, now=now)
    change_contact(
        person_id=person_id, channel=address.channel, address=address.text, now=now, actor=officer, reason=why
    )
    return end_all(person_id=person_id, now=now)
