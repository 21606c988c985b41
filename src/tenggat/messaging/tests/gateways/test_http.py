"""SMS over HTTP against a real server: what leaves, and what each answer means."""

import base64
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from tenggat.messaging.gateways import Answer, Gateway, GatewayUnusable, Outcome
from tenggat.messaging.gateways.http import HttpGateway, Settings
from tenggat.messaging.tests.gateways.letters import NOW, TEXT, by_outcome, letters
from tenggat.messaging.tests.gateways.web_server import Asked, Provider, Said, provider

FIELDS = {"msisdn": "{number}", "message": "{text}", "ref": "{reference}"}


@contextmanager
def meeting(answer: Any, path: str = "/send", **changed: Any) -> Iterator[tuple[HttpGateway, Provider]]:
    with provider(answer if callable(answer) else lambda _: answer) as there:
        usual: dict[str, Any] = {"url": there.url + path, "fields": FIELDS, "timeout": 0.5, "connections": 4}
        with HttpGateway(Settings(**{**usual, **changed})) as gateway:
            yield gateway, there


def slowly(seconds: float, prefix: str) -> Callable[[Asked], Said]:
    """Those whose reference begins so wait for their answer."""

    def answer(asked: Asked) -> Said:
        if asked.form["ref"].startswith(prefix):
            time.sleep(seconds)
        return Said()

    return answer


def only(answer: Said, **changed: Any) -> Answer:
    """What becomes of one message that is answered so."""
    with meeting(answer, **changed) as (gateway, _):
        return next(iter(gateway.send(letters(1), at=NOW)))


def test_a_form_carries_the_fields_and_the_answer_the_id() -> None:
    def answer(asked: Asked) -> Said:
        return Said(200, f"OK {asked.form['ref']}-77 queued")

    with meeting(answer, id_at=r"re:^OK (\S+)", user="tenggat", password="rahasia") as (gateway, there):
        way_out: Gateway = gateway
        answers = list(way_out.send(letters(9), at=NOW))
        assert way_out.receipts() == ()
    assert by_outcome(answers)[Outcome.ACCEPTED] == {f"r{i}" for i in range(9)}
    assert {(a.reference, a.gateway_id) for a in answers} == {(f"r{i}", f"r{i}-77") for i in range(9)}
    assert {a.form["msisdn"] for a in there.asked} == {f"62812{i:07d}" for i in range(9)}
    assert {a.form["message"] for a in there.asked} == {TEXT}
    assert base64.b64decode(there.asked[0].headers["Authorization"].split()[1]) == b"tenggat:rahasia"


def test_no_more_requests_at_once_than_configured() -> None:
    with meeting(slowly(0.03, "r"), connections=3) as (gateway, there):
        assert len(list(gateway.send(letters(12), at=NOW))) == 12
    assert there.most_at_once == 3


def test_json_may_be_nested_and_headers_may_carry_the_reference() -> None:
    fields = {"to": "{to}", "message.text": "{text}", "message.until": "{until}", "literal": "{{x}}"}
    until = NOW + timedelta(hours=1)
    said = Said(201, '{"messages": [{"id": 4711}]}')
    headers = {"Idempotency-Key": "{reference}"}
    with meeting(said, fields=fields, body="json", id_at="messages.0.id", headers=headers) as (gateway, there):
        (answer,) = gateway.send([letters(1)[0]._replace(until=until)], at=NOW)
    assert answer == Answer("r0", Outcome.ACCEPTED, gateway_id="4711")
    assert there.asked[0].json == {
        "to": "+628120000000",
        "message": {"text": TEXT, "until": "2020-10-24T04:00:00+00:00"},
        "literal": "{x}",
    }
    assert there.asked[0].headers["Idempotency-Key"] == "r0"


def test_a_query_is_possible_and_stays_out_of_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), meeting(Said(), method="GET", body="query") as (gateway, there):
        list(gateway.send(letters(3), at=NOW))
    assert {a.query["msisdn"] for a in there.asked} == {f"62812{i:07d}" for i in range(3)}
    assert "62812" not in caplog.text


