"""A family that shares a phone, a device that is known again, and who asks."""

from datetime import timedelta
from uuid import UUID

import pytest

from tenggat.accounts import askers, signing_in
from tenggat.accounts.addresses import Address, AddressUnreadable, read_address
from tenggat.accounts.askers import DEVICE_LIVES, Asker, network_of, with_device
from tenggat.accounts.codes import CodeOver, CodeWrong, TooManyTries
from tenggat.accounts.models import Challenge, Contact
from tenggat.accounts.signing_in import Arrived, NotHere, Shared, is_to_name, name_person
from tenggat.accounts.tests.people import (
    AYU,
    BUDI,
    CITRA,
    HOME,
    KEYS,
    MAIL,
    MICRO,
    NOBODY,
    NOW,
    PHONE,
    PRAKERJA,
    SECOND,
    SHARED,
    ask,
    code_for,
    enter,
    person,
    signed_in,
    wrong,
)
from tenggat.registry.actions import NikRefused

LATER = NOW + timedelta(minutes=3)


def shared() -> UUID:
    challenge, code = code_for(SHARED)
    assert enter(challenge, code) == Shared(challenge)
    return challenge


def name(challenge: UUID, nik: str, *, now: object = LATER) -> Arrived:
    return name_person(challenge_id=challenge, nik=nik, programme=PRAKERJA, keys=KEYS, now=now)  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.usefixtures("people")
class TestShared:
    def test_a_nik_says_which_of_a_family_it_is_once(self) -> None:
        challenge = shared()
        assert is_to_name(challenge_id=challenge, now=LATER)
        assert name(challenge, CITRA).person_id == person(CITRA)
        assert not is_to_name(challenge_id=challenge, now=LATER)
        with pytest.raises(CodeOver):
            name(challenge, BUDI)

    def test_a_nik_of_somebody_else_is_told_like_that_of_nobody(self) -> None:
        challenge = shared()
        for left, nik in ((4, AYU), (3, NOBODY)):
            with pytest.raises(NotHere) as told:
                name(challenge, nik)
            assert told.value.left == left
        with pytest.raises(NikRefused):
            name(challenge, "123")  # a slip costs no try
        for _ in range(3):
            with pytest.raises(NotHere):
                name(challenge, NOBODY)
        with pytest.raises(CodeOver):
            name(challenge, BUDI)

    def test_naming_has_ten_minutes_from_the_code(self) -> None:
        challenge = shared()
        with pytest.raises(CodeOver):
            name(challenge, BUDI, now=NOW + SECOND + signing_in.TO_NAME)
        assert name(challenge, BUDI, now=NOW + SECOND + signing_in.TO_NAME - MICRO).person_id == person(BUDI)

    def test_nobody_is_named_before_the_code(self) -> None:
        challenge, _ = code_for(SHARED)
        with pytest.raises(CodeOver):
            name(challenge, BUDI)

    def test_who_shares_the_challenges_code_does_not_share_its_proof(self) -> None:
        mine, code = code_for(SHARED)
        other = ask(SHARED, by=Asker("198.51.100.9"), now=NOW + SECOND)
        enter(mine, code)
        with pytest.raises(CodeOver):
            name(other, BUDI)
        with pytest.raises(CodeWrong):
            enter(other, code)

    def test_a_sign_in_is_remembered_as_a_proof_of_the_address(self) -> None:
        signed_in()
        contact = Contact.objects.get()
        assert (contact.person_id, contact.channel) == (person(AYU), "sms")
        assert contact.steady_since_at == NOW + SECOND
        signed_in(now=LATER)
        signed_in(now=LATER + timedelta(days=89))
        assert Contact.objects.get().steady_since_at == NOW + SECOND
        silent = LATER + timedelta(days=89 + 91)
        signed_in(now=silent)
        assert Contact.objects.get().steady_since_at == silent + SECOND
        assert Contact.objects.get().proven_at == NOW + SECOND

    def test_a_known_device_gets_through_where_its_network_has_to_wait(self) -> None:
        challenge, code = code_for()
        for _ in range(4):
            with pytest.raises(CodeWrong):
                enter(challenge, wrong(code))
        with pytest.raises(TooManyTries):
            enter(challenge, wrong(code))
        with pytest.raises(TooManyTries):
            ask(now=LATER)
        device = with_device("", address=PHONE.fingerprint(KEYS), keys=KEYS, now=NOW)
        mine = ask(by=Asker(HOME.network, device), now=LATER)
        assert Challenge.objects.get(challenge_id=mine).known_device


def bucket(device: str, *, now: object = NOW, address: Address = PHONE) -> askers.Bucket:
    return askers.bucket(Asker("203.0.113.7", device), address=address.fingerprint(KEYS), keys=KEYS, now=now)  # type: ignore[arg-type]


def test_a_device_is_known_for_the_addresses_it_has_proven_and_for_a_year() -> None:
    cookie = with_device("", address=PHONE.fingerprint(KEYS), keys=KEYS, now=NOW)
    assert bucket(cookie).known_device
    assert not bucket(cookie, address=MAIL).known_device
    assert bucket(cookie, now=NOW + DEVICE_LIVES - SECOND).known_device
    assert not bucket(cookie, now=NOW + DEVICE_LIVES).known_device
    both = with_device(cookie, address=MAIL.fingerprint(KEYS), keys=KEYS, now=NOW)
    assert bucket(both).known_device
    assert bucket(both, address=MAIL).known_device
    assert PHONE.text not in both


@pytest.mark.parametrize("forged", ["x", "a.b.c.d", "~", "...", "0" * 40 + "." + "1" * 32 + ".9999999999." + "2" * 32])
def test_a_device_cookie_that_is_not_ours_counts_for_nothing(forged: str) -> None:
    assert bucket(forged) == bucket("")
    cookie = with_device("", address=PHONE.fingerprint(KEYS), keys=KEYS, now=NOW)
    body, _, tag = cookie.rpartition(".")
    device, _, until = body.split(".")
    moved = f"{device}.{MAIL.fingerprint(KEYS).hex}.{until}.{tag}"
    assert bucket(moved, address=MAIL) == bucket("", address=MAIL)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_one_customer_is_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0812-3456-7890", Address("sms", "+6281234567890")),
        (" +62 812 3456 7890 ", Address("sms", "+6281234567890")),
        (" Ayu@Contoh.ID", Address("email", "Ayu@contoh.id")),
    ],
)
def test_one_field_takes_a_phone_or_an_email(typed: str, read: Address) -> None:
    assert read_address(typed, programme=PRAKERJA) == read


@pytest.mark.parametrize("typed", ["", "ayu", "ayu@", "12", "0211234567"])
def test_what_is_neither_is_said_to_be(typed: str) -> None:
    with pytest.raises(AddressUnreadable):
        read_address(typed, programme=PRAKERJA)


def test_little_of_an_address_is_shown() -> None:
    assert PHONE.masked == "+62 •••• ••890"
    assert MAIL.masked == "A•••@c•••.id"
    assert Address("email", "siti.aminah@gmail.com").masked == "s•••@gmail.com"
