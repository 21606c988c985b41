"""NIK, KK and birth date: who has them all gets hints and a code; who has not gets hints as well, and nothing else."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenggat.accounts.addresses import Address
from tenggat.accounts.askers import Asker
from tenggat.accounts.codes import CodeOver, CodeWrong
from tenggat.accounts.limits import TRIPLES, AskedTooOften
from tenggat.accounts.recovering import LIVES, KkRefused, ask_to_recover, ways
from tenggat.accounts.signing_in import Arrived
from tenggat.accounts.tests.people import (
    AYU,
    BORN,
    DEWI,
    ELSEWHERE,
    HOME,
    KEYS,
    KK,
    MAIL,
    NOBODY,
    NOW,
    PHONE,
    SECOND,
    enter,
    person,
    remember,
    sent,
)
from tenggat.messaging.models import Message
from tenggat.registry.actions import NikRefused
from tenggat.registry.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def hints(token: str) -> list[str]:
    return [way.masked for way in ways(token=token, keys=KEYS, now=NOW)]


def ask(token: str, channel: str = "sms", *, by: Asker = HOME) -> UUID:
    return ask_to_recover(token=token, channel=channel, asker=by, keys=KEYS, now=NOW)


def test_who_has_all_three_gets_hints_and_comes_in_by_one() -> None:
    token = remember(AYU)
    assert hints(token) == [PHONE.masked, MAIL.masked]
    challenge = ask(token, "email")
    [code] = sent(MAIL)
    arrived = enter(challenge, code)
    assert isinstance(arrived, Arrived)
    assert arrived.person_id == person(AYU)


def test_a_code_for_recovery_is_none_for_signing_in() -> None:
    from tenggat.accounts.tests.people import ask as sign_in

    ask(remember(AYU))
    [code] = sent()
    other = sign_in()
    with pytest.raises(CodeWrong):
        enter(other, code)


@pytest.mark.parametrize(("kk", "born"), [(KK[NOBODY], BORN[AYU]), (KK[AYU], date(1995, 1, 1))])
def test_two_of_three_are_as_good_as_none(kk: str, born: date) -> None:
    token = remember(AYU, kk=kk, born=born)
    assert hints(token) == hints(remember(AYU, kk=kk, born=born))
    assert hints(token) != [PHONE.masked, MAIL.masked]
    assert not _leads_anywhere(token)


def _leads_anywhere(token: str) -> bool:
    challenge = ask(token)
    with pytest.raises(CodeWrong):
        enter(challenge, "123456")
    return Message.objects.exists()


def test_hints_of_nobody_are_always_the_same_and_look_like_any() -> None:
    shapes = set()
    for serial in range(1, 60):
        nik = f"3171011501{serial % 40 + 50}{serial:04d}"
        token = remember(nik, by=Asker(f"10.0.0.{serial}"), kk=KK[AYU], born=BORN[AYU])
        assert hints(token) == hints(remember(nik, by=ELSEWHERE, kk=KK[AYU], born=BORN[AYU]))
        shapes.add(len(hints(token)))
        assert re.fullmatch(r"\+62 •••• ••\d{3}", hints(token)[0])
        assert all(re.fullmatch(r"\w•••@[\w.•]+", hint) for hint in hints(token)[1:])
    assert shapes == {1, 2}


def test_a_token_is_of_one_length_and_tells_nothing() -> None:
    known, unknown = remember(AYU), remember(NOBODY)
    assert len(known) == len(unknown)
    assert AYU not in known


def test_who_has_no_address_is_given_hints_too_and_nothing_is_sent() -> None:
    token = remember(DEWI)
    assert hints(token)
    assert not _leads_anywhere(token)


def test_known_and_unknown_run_the_same_statements() -> None:
    def statements(nik: str) -> list[str]:
        with CaptureQueriesContext(connection) as caught:
            hints(remember(nik))
        return [" ".join(query["sql"].split()[:2]) for query in caught.captured_queries]

    assert statements(AYU) == statements(NOBODY)


def test_what_is_no_nik_or_kk_is_said_to_be_none() -> None:
    with pytest.raises(NikRefused):
        remember("123", kk=KK[AYU], born=BORN[AYU])
    with pytest.raises(KkRefused):
        remember(AYU, kk="123")


def test_a_network_tries_few_triples_of_one_nik_and_stops_nobody_elsewhere() -> None:
    for number in range(TRIPLES.most):
        remember(AYU, by=ELSEWHERE, born=date(1990, 1, 1 + number))
    with pytest.raises(AskedTooOften):
        remember(AYU, by=ELSEWHERE)
    assert hints(remember(AYU, by=HOME)) == [PHONE.masked, MAIL.masked]
    remember(AYU, by=ELSEWHERE, now=NOW + TRIPLES.span)


def test_a_token_ends_and_a_forged_one_is_none() -> None:
    token = remember(AYU)
    for bad in ("", "x", token[:-8] + "AAAAAAA=", "é"):
        with pytest.raises(CodeOver):
            ways(token=bad, keys=KEYS, now=NOW)
    ways(token=token, keys=KEYS, now=NOW + LIVES - SECOND)
    with pytest.raises(CodeOver):
        ways(token=token, keys=KEYS, now=NOW + LIVES)


def test_a_way_that_was_not_offered_is_none() -> None:
    Person.objects.filter(person_id=person(AYU)).update(email=None)
    with pytest.raises(CodeOver):
        ask(remember(AYU), "email")


def test_a_code_is_worth_nothing_once_the_address_is_somebody_elses() -> None:
    challenge = ask(remember(AYU))
    [code] = sent()
    Person.objects.filter(person_id=person(AYU)).update(phone="+6281299990000")
    with pytest.raises(CodeWrong):
        enter(challenge, code)


def test_decoys_would_be_mobile_numbers() -> None:
    from tenggat.registry.contacts import email, mobile

    for serial in range(1, 40):
        token = remember(NOBODY, by=Asker(f"10.0.1.{serial}"), born=date(1990, 1, 1) + timedelta(days=serial))
        for way in ways(token=token, keys=KEYS, now=NOW):
            assert isinstance(way, Address)
            assert (mobile if way.channel == "sms" else lambda text, region: email(text))(
                way.text, region="ID"
            ) == way.text