@pytest.mark.parametrize(
    ("said", "outcome", "code"),
    [
        (Said(200, '{"code": "0"}'), Outcome.ACCEPTED, ""),
        (Said(200, '{"code": 7}'), Outcome.REJECTED, "7"),
        (Said(200, '{"code": "slow"}'), Outcome.BUSY, "slow"),
        (Said(200, '{"code": "new"}'), Outcome.UNKNOWN, "new"),
        (Said(200, "<html>"), Outcome.UNKNOWN, "http_200"),
        (Said(200, '{"code": "+62812 0000000 who are you"}'), Outcome.UNKNOWN, "http_200"),
        (Said(400, '{"code": "slow"}'), Outcome.BUSY, "slow"),
        (Said(422), Outcome.REJECTED, "http_422"),
        (Said(401), Outcome.BUSY, "http_401"),
        (Said(418), Outcome.UNKNOWN, "http_418"),
        (Said(429, "", {"Retry-After": "30"}), Outcome.BUSY, "http_429:30"),
        (Said(503, "", {"Retry-After": "Wed, 21 Oct 2020 07:28:00 GMT"}), Outcome.BUSY, "http_503"),
        (Said(302, "", {"Location": "/elsewhere"}), Outcome.BUSY, "http_302"),
        (Said(500), Outcome.UNKNOWN, "http_500"),
        (Said(502), Outcome.UNKNOWN, "http_502"),
        (Said(silent=True), Outcome.UNKNOWN, "lost"),
        (Said(200, '{"code": "0"', halting=True), Outcome.UNKNOWN, "timeout"),
    ],
)
def test_what_an_answer_means(said: Said, outcome: Outcome, code: str) -> None:
    answer = only(
        said,
        code_at="code",
        accepted_codes=frozenset({"0"}),
        rejected_codes=frozenset({"7"}),
        busy_codes=frozenset({"slow"}),
        statuses={418: Outcome.UNKNOWN},
    )
    assert (answer.outcome, answer.code) == (outcome, code)


def test_without_configured_codes_the_status_decides() -> None:
    assert only(Said(202, "whatever"), id_at="id") == Answer("r0", Outcome.ACCEPTED)


def test_an_answer_without_end_is_cut() -> None:
    assert only(Said(200, "x" * 300_000), id_at="id").outcome is Outcome.ACCEPTED


def test_no_answer_in_time_is_unknown_and_nothing_is_sent_again() -> None:
    with meeting(slowly(0.4, "r1"), timeout=0.15) as (gateway, there):
        outcomes = by_outcome(gateway.send(letters(6), at=NOW))
    assert outcomes[Outcome.UNKNOWN] == {"r1"}
    assert sorted(a.form["ref"] for a in there.asked) == [f"r{i}" for i in range(6)]


def test_where_nobody_listens_all_are_busy_and_soon() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with HttpGateway(Settings(url=url, fields=FIELDS, connections=2)) as gateway:
            answers = list(gateway.send(letters(40), at=NOW))
    assert by_outcome(answers)[Outcome.BUSY] == {f"r{i}" for i in range(40)}
    assert {a.code for a in answers} == {"unreachable", "given_up"}


def test_a_server_that_wants_no_more_is_not_asked_forty_times() -> None:
    with meeting(Said(429)) as (gateway, there):
        answers = list(gateway.send(letters(40), at=NOW))
        assert len(by_outcome(answers)[Outcome.BUSY]) == 40
        assert len(there.asked) < 12
        list(gateway.send(letters(1), at=NOW))
        assert len(there.asked) < 13 + 1


def test_a_message_whose_time_is_over_does_not_leave() -> None:
    with meeting(Said()) as (gateway, there):
        (answer,) = gateway.send([letters(1)[0]._replace(until=NOW)], at=NOW)
    assert (answer.outcome, answer.code, there.asked) == (Outcome.BUSY, "late", [])


@pytest.mark.parametrize(("body", "text"), [("json", "a\ud800"), ("form", "a\ud800"), ("query", "a\ud800")])
def test_half_a_letter_is_rejected_and_holds_up_nobody(body: str, text: str) -> None:
    first, second = letters(2)
    with meeting(Said(), body=body) as (gateway, _):
        answers = {a.reference: a.outcome for a in gateway.send([first._replace(text=text), second], at=NOW)}
    assert answers["r1"] is Outcome.ACCEPTED
    assert answers["r0"] in (Outcome.REJECTED, Outcome.ACCEPTED)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://sms.example.id/send"},
        {"url": "sms.example.id"},
        {"url": "http://[1"},
        {"fields": {"a": "{name}"}},
        {"fields": {"a": "{to.__class__}"}},
        {"headers": {"a": "{"}},
        {"rejected_codes": frozenset({"7"})},
        {"id_at": "re:(a)(b)"},
        {"code_at": "re:("},
        {"connections": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"url": "https://sms.example.id/send", "fields": FIELDS}
    with pytest.raises(GatewayUnusable):
        HttpGateway(Settings(**{**usual, **wrong})).__enter__()
