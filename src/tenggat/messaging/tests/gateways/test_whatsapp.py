"""WhatsApp's Cloud API, spoken by a server on this machine as its manual has it."""

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenggat.messaging.gateways import Fate, Gateway, GatewayUnusable, Outcome, Receipt, ReceiptRefused
from tenggat.messaging.gateways.whatsapp import Settings, WebhookSettings, WhatsAppGateway, challenge, receipts
from tenggat.messaging.tests.gateways.letters import NOW, TEXT, letters
from tenggat.messaging.tests.gateways.web_server import Asked, Provider, Said, provider

WEBHOOK = WebhookSettings(app_secrets=("lama", "baru"), verify_token="kata")


def cloud(asked: Asked) -> Said:
    """What the Cloud API answers to a message that it takes."""
    to = asked.json["to"]
    contact = {"input": to, "wa_id": to}
    message = {"id": f"wamid.{to}=", "message_status": "accepted"}
    return Said(200, json.dumps({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}))


def error(status: int, code: object) -> Said:
    """And to one that it does not."""
    said = {"message": "(#1) to +628120000000", "type": "OAuthException", "code": code, "fbtrace_id": "x"}
    return Said(status, json.dumps({"error": said}))


@contextmanager
def meeting(answer: Any, **changed: Any) -> Iterator[tuple[WhatsAppGateway, Provider]]:
    with provider(answer if callable(answer) else lambda _: answer) as there:
        usual: dict[str, Any] = {"token": "EAAG", "phone_number_id": "106540352242922", "template": "tenggat"}
        with WhatsAppGateway(
            Settings(**{**usual, "endpoint": there.url + "/v23.0", "timeout": 0.5, **changed})
        ) as gateway:
            yield gateway, there


def test_a_template_message_carries_the_text_and_our_reference() -> None:
    with meeting(cloud) as (gateway, there):
        way_out: Gateway = gateway
        answers = {a.reference: a for a in way_out.send(letters(5, channel="whatsapp"), at=NOW)}
        assert way_out.receipts() == ()
    assert {a.outcome for a in answers.values()} == {Outcome.ACCEPTED}
    assert answers["r3"].gateway_id == "wamid.628120000003="
    asked = next(a for a in there.asked if a.json["to"] == "628120000003")
    assert asked.path == "/v23.0/106540352242922/messages"
    assert asked.headers["Authorization"] == "Bearer EAAG"
    assert asked.json == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "628120000003",
        "type": "template",
        "template": {
            "name": "tenggat",
            "language": {"code": "id"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": TEXT}]}],
        },
        "biz_opaque_callback_data": "r3",
    }


@pytest.mark.parametrize(
    ("said", "outcome", "code"),
    [
        (error(400, 131026), Outcome.REJECTED, "wa_131026"),
        (error(400, 131047), Outcome.REJECTED, "wa_131047"),
        (error(404, 132001), Outcome.BUSY, "wa_132001"),
        (error(400, 130429), Outcome.BUSY, "wa_130429"),
        (error(400, 131056), Outcome.BUSY, "wa_131056"),
        (error(401, 190), Outcome.BUSY, "wa_190"),
        (error(403, 200), Outcome.BUSY, "wa_200"),
        (error(500, 131000), Outcome.UNKNOWN, "wa_131000"),
        (error(400, 1), Outcome.UNKNOWN, "wa_1"),
        (error(400, 999999), Outcome.REJECTED, "wa_999999"),
        (error(500, 999999), Outcome.UNKNOWN, "wa_999999"),
        (error(200, 999999), Outcome.UNKNOWN, "wa_999999"),
        (error(400, "+628120000000"), Outcome.REJECTED, "http_400"),
        (Said(200, "<html>"), Outcome.UNKNOWN, "unreadable"),
        (Said(200, '{"messages": []}'), Outcome.UNKNOWN, "unreadable"),
        (Said(503, "", {"Retry-After": "5"}), Outcome.BUSY, "http_503:5"),
        (Said(silent=True), Outcome.UNKNOWN, "lost"),
    ],
)
def test_what_an_answer_means(said: Said, outcome: Outcome, code: str) -> None:
    with meeting(said) as (gateway, _):
        (answer,) = gateway.send(letters(1), at=NOW)
    assert (answer.outcome, answer.code) == (outcome, code)


