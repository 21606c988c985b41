"""Who does not remember which phone or e-mail it was: NIK, KK and birth date lead to masked hints, and a code.

Nothing tells whether the three belong to anybody: unknown ones have hints of their own, always the same, to which no
message ever goes.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime, timedelta
from uuid import UUID

from tenggat.accounts import changing, codes, limits
from tenggat.accounts.addresses import Address
from tenggat.accounts.askers import Asker
from tenggat.accounts.codes import CodeOver, Reader, Wanted
from tenggat.foundation.keys import Keys, KeysUnusable
from tenggat.foundation.refusals import Refusal
from tenggat.registry.actions import read_nik
from tenggat.registry.models import Person
from tenggat.registry.queries import person_of
from tenggat.rules.identity import IdentityError, scheme
from tenggat.rules.programme import Programme

LIVES = timedelta(minutes=30)
"""From being asked who one is until it has to be said again."""

_OWNER = b"tenggat recovery"
_PREFIXES = ("811", "812", "813", "821", "822", "852", "853", "856", "857", "859", "877", "878", "881", "895", "896")
_LETTERS = "aaaabdddeefghiiijklmmmnnprrrssstuwy"  # about as Indonesian names begin
_DOMAINS = ("gmail.com",) * 13 + ("yahoo.com", "yahoo.co.id", "outlook.com")


class KkRefused(Refusal):
    """What was given is no number of a family card; `code` says why."""

    def __init__(self, error: IdentityError) -> None:
        super().__init__(error.message)
        self.code = error.code  # type: ignore[misc]  # the numbering scheme's own codes


def recognise(
    *, nik: str, kk: str, birth_date: date, asker: Asker, programme: Programme, keys: Keys, now: datetime
) -> str:
    """Give a token for whoever has all three, and one just like it where nobody has. Raises NikRefused, KkRefused,
    AskedTooOften.
    """
    number = read_nik(nik=nik, programme=programme, now=now)
    household = read_kk(kk=kk, programme=programme)
    limits.count(limits.RECOVERIES, keys.fingerprint("network", asker.network), now=now)
    limits.count(limits.TRIPLES, keys.fingerprint("triple", f"{asker.network}:{number}"), now=now)
    stranger = keys.fingerprint("decoy", f"{number}:{household}:{birth_date}")
    found = person_of(fingerprint=keys.fingerprint("nik", number)) or stranger
    person = Person.objects.filter(person_id=found).only("household_fingerprint", "birth_date").first()
    family = keys.fingerprint("kk", household) if household else None
    same = person is not None and (person.household_fingerprint, person.birth_date) == (family, birth_date)
    return _sealed(found if same else stranger, keys, now)


def read_kk(*, kk: str, programme: Programme) -> str:
    """The one spelling of a family card's number; "" in a programme without households. Raises KkRefused."""
    name = programme.identity.household_scheme
    try:
        return scheme(name).read_household(kk) if name else ""
    except IdentityError as error:
        raise KkRefused(error) from None


def _sealed(person_id: UUID, keys: Keys, now: datetime) -> str:
    """Of one length for everybody."""
    until = int((now + LIVES).timestamp()).to_bytes(8)
    return urlsafe_b64encode(keys.encrypt(person_id.bytes + until, owner=_OWNER)).decode()


def _person_in(token: str, keys: Keys, now: datetime) -> UUID:
    try:
        plain = keys.decrypt(urlsafe_b64decode(token.encode()), owner=_OWNER)
    except (ValueError, IndexError, KeysUnusable):
        raise CodeOver from None
    if now.timestamp() >= int.from_bytes(plain[16:]):
        raise CodeOver
    return UUID(bytes=plain[:16])


def ways(*, token: str, keys: Keys, now: datetime) -> list[Address]:
    """Where a code can go; show them masked. Raises CodeOver."""
    return _ways(_person_in(token, keys, now), keys)[0]


def _ways(person_id: UUID, keys: Keys) -> tuple[list[Address], bool]:
    """The addresses, and whether they are somebody's. Whoever has none gets a stranger's: that, too, tells nothing."""
    person = Person.objects.filter(person_id=person_id).only("phone", "email").first()
    decoys = _decoys(person_id, keys)
    if person is None or not (person.phone or person.email):
        return decoys, False
    both = (("sms", person.phone), ("email", person.email))
    return [Address(channel, text) for channel, text in both if text], True


def _decoys(person_id: UUID, keys: Keys) -> list[Address]:
    drawn = keys.fingerprint("decoy address", str(person_id)).bytes
    number = int.from_bytes(drawn[:6])
    phone = f"+62{_PREFIXES[drawn[9] % len(_PREFIXES)]}{number % 10**8:08d}"
    name = _LETTERS[drawn[10] % len(_LETTERS)]
    email = f"{name}{drawn[11]}@{_DOMAINS[drawn[12] % len(_DOMAINS)]}"
    return [Address("sms", phone), *([Address("email", email)] if drawn[13] < 160 else [])]


def ask_to_recover(*, token: str, channel: str, asker: Asker, keys: Keys, now: datetime) -> UUID:
    """Ask for a code by one of the `ways`. Raises CodeOver, TooManyTries, AskedTooOften."""
    changing.apply_due(keys=keys, now=now)
    person_id = _person_in(token, keys, now)
    addresses, known = _ways(person_id, keys)
    address = next((one for one in addresses if one.channel == channel), None)
    if address is None:
        raise CodeOver
    wanted = Wanted("recover", address, person_id)
    return codes.ask(wanted, reader=lambda: Reader(person_id, known), asker=asker, keys=keys, now=now)


def reaches(*, person_id: UUID, address: Address) -> bool:
    """Whether an address is this person's in the registry today."""
    person = Person.objects.filter(person_id=person_id).only("phone", "email").first()
    theirs = (person.email if address.channel == "email" else person.phone) if person else None
    return theirs is not None and secrets.compare_digest(theirs.lower().encode(), address.text.lower().encode())
