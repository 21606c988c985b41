"""What Meta calls us with: the check when a webhook is entered, and the fate of messages."""

import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from tenggat.messaging.gateways import Fate, Receipt, ReceiptRefused, ReceiptUnreadable
from tenggat.messaging.gateways.reading import at, listed, parsed
from tenggat.messaging.gateways.webhooks import check_signature, header
from tenggat.messaging.gateways.whatsapp.settings import WebhookSettings

_FATES = {"sent": Fate.UNDERWAY, "delivered": Fate.DELIVERED, "read": Fate.READ, "failed": Fate.FAILED}
_ID = re.compile(r"[!-~]{1,200}")
_REFERENCE = re.compile(r"[!-~]{1,512}")
_NUMBER = re.compile(r"[0-9]{5,15}")
_PREFIX = "sha256="


def challenge(query: Mapping[str, str], *, settings: WebhookSettings) -> str:
    """What to answer to the GET with which Meta checks a webhook. Raises ReceiptRefused."""
    given = query.get("hub.verify_token", "")
    fits = hmac.compare_digest(given.encode("utf-8", "replace"), settings.verify_token.encode())
    answer = query.get("hub.challenge", "")
    if not (settings.verify_token and fits and query.get("hub.mode") == "subscribe" and answer.isascii()):
        raise ReceiptRefused("The check of the webhook does not carry the word that was agreed.")
    return answer


def receipts(raw: bytes, headers: Mapping[str, str], *, settings: WebhookSettings) -> list[Receipt]:
    """The fates in one call; other news (messages to us, the account's) is none.

    Meta signs no time-stamp and repeats a call for days, so an old one is no forgery: repeats change nothing. Raises
    ReceiptRefused, ReceiptUnreadable.
    """
    given = header(headers, "X-Hub-Signature-256")
    check_signature(given.removeprefix(_PREFIX) if given.startswith(_PREFIX) else "", raw, secrets=settings.app_secrets)
    body = parsed(raw.decode("utf-8", "replace"))
    if at(body, "object") != "whatsapp_business_account":
        raise ReceiptUnreadable("The call is signed, but does not speak of a WhatsApp account.")
    return [receipt for status in _statuses(body) if (receipt := _receipt(status))]


def _statuses(body: object) -> Iterator[object]:
    for entry in listed(at(body, "entry")):
        for change in listed(at(entry, "changes")):
            yield from listed(at(change, "value", "statuses"))


def _receipt(status: object) -> Receipt | None:
    name, said = at(status, "id"), at(status, "status")
    if not (isinstance(name, str) and _ID.fullmatch(name) and isinstance(said, str)):
        return None
    reference, whom = at(status, "biz_opaque_callback_data"), at(status, "recipient_id")
    code = at(status, "errors", 0, "code")
    return Receipt(
        gateway_id=name,
        fate=_FATES.get(said, Fate.UNDERWAY),
        code=f"wa_{code}" if isinstance(code, int) and 0 <= code < 10**7 else "",
        reference=reference if isinstance(reference, str) and _REFERENCE.fullmatch(reference) else "",
        to=f"+{whom}" if isinstance(whom, str) and _NUMBER.fullmatch(whom) else "",
        at=_moment(at(status, "timestamp")),
    )


def _moment(stamp: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(stamp), UTC) if isinstance(stamp, str) and stamp.isdecimal() else None
    except (ValueError, OverflowError, OSError):
        return None
