"""Receipts by webhook: signed, of now, and read as configured; anything else is refused."""

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenggat.messaging.gateways import Fate, GatewayUnusable, Receipt, ReceiptRefused
from tenggat.messaging.gateways.http import ReceiptSettings, receipts
from tenggat.messaging.tests.gateways.letters import NOW

STAMP = str(int(NOW.timestamp()))
USUAL: dict[str, Any] = {
    "secrets": ("lama", "baru"),
    "signature_header": "X-Signature",
    "timestamp_header": "X-Timestamp",
    "id_at": "id",
    "reference_at": "ref",
    "to_at": "msisdn",
    "code_at": "err",
    "time_at": "at",
}
ITEM = {"id": "m-1", "ref": "r0", "msisdn": "628120000000", "status": "delivered", "err": 0, "at": STAMP}


def signed(body: bytes, *, secret: str = "baru", stamp: str = STAMP) -> dict[str, str]:
    digest = hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256")
    return {"x-signature": digest.hex(), "X-TIMESTAMP": stamp}


def told(item: object, **changed: Any) -> list[Receipt]:
    body = json.dumps(item).encode()
    return receipts(body, signed(body), settings=ReceiptSettings(**{**USUAL, **changed}), now=NOW)


def test_a_signed_receipt_is_read() -> None:
    assert told(ITEM) == [
        Receipt("m-1", Fate.DELIVERED, "delivered:0", "r0", "+628120000000", datetime(2020, 10, 24, 3, tzinfo=UTC))
    ]


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        ("read", "read"),
        ("failed", "failed"),
        ("expired", "failed"),
        ("sent", "underway"),
        (None, "underway"),
        ([], "underway"),
    ],
)
def test_statuses_that_nobody_explains_decide_nothing(status: object, fate: str) -> None:
    assert told({**ITEM, "status": status})[0].fate == fate


def test_one_call_may_carry_several() -> None:
    assert [r.gateway_id for r in told({"data": {"list": [ITEM, {**ITEM, "id": 2}]}}, items_at="data.list")] == [
        "m-1",
        "2",
    ]
    assert len(told([ITEM, ITEM])) == 2


def test_a_form_and_base64_and_a_signature_of_its_own_are_possible() -> None:
    body = urlencode(ITEM).encode()
    digest = b64encode(hmac.digest(b"lama", b"v0:" + STAMP.encode() + b":" + body, "sha256")).decode()
    settings = ReceiptSettings(
        **{**USUAL, "body": "form", "encoding": "base64", "signature_prefix": "v0=", "signed": "v0:{timestamp}:{body}"}
    )
    headers = {"X-Signature": "v0=" + digest, "X-Timestamp": STAMP}
    assert receipts(body, headers, settings=settings, now=NOW)[0].gateway_id == "m-1"
    with pytest.raises(ReceiptRefused):
        receipts(body, {**headers, "X-Signature": digest}, settings=settings, now=NOW)


BODY = json.dumps(ITEM).encode()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, {}),
        (BODY, signed(BODY, secret="salah")),
        (BODY, signed(BODY, secret="")),
        (BODY + b" ", signed(BODY)),
        (BODY, {**signed(BODY), "X-TIMESTAMP": str(int(STAMP) + 1)}),
        (BODY, {**signed(BODY), "x-signature": "é"}),
        (BODY, {**signed(BODY), "x-signature": ""}),
        (BODY, signed(BODY, stamp=str(int(STAMP) - 301))),
        (BODY, signed(BODY, stamp=str(int(STAMP) + 301))),
        (BODY, signed(BODY, stamp="")),
        (BODY, signed(BODY, stamp="9" * 40)),
        (BODY, signed(BODY, stamp="-1")),
        (b"[]7", signed(b"[]7")),
        (b"7", signed(b"7")),
        (b"{}", signed(b"{}")),
        (b"\xff", signed(b"\xff")),
    ],
)
def test_what_is_not_proved_or_cannot_be_read_is_refused(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(ReceiptRefused) as refused:
        receipts(body, headers, settings=ReceiptSettings(**USUAL), now=NOW)
    assert "62812" not in str(refused.value)


def test_a_receipt_may_be_a_little_late() -> None:
    settings = ReceiptSettings(**USUAL)
    assert receipts(BODY, signed(BODY), settings=settings, now=NOW + timedelta(seconds=299))


@pytest.mark.parametrize(
    "wrong",
    [{"secrets": ()}, {"secrets": ("",)}, {"timestamp_header": ""}, {"signed": "{body}"}, {"signed": "{timestamp}"}],
)
def test_settings_that_prove_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(GatewayUnusable):
        told(ITEM, **wrong)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ITEM, "x"]), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(JSON | st.fixed_dictionaries(dict.fromkeys(ITEM, JSON)), st.sampled_from(["", "x", "id.0"]))
def test_whatever_is_signed_it_is_read_or_refused(item: object, items_at: str) -> None:
    try:
        found = told(item, items_at=items_at)
    except ReceiptRefused:
        return
    assert all(receipt.gateway_id or receipt.reference for receipt in found)
    assert all(len(receipt.code) <= 41 for receipt in found)
