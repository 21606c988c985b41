"""A code: once, ten minutes, five tries and then two hours; and nobody learns who is known."""

import re
from datetime import timedelta
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenggat.accounts import limits
from tenggat.accounts.addresses import Address
from tenggat.accounts.askers import Asker
from tenggat.accounts.codes import AGAIN, LIVES, WAITS, CodeOver, CodeWrong, TooManyTries, waiting
from tenggat.accounts.models import Challenge, Code, Limit
from tenggat.accounts.signing_in import Arrived
from tenggat.accounts.tests.people import (
    AYU,
    ELSEWHERE,
    HOME,
    HOUR,
    KEYS,
    MAIL,
    MICRO,
    MINUTE,
    NOW,
    PHONE,
    SECOND,
    UNKNOWN,
    ask,
    code_for,
    enter,
    person,
    plant,
    sent,
    wrong,
)
from tenggat.foundation.side_by_side import in_sessions
from tenggat.journal.models import Event
from tenggat.messaging.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def test_a_code_lets_its_person_in_once() -> None:
    challenge, code = code_for()
    assert len(code) == 6
    arrived = enter(challenge, code)
    assert isinstance(arrived, Arrived)
    assert arrived.person_id == person(AYU)
    with pytest.raises(CodeOver):
        enter(challenge, code)
    assert list(Event.objects.order_by("event_id").values_list("kind", "details")) == [
        ("code_asked", {"channel": "sms", "purpose": "sign_in"}),
        ("signed_in", {"channel": "sms", "purpose": "sign_in"}),
    ]


def test_an_email_leads_to_its_person_in_whatever_case() -> None:
    challenge = ask(Address("email", "AYU@contoh.id"))
    [code] = sent(Address("email", "AYU@contoh.id"))
    arrived = enter(challenge, f" {code[:3]} {code[3:]} ")
    assert isinstance(arrived, Arrived)
    assert arrived.person_id == person(AYU)
    assert arrived.address == MAIL.fingerprint(KEYS)


def test_a_code_lives_ten_minutes_to_the_microsecond() -> None:
    challenge, code = code_for()
    with pytest.raises(CodeOver):
        enter(challenge, code, now=NOW + LIVES)
    assert isinstance(enter(challenge, code, now=NOW + LIVES - MICRO), Arrived)


def test_after_five_wrong_codes_the_right_one_is_not_heard_for_two_hours() -> None:
    challenge, code = code_for()
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as told:
            enter(challenge, wrong(code))
        assert told.value.left == left
    with pytest.raises(TooManyTries) as stopped:
        enter(challenge, wrong(code))
    until = NOW + SECOND + WAITS
    assert stopped.value.until == until
    with pytest.raises(TooManyTries):
        enter(challenge, code)
    with pytest.raises(TooManyTries):
        ask(now=until - MICRO)
    assert isinstance(ask(now=until), UUID)


def test_tries_are_counted_over_several_challenges_of_the_same_asker() -> None:
    first, code = code_for()
    second = ask(now=NOW + SECOND)
    for challenge in (first, second, first, second):
        with pytest.raises(CodeWrong):
            enter(challenge, wrong(code))
    with pytest.raises(TooManyTries):
        enter(second, wrong(code))
    with pytest.raises(TooManyTries):
        enter(first, code)


def test_a_right_code_forgives_the_wrong_ones() -> None:
    challenge, code = code_for()
    for _ in range(4):
        with pytest.raises(CodeWrong):
            enter(challenge, wrong(code))
    enter(challenge, code)
    assert not Limit.objects.filter(kind="wrong").exists()


@pytest.mark.parametrize("code", ["", "abc", "12345", "1234567890", "١٢٣٤٥٦"])
def test_what_is_no_code_is_a_wrong_one(code: str) -> None:
    with pytest.raises(CodeWrong):
        enter(ask(), code)


def test_a_challenge_that_never_was_is_over() -> None:
    with pytest.raises(CodeOver):
        enter(uuid4(), "123456")
    with pytest.raises(CodeOver):
        waiting(challenge_id=uuid4(), keys=KEYS, now=NOW)


