"""Four people, and what they do: plain functions with dull defaults and a fixed moment."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tenggat.accounts import codes, signing_in
from tenggat.accounts.addresses import Address
from tenggat.accounts.askers import Asker
from tenggat.accounts.codes import Reader, Wanted
from tenggat.accounts.recovering import recognise
from tenggat.foundation.keys import derive
from tenggat.messaging.direct import opened
from tenggat.messaging.models import Message
from tenggat.messaging.outbox import Claimed
from tenggat.registry.models import NikKey, Person
from tenggat.rules.programme import load

KEYS = derive(7)
PRAKERJA = load("prakerja")
NOW = datetime(2020, 10, 20, 3, tzinfo=UTC)
SECOND, MICRO, MINUTE, HOUR = (
    timedelta(seconds=1), timedelta(microseconds=1), timedelta(minutes=1), timedelta(hours=1),
)  # fmt: skip
AYU, BUDI, CITRA, DEWI, NOBODY = (f"317101{day:02d}0195{day:04d}" for day in (11, 12, 13, 14, 15))
KK = {nik: "9" + nik[1:] for nik in (AYU, BUDI, CITRA, DEWI, NOBODY)}
BORN = {nik: date(1995, 1, int(nik[6:8])) for nik in KK}
PHONE, SHARED, UNKNOWN = (Address("sms", f"+6281234567{end}") for end in ("890", "111", "999"))
MAIL = Address("email", "Ayu@contoh.id")
HOME, ELSEWHERE = Asker("203.0.113.7"), Asker("198.51.100.9")
_CONTACTS = {AYU: (PHONE.text, MAIL.text), BUDI: (SHARED.text, None), CITRA: (SHARED.text, None), DEWI: (None, None)}


def person(nik: str) -> UUID:
    return KEYS.fingerprint("nik", nik)


def register() -> None:
    for nik, (phone, email) in _CONTACTS.items():
        Person.objects.create(
            person_id=person(nik),
            identity_cipher=KEYS.encrypt(f"{nik}:{KK[nik]}".encode(), owner=person(nik).bytes),
            household_fingerprint=KEYS.fingerprint("kk", KK[nik]),
            name=f"Peserta {nik[-1]}",
            birth_date=BORN[nik],
            phone=phone,
            email=email,
            time_zone="Asia/Jakarta",
            created_at=NOW - timedelta(days=30),
        )
        NikKey.objects.create(person_id=person(nik), fingerprint=person(nik), from_at=NOW - timedelta(days=30))


def ask(address: Address = PHONE, *, by: Asker = HOME, now: datetime = NOW) -> UUID:
    return signing_in.ask_to_sign_in(address=address, asker=by, keys=KEYS, now=now)


def enter(challenge: UUID, code: str, *, now: datetime = NOW + SECOND) -> signing_in.Arrived | signing_in.Shared:
    return signing_in.come_in(challenge_id=challenge, code=code, keys=KEYS, now=now)


def remember(nik: str = AYU, *, by: Asker = HOME, now: datetime = NOW, kk: str = "", born: date | None = None) -> str:
    """A recovery: three things, of which a test changes some."""
    return recognise(
        nik=nik,
        kk=kk or KK[nik],
        birth_date=born or BORN[nik],
        asker=by,
        programme=PRAKERJA,
        keys=KEYS,
        now=now,
    )


def sent(address: Address = PHONE) -> list[str]:
    """The codes that wait to be sent to an address, oldest first."""
    rows = Message.objects.filter(wave=0, address=address.text, step="otp").order_by("planned_at", "deadline_version")
    return [_told(row)["code"] for row in rows]


def notices(address: Address) -> list[dict[str, str]]:
    """What waits to be told to an old address."""
    return [_told(row) for row in Message.objects.filter(wave=0, address=address.text, step="contact")]


def _told(row: Message) -> dict[str, str]:
    claimed = Claimed(
        str(row.person_id), 0, row.step, row.channel, row.deadline_version, 1, "", "", "", "", "", "", "",
        sealed=bytes(row.sealed or b""),
    )  # fmt: skip
    return opened(claimed, KEYS).values


def code_for(address: Address = PHONE, *, by: Asker = HOME, now: datetime = NOW) -> tuple[UUID, str]:
    """A challenge and the newest code to an address that somebody has."""
    challenge = ask(address, by=by, now=now)
    return challenge, sent(address)[-1]


def wrong(code: str) -> str:
    """A code of as many digits that is not this one."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def signed_in(nik: str = AYU, *, by: Asker = HOME, now: datetime = NOW) -> UUID:
    """Somebody has signed in by phone."""
    challenge, code = code_for(PHONE, by=by, now=now)
    arrived = enter(challenge, code, now=now + SECOND)
    assert isinstance(arrived, signing_in.Arrived)
    assert arrived.person_id == person(nik)
    return arrived.person_id


def drawn(code: str) -> Callable[[int], str]:
    return lambda digits: code[:digits]


def plant(address: Address, code: str, *, now: datetime = NOW) -> UUID:
    """A challenge whose code is known though nobody was sent it: the address is nobody's."""
    wanted, nobody = Wanted("sign_in", address), Reader(KEYS.fingerprint("stranger", address.text), known=False)
    return codes.ask(wanted, reader=lambda: nobody, asker=HOME, keys=KEYS, now=now, draw=drawn(code))