def test_what_the_api_would_not_take_does_not_leave() -> None:
    (first,) = letters(1)
    odd = [
        first._replace(to="orang@contoh.id"),
        first._replace(text="a" * 1025),
        first._replace(text=" "),
        first._replace(text="\ud800"),
        first._replace(text="a\n\tb    c"),
    ]
    with meeting(cloud) as (gateway, there):
        codes = [(a.outcome, a.code) for message in odd for a in gateway.send([message], at=NOW)]
    assert codes[0] == (Outcome.REJECTED, "number")
    assert codes[1] == (Outcome.REJECTED, "too_long")
    assert codes[2] == (Outcome.REJECTED, "empty")
    assert codes[4] == (Outcome.ACCEPTED, "")
    assert there.asked[-1].json["template"]["components"][0]["parameters"][0]["text"] == "a b c"


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": ""},
        {"token": "a\nb"},
        {"phone_number_id": "+62812"},
        {"endpoint": "http://graph.example"},
        {"connections": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"token": "EAAG", "phone_number_id": "106540352242922", "template": "tenggat"}
    with pytest.raises(GatewayUnusable):
        WhatsAppGateway(Settings(**{**usual, **wrong})).__enter__()


def call(*statuses: object) -> bytes:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1"}, "statuses": list(statuses)}
    entry = {"id": "2", "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def signed(body: bytes, secret: str = "baru") -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()}


def status(word: str, **more: object) -> dict[str, object]:
    usual = {"id": "wamid.A=", "status": word, "timestamp": "1603508460", "recipient_id": "628120000003"}
    return {**usual, "biz_opaque_callback_data": "r3", **more}


def test_a_call_tells_the_fate_of_messages() -> None:
    body = call(
        status("sent"), status("delivered"), status("read"), status("failed", errors=[{"code": 131026, "title": "x"}])
    )
    found = receipts(body, signed(body, "lama"), settings=WEBHOOK)
    assert [(r.fate, r.code) for r in found] == [
        (Fate.UNDERWAY, ""),
        (Fate.DELIVERED, ""),
        (Fate.READ, ""),
        (Fate.FAILED, "wa_131026"),
    ]
    moment = datetime(2020, 10, 24, 3, 1, tzinfo=UTC)
    assert found[1] == Receipt("wamid.A=", Fate.DELIVERED, "", "r3", "+628120000003", moment)


def test_other_news_are_no_receipts() -> None:
    message = {"from": "628120000003", "id": "wamid.B=", "type": "text", "text": {"body": "halo"}}
    value = {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": {"messages": [message]}}]}]}
    body = json.dumps(value).encode()
    assert receipts(body, signed(body), settings=WEBHOOK) == []


BODY = call(status("delivered"))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, {}),
        (BODY, signed(BODY, "salah")),
        (BODY + b"\n", signed(BODY)),
        (BODY, {"X-Hub-Signature-256": signed(BODY)["x-hub-signature-256"].removeprefix("sha256=")}),
        (BODY, {"X-Hub-Signature": signed(BODY)["x-hub-signature-256"]}),
        (b"{}", signed(b"{}")),
        (b"\xff\x00", signed(b"\xff\x00")),
    ],
)
def test_a_call_that_proves_nothing_is_refused(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(ReceiptRefused):
        receipts(body, headers, settings=WEBHOOK)
    with pytest.raises(ReceiptRefused):
        receipts(BODY, signed(BODY, ""), settings=WebhookSettings(app_secrets=("",), verify_token=""))


def test_the_check_of_the_webhook() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "kata", "hub.challenge": "1158201444"}
    assert challenge(query, settings=WEBHOOK) == "1158201444"
    for changed in ({"hub.verify_token": "lain"}, {"hub.mode": "x"}, {"hub.verify_token": "é"}):
        with pytest.raises(ReceiptRefused):
            challenge({**query, **changed}, settings=WEBHOOK)
    with pytest.raises(ReceiptRefused):
        challenge({**query, "hub.verify_token": ""}, settings=WebhookSettings(app_secrets=("a",), verify_token=""))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*status("x"), "errors", "code"]), inner, max_size=5)
    ),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_whatever_is_signed_it_is_read_or_passed_over(item: object) -> None:
    body = call(item)
    for receipt in receipts(body, signed(body), settings=WEBHOOK):
        assert receipt.gateway_id
        assert len(receipt.code) <= 10
