"""A code is asked for, sent, and given back: the same work and the same answer whether or not the address is known."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from tenggat.accounts import askers, limits
from tenggat.accounts.addresses import Address
from tenggat.accounts.askers import Asker
from tenggat.accounts.models import Challenge, Code, Limit
from tenggat.foundation import database, sql
from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Event
from tenggat.messaging import direct

_SQL = sql.load("tenggat.accounts", "accounts.sql")

LIVES = timedelta(minutes=10)
"""From being sent until it is too late."""

TRIES, WAITS = 5, timedelta(hours=2)
"""Wrong codes, and how long whoever gave them waits."""

AGAIN = timedelta(seconds=60)
"""Before another code goes to an address that has one."""

_LONG_ENOUGH = timedelta(minutes=2)  # a code with less than this to live is not counted on
_AN_HOUR, _HOURLY = timedelta(hours=1), 6  # messages to an address, beyond which it gets one only when none lives
DIGITS, DIGITS_UNDER_FIRE = 6, 8

PORTAL = Actor("participant")
"""Who did it, in the journal: the person, on the pages."""


class TooManyTries(Refusal):
    """Five wrong codes; `until` is when the next one is heard."""

    code = "too_many_tries"

    def __init__(self, until: datetime) -> None:
        super().__init__("Five codes were wrong: wait until the time given, then ask for a new code.", until=until)
        self.until = until


class CodeWrong(Refusal):
    """Not this one; `left` is how many tries there are."""

    code = "code_wrong"

    def __init__(self, left: int) -> None:
        super().__init__("The code is not right: use the newest one that came.", left=left)
        self.left = left


class CodeOver(Refusal):
    """There is nothing to give a code for: it is too late, or never was."""

    code = "code_over"

    def __init__(self) -> None:
        super().__init__("The time for this code is over: ask for a new one.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a code is asked for. person_id: who alone is meant, or None (whoever has the address)."""

    purpose: str
    address: Address
    person_id: UUID | None = None

    def scope(self, keys: Keys) -> UUID:
        """Codes and browsers meet by it."""
        person = self.person_id or ""
        text = f"{self.purpose}:{person}:{self.address.channel}:{self.address.text.lower()}"
        return keys.fingerprint("scope", text)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom the message goes to; `known` is whether it goes at all."""

    person_id: UUID
    known: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a browser that waits for a code may be told. `again_at`: from when it may ask for another."""

    purpose: str
    address: Address
    digits: int
    expires_at: datetime
    again_at: datetime


@dataclass(frozen=True, slots=True)
class Proven:
    """A code was right: who reads the address is there, and meant for it where a person was named."""

    challenge_id: UUID
    purpose: str
    address: Address
    fingerprint: UUID
    person_id: UUID | None


@transaction.atomic
def ask(
    wanted: Wanted,
    *,
    reader: Callable[[], Reader],
    asker: Asker,
    keys: Keys,
    now: datetime,
    draw: Callable[[int], str] | None = None,
) -> UUID:
    """Send a code where one is to be sent, and give the id by which the browser may give it back.

    Known or not, the same statements run; what would go to nobody is taken back before it is seen.
    Raises TooManyTries, AskedTooOften.
    """
    fingerprint, scope = wanted.address.fingerprint(keys), wanted.scope(keys)
    whose = askers.bucket(asker, address=fingerprint, keys=keys, now=now)
    _check_waiting(whose.fingerprint, now)
    limits.count(limits.ASKS, whose.fingerprint, now=now)
    if not whose.known_device:
        limits.count(limits.NETWORK, keys.fingerprint("network", asker.network), now=now)
    limits.forget(now=now)
    who = reader()
    database.rows(_SQL["lock_scope"], {"number": int.from_bytes(scope.bytes[:8], signed=True)})
    if _is_due(scope, fingerprint, now):
        _send(wanted, scope, fingerprint, who, keys=keys, now=now, draw=draw or _draw)
    challenge = uuid4()
    Challenge.objects.create(
        challenge_id=challenge,
        purpose=wanted.purpose,
        channel=wanted.address.channel,
        scope=scope,
        address=fingerprint,
        bucket=whose.fingerprint,
        known_device=whose.known_device,
        person_id=wanted.person_id,
        sealed=keys.encrypt(wanted.address.text.encode(), owner=challenge.bytes),
        asked_at=now,
        expires_at=now + LIVES,
    )
    return challenge


def _check_waiting(bucket: UUID, now: datetime) -> None:
    stopped = Limit.objects.filter(kind="wrong", fingerprint=bucket, count__gte=TRIES, until_at__gt=now).first()
    if stopped:
        raise TooManyTries(stopped.until_at)


def _is_due(scope: UUID, address: UUID, now: datetime) -> bool:
    """Whether another message goes. If not, one that came a little while ago has a code that is as good."""
    asked = {"scope": scope, "fingerprint": address, "long_enough": now + _LONG_ENOUGH, "since": now - _AN_HOUR}
    [(alive, newest, lately)] = database.rows(_SQL["sent_lately"], asked)
    return not alive or (now - newest >= AGAIN and lately < _HOURLY)


