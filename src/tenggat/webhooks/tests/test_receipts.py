"""Calls of gateways: only what is proved, of now, and readable comes into the inbox; the caller learns a number."""

import hmac
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tenggat.foundation.home import Home, write_home
from tenggat.messaging import receipts
from tenggat.messaging.models import ReceiptRow
from tenggat.webhooks.accepting import accepting
from tenggat.webhooks.views import MOST

pytestmark = pytest.mark.django_db
NUMBER = "628120000003"
GATEWAYS = """
[[route]]
name = "agregator"
kind = "http"
[route.settings]
url = "http://127.0.0.1:1/send"
fields = { to = "{to}", text = "{text}" }
[route.receipts]
secrets = ["lama", "baru"]
signature_header = "X-Signature"
timestamp_header = "X-Timestamp"
id_at = "id"
to_at = "msisdn"

[[route]]
name = "wa"
kind = "whatsapp"
[route.settings]
token = "t"
phone_number_id = "106540352242922"
template = "a"
endpoint = "http://127.0.0.1:1"
[route.receipts]
app_secrets = ["rahasia"]
verify_token = "kata"

[[route]]
name = "bisu"
kind = "http"
[route.settings]
url = "http://127.0.0.1:1/send"
fields = { to = "{to}" }
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    write_home(Home(tmp_path, "prakerja", sandbox=True))
    (tmp_path / "gateways.toml").write_text(GATEWAYS, "utf-8")
    monkeypatch.setenv("TENGGAT_HOME", str(tmp_path))
    accepting.cache_clear()
    yield
    accepting.cache_clear()


def told(**changed: object) -> bytes:
    return json.dumps({"id": "m-1", "status": "delivered", "msisdn": NUMBER, **changed}).encode()


def post(body: bytes, *, route: str = "agregator", secret: str = "baru", ago: float = 0, **headers: Any) -> int:
    stamp = str(int(time.time() - ago))
    proof = hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256").hex()
    return sent(body, route, {"X-Signature": proof, "X-Timestamp": stamp, **headers})


def whatsapp(body: bytes, *, secret: str = "rahasia") -> int:
    proof = hmac.digest(secret.encode(), body, "sha256").hex()
    return sent(body, "wa", {"X-Hub-Signature-256": f"sha256={proof}"})


def sent(body: bytes, route: str, headers: dict[str, str]) -> int:
    answer = Client().post(f"/receipts/{route}", body, content_type="application/json", headers=headers)
    assert answer.content == b"" or answer.status_code == 404
    return answer.status_code


def inbox() -> list[tuple[str, str, str]]:
    return list(ReceiptRow.objects.order_by("receipt_id").values_list("route", "gateway_id", "fate"))


def test_a_signed_receipt_comes_into_the_inbox_and_waits_there() -> None:
    assert post(told()) == 200
    assert inbox() == [("agregator", "m-1", "delivered")]
    assert ReceiptRow.objects.get().applied_at is None


def test_what_is_told_again_is_kept_once() -> None:
    assert [post(told()), post(told()), post(told(), secret="lama")] == [200, 200, 200]
    assert len(inbox()) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "tebakan"},
        {"secret": ""},
        {"X-Signature": ""},
        {"X-Signature": "00" * 32},
        {"X-Timestamp": str(int(time.time()) + 1)},  # another than was signed
        {"ago": 301},
        {"ago": -400},
        {"route": "wa"},
    ],
)
def test_what_proves_nothing_is_refused(forged: dict[str, Any]) -> None:
    assert post(told(), **forged) == 403
    assert inbox() == []


def test_a_body_changed_on_its_way_is_refused() -> None:
    stamp = str(int(time.time()))
    proof = hmac.digest(b"baru", stamp.encode() + b"." + told(), "sha256").hex()
    assert sent(told(status="failed"), "agregator", {"X-Signature": proof, "X-Timestamp": stamp}) == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"a"', b"\xff\xfe", told(id=None), b"[" * 100_000])
def test_what_is_signed_and_cannot_be_read_is_told_from_a_forgery(body: bytes) -> None:
    assert post(body) == 400
    assert inbox() == []


def test_a_body_is_read_up_to_a_size() -> None:
    assert post(told(padding="x" * (MOST - len(told(padding=""))))) == 200
    assert post(told(padding="x" * MOST)) == 413


@pytest.mark.parametrize("route", ["nowhere", "bisu", "file", "AGREGATOR", "a/b", ""])
def test_a_route_that_takes_no_calls_is_not_found(route: str) -> None:
    assert post(told(), route=route) == 404
    assert inbox() == []


def test_only_post_brings_receipts_and_only_known_hosts_are_called() -> None:
    assert Client().put("/receipts/agregator", told(), content_type="application/json").status_code == 405
    assert Client().get("/receipts/agregator").status_code == 403
    assert Client(headers={"host": "elsewhere.example"}).post("/receipts/agregator", {}).status_code == 400


def status(word: str) -> dict[str, object]:
    return {"id": "wamid.A=", "status": word, "timestamp": "1603508460", "recipient_id": NUMBER}


def account(value: object) -> bytes:
    entry = {"id": "2", "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def test_whatsapp_tells_fates_and_other_news() -> None:
    assert whatsapp(account({"statuses": [status("sent"), status("read")]})) == 200
    assert inbox() == [("wa", "wamid.A=", "underway"), ("wa", "wamid.A=", "read")]
    assert whatsapp(account({"messages": [{"from": NUMBER, "type": "text", "text": {"body": "Halo"}}]})) == 200
    assert whatsapp(account({"statuses": [status("failed")]}), secret="baru") == 403
    assert whatsapp(b'{"object": "page"}') == 400
    assert len(inbox()) == 2


def test_a_webhook_is_checked_by_the_word_that_was_agreed() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "kata", "hub.challenge": "1158201444"}
    answer = Client().get(f"/receipts/wa?{urlencode(asked)}")
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, b"1158201444", "text/plain")
    wrong = Client().get(f"/receipts/wa?{urlencode(asked | {'hub.verify_token': 'tebak'})}")
    assert (wrong.status_code, wrong.content) == (403, b"")
    assert Client().get("/receipts/wa?" + "&".join(f"a={number}" for number in range(2_000))).status_code == 400


def test_nothing_that_came_is_ever_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fails(*_: object, **__: object) -> int:
        raise RuntimeError(f"no room for {NUMBER}")

    lines: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: lines.append(record.getMessage() + str(record.exc_info or ""))  # type: ignore[method-assign]
    logging.getLogger().addHandler(listener)
    try:
        assert post(told(), secret="tebakan") == 403
        assert post(b"[" + told()) == 400
        assert post(told(), route=NUMBER) == 404
        monkeypatch.setattr(receipts, "take_in", fails)
        assert post(told()) == 500
    finally:
        logging.getLogger().removeHandler(listener)
    assert [line.split(". ")[0] for line in lines] == [f"receipts of agregator: {number}" for number in (403, 400, 500)]
    assert "RuntimeError at test_receipts.py:" in lines[-1]
    assert not any(NUMBER in line for line in (*lines, caplog.text))