def test_only_digests_and_ciphertext_are_kept() -> None:
    challenge, code = code_for()
    for table in ("accounts_code", "accounts_challenge", "accounts_limit"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT row_to_json(kept)::text FROM {table} AS kept")
            text = " ".join(row[0] for row in cursor.fetchall())
        assert text
        assert PHONE.text not in text
        assert f'"{code}"' not in text
    assert waiting(challenge_id=challenge, keys=KEYS, now=NOW).address == PHONE


def test_a_stranger_who_asks_and_guesses_does_not_stop_the_person() -> None:
    challenge, code = code_for(by=ELSEWHERE)
    for _ in range(4):
        with pytest.raises(CodeWrong):
            enter(challenge, wrong(code))
    with pytest.raises(TooManyTries):
        enter(challenge, wrong(code))
    mine = ask(by=HOME, now=NOW + SECOND)
    assert isinstance(enter(mine, code), Arrived)  # the code that the stranger had sent is as good for me


def test_any_number_of_strangers_leave_the_person_a_code_that_works() -> None:
    for number in range(300):
        ask(by=Asker(f"198.51.{number // 250}.{number % 250}"), now=NOW + number * SECOND)
    moment = NOW + 301 * SECOND
    mine = ask(by=HOME, now=moment)
    assert isinstance(enter(mine, sent()[-1], now=moment + SECOND), Arrived)


def test_an_address_gets_few_messages_however_many_ask() -> None:
    for minute in range(60):
        ask(by=Asker(f"198.51.100.{minute}"), now=NOW + minute * MINUTE)
    assert Code.objects.count() <= 6 + 60 // 8


def test_another_code_goes_after_a_minute_and_the_one_before_is_good_as_well() -> None:
    challenge, first = code_for()
    ask(now=NOW + AGAIN - MICRO)
    assert Code.objects.count() == 1
    ask(now=NOW + AGAIN)
    assert Code.objects.count() == 2
    assert isinstance(enter(challenge, first, now=NOW + AGAIN + SECOND), Arrived)
    assert not Code.objects.filter(used_at=None).exists()


def test_under_fire_codes_grow_and_nobody_is_stopped() -> None:
    for number in range(20):
        challenge = ask(by=Asker(f"198.51.100.{number}"), now=NOW + SECOND)
        with pytest.raises(CodeWrong):
            enter(challenge, "000000000")
    later = NOW + HOUR
    challenge, code = code_for(now=later)
    assert len(code) == 8
    assert waiting(challenge_id=challenge, keys=KEYS, now=later).digits == 8
    assert isinstance(enter(challenge, code, now=later), Arrived)


def test_who_asks_too_often_waits() -> None:
    for number in range(limits.ASKS.most):
        ask(now=NOW + number * SECOND)
    with pytest.raises(limits.AskedTooOften) as told:
        ask(now=NOW + 30 * SECOND)
    assert told.value.until == NOW + limits.ASKS.span
    ask(MAIL, now=NOW + 30 * SECOND)
    ask(now=NOW + limits.ASKS.span)


def test_nobody_unknown_is_written_to_or_told_of() -> None:
    ask(UNKNOWN)
    assert (Message.objects.count(), Event.objects.count()) == (0, 0)
    assert (Code.objects.count(), Challenge.objects.count()) == (1, 1)


def test_even_a_right_guess_for_an_unknown_address_is_a_wrong_code() -> None:
    challenge = plant(UNKNOWN, "123456")
    with pytest.raises(CodeWrong):
        enter(challenge, "123456")


def test_known_and_unknown_run_the_same_statements() -> None:
    ask(Address("sms", "+6281234560000"))  # what is prepared once

    def statements(address: Address, by: Asker) -> list[str]:
        with CaptureQueriesContext(connection) as caught:
            challenge = ask(address, by=by)
            with pytest.raises(CodeWrong):
                enter(challenge, "0000000")
        words = [re.sub(r"\(.*", "", " ".join(query["sql"].split()[:4])) for query in caught.captured_queries]
        return [
            "SAVEPOINT ends" if re.match("RELEASE|ROLLBACK", word) else re.sub('"s[0-9_x]+"', "s", word)
            for word in words
        ]

    known, unknown = statements(PHONE, HOME), statements(UNKNOWN, HOME)
    assert known == unknown
    assert len(known) > 12


@pytest.mark.slow
def test_known_and_unknown_take_the_same_time() -> None:
    """Medians of many, taken in turns; two statements less would be a fifth of the whole."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(120):
        for known in (True, False):
            address = PHONE if known else UNKNOWN
            began = perf_counter()
            ask(address, by=Asker(f"10.0.{number}.1"), now=NOW + number * 11 * MINUTE)
            if number >= 20:
                times[known].append(perf_counter() - began)
    assert 0.85 < median(times[True]) / median(times[False]) < 1.18


def test_what_is_over_for_a_day_is_forgotten() -> None:
    ask()
    ask(MAIL, now=NOW + timedelta(days=1) + LIVES + MICRO)
    assert Code.objects.filter(sent_at=NOW).count() == Challenge.objects.filter(asked_at=NOW).count() == 0


@pytest.mark.usefixtures("committed")
class TestParallel:
    """Two real sessions and more."""

    def test_parallel_guesses_are_never_more_than_five(self) -> None:
        challenge, code = code_for()

        def guess() -> str:
            try:
                enter(challenge, wrong(code))
            except (CodeWrong, TooManyTries, CodeOver) as told:
                return told.code
            return "in"

        said = in_sessions([guess] * 12, at_once=6)
        assert said.count("code_wrong") <= 4
        assert Challenge.objects.get(challenge_id=challenge).tries == 5
        assert Limit.objects.get(kind="wrong").count == 5

    def test_a_code_that_two_browsers_give_at_once_lets_one_in(self) -> None:
        first, code = code_for()
        second = ask(now=NOW + SECOND)

        def give(challenge: UUID) -> str:
            try:
                enter(challenge, code)
            except (CodeWrong, CodeOver):
                return "refused"
            return "in"

        assert sorted(in_sessions([lambda: give(first), lambda: give(second)])) == ["in", "refused"]