def _draw(digits: int) -> str:
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def _send(
    wanted: Wanted, scope: UUID, address: UUID, who: Reader, *, keys: Keys, now: datetime, draw: Callable[[int], str]
) -> None:
    under_fire = limits.is_reached(limits.GUESSED, address, now=now)
    digits = DIGITS_UNDER_FIRE if under_fire else DIGITS
    code = draw(digits)
    Code.objects.create(
        code_id=uuid4(),
        scope=scope,
        address=address,
        digest=_digest(scope, code, keys),
        digits=digits,
        sent_at=now,
        expires_at=now + LIVES,
    )
    channel = wanted.address.channel
    place = transaction.savepoint()
    direct.send(
        person_id=who.person_id,
        step="otp",
        channel=channel,
        address=wanted.address.text,
        name="",  # a shared phone must not be told whose
        values={"code": code, "minutes": str(LIVES // timedelta(minutes=1))},
        keys=keys,
        now=now,
        expires_at=now + LIVES,
    )
    tell(who.person_id, "code_asked", now=now, details={"channel": channel, "purpose": wanted.purpose})
    (transaction.savepoint_commit if who.known else transaction.savepoint_rollback)(place)  # one statement either way


def _digest(scope: UUID, code: str, keys: Keys) -> UUID:
    return keys.fingerprint("code", f"{scope}:{code}")


def tell(person_id: UUID, kind: str, *, now: datetime, details: dict[str, str] | None = None) -> None:
    """Write down what a person did on the pages."""
    Event.objects.create(
        person_id=person_id, kind=kind, occurred_at=now, recorded_at=now, actor=str(PORTAL), details=details
    )


def waiting(*, challenge_id: UUID, keys: Keys, now: datetime) -> Waiting:
    """What a browser waits for. Raises CodeOver."""
    row = Challenge.objects.filter(challenge_id=challenge_id, proven_at=None, expires_at__gt=now).first()
    if row is None:
        raise CodeOver
    newest = Code.objects.filter(scope=row.scope, used_at=None).order_by("-sent_at").first()
    address = opened(row.channel, bytes(row.sealed), challenge_id, keys)
    digits = newest.digits if newest else DIGITS
    return Waiting(row.purpose, address, digits, row.expires_at, row.asked_at + AGAIN)


def opened(channel: str, sealed: bytes, challenge_id: UUID, keys: Keys) -> Address:
    """The address of a challenge."""
    return Address(channel, keys.decrypt(sealed, owner=challenge_id.bytes).decode())


def check(
    *, challenge_id: UUID, code: str, keys: Keys, now: datetime, still: Callable[[Address], bool] = lambda _: True
) -> Proven:
    """Take a code. `still`: whether the address still leads to somebody; a code for one that does not is wrong.

    The try is counted, and committed, before anything is compared. Raises CodeOver, CodeWrong, TooManyTries.
    """
    given = "".join(code.split())
    with transaction.atomic(durable=True):
        asked = {"challenge": challenge_id, "most": TRIES, "now": now, "until": now + WAITS}
        found = database.one(_SQL["count_try"], asked)
    if found is None:
        raise _no_more_tries(challenge_id, now)
    scope, fingerprint, bucket, tries, known_device, purpose, channel, person_id, sealed, wrong, until = found
    if wrong > TRIES:
        raise TooManyTries(until)
    live = database.rows(_SQL["live_codes"], {"scope": scope, "now": now})
    digest = _digest(scope, given, keys)
    # Digests are keyed: what a difference of time told of one would say nothing about the code. All are compared.
    matching = [code_id for code_id, kept in live if secrets.compare_digest(kept.bytes, digest.bytes)]
    address = opened(channel, bytes(sealed), challenge_id, keys)
    if matching and still(address) and _use(scope, matching, challenge_id, bucket, now):
        return Proven(challenge_id, purpose, address, fingerprint, person_id)
    if not known_device:
        limits.note(limits.GUESSED, fingerprint, now=now)
    left = TRIES - max(tries, wrong)
    raise CodeWrong(left) if left > 0 else TooManyTries(until)


def _no_more_tries(challenge_id: UUID, now: datetime) -> Refusal:
    row = Challenge.objects.filter(challenge_id=challenge_id).first()
    if row is None or row.proven_at or row.tries < TRIES:
        return CodeOver()
    stopped = Limit.objects.filter(kind="wrong", fingerprint=row.bucket, until_at__gt=now).first()
    return TooManyTries(stopped.until_at) if stopped else CodeOver()


@transaction.atomic
def _use(scope: UUID, matching: list[UUID], challenge_id: UUID, bucket: UUID, now: datetime) -> bool:
    """End the codes of the scope; False: another browser was quicker with the same one."""
    used = {row[0] for row in database.rows(_SQL["use_codes"], {"scope": scope, "now": now})}
    if not used.issuperset(matching):
        return False
    Challenge.objects.filter(challenge_id=challenge_id).update(proven_at=now)
    Limit.objects.filter(kind="wrong", fingerprint=bucket).delete()
    return True
