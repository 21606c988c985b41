"""Receipts by webhook: proved on the body as it came, read as the configuration says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qsl

from tenggat.messaging.gateways import Fate, GatewayUnusable, Receipt, ReceiptUnreadable
from tenggat.messaging.gateways.http.finding import Found
from tenggat.messaging.gateways.reading import parsed
from tenggat.messaging.gateways.webhooks import Encoding, check_moment, check_signature, header

_SHORT = re.compile(r"[\w.-]{1,20}", re.ASCII)
_ID = re.compile(r"[!-~]{1,100}")
_NUMBER = re.compile(r"\+?([0-9]{5,15})")
_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSettings:
    """`signed` is what the provider signs: {timestamp} is its header, {body} the body as it came."""

    secrets: tuple[str, ...] = field(repr=False)
    signature_header: str
    timestamp_header: str
    signature_prefix: str = ""  # such as sha256=
    signed: str = "{timestamp}.{body}"
    encoding: Encoding = "hex"
    window: float = 300.0  # seconds that a time-stamp may lie from now
    body: Literal["json", "form"] = "json"
    items_at: str = ""  # the path of a list of receipts, where one call carries several
    id_at: str = ""
    reference_at: str = ""
    to_at: str = ""
    status_at: str = "status"
    code_at: str = ""
    time_at: str = ""  # seconds since 1970, or ISO 8601 with its zone
    delivered: frozenset[str] = frozenset({"delivered"})
    failed: frozenset[str] = frozenset({"failed", "undelivered", "rejected", "expired"})
    read: frozenset[str] = frozenset({"read"})

    def check(self) -> None:
        """Raises GatewayUnusable."""
        if not all(self.secrets) or not self.secrets or not (self.timestamp_header and self.signature_header):
            raise GatewayUnusable(
                "A webhook needs a secret, signature_header and timestamp_header: else anybody may call."
            )
        if not self.id_at:
            raise GatewayUnusable("id_at must say where the provider's name for the message stands: by it we find it.")
        if "{body}" not in self.signed or "{timestamp}" not in self.signed:
            raise GatewayUnusable("signed must hold {body} and {timestamp}: what is not signed proves nothing.")


def receipts(raw: bytes, headers: Mapping[str, str], *, settings: ReceiptSettings, now: datetime) -> list[Receipt]:
    """What one call tells. Raises ReceiptRefused: not signed, or not of now; ReceiptUnreadable."""
    settings.check()
    stamp = header(headers, settings.timestamp_header)
    given = header(headers, settings.signature_header)
    if not given.startswith(settings.signature_prefix):
        given = ""
    before, _, after = settings.signed.partition("{body}")
    signed = before.replace("{timestamp}", stamp).encode() + raw + after.replace("{timestamp}", stamp).encode()
    check_signature(
        given.removeprefix(settings.signature_prefix), signed, secrets=settings.secrets, encoding=settings.encoding
    )
    check_moment(stamp, now=now, window=settings.window)
    return [_receipt(Found("", item), settings) for item in _items(raw, settings)]


def _items(raw: bytes, settings: ReceiptSettings) -> list[object]:
    text = raw.decode("utf-8", "replace")
    whole: object = dict(parse_qsl(text)) if settings.body == "form" else parsed(text)
    found = Found("", whole).value(settings.items_at) if settings.items_at else whole
    items = found if isinstance(found, list) else [found]
    if len(items) > _MOST or not all(isinstance(item, dict) for item in items):
        raise ReceiptUnreadable(
            "The body is signed, but holds no receipt where the configuration says: check items_at."
        )
    return items


def _receipt(item: Found, settings: ReceiptSettings) -> Receipt:
    name, reference, number = (item.at(at) for at in (settings.id_at, settings.reference_at, settings.to_at))
    name, reference = (text if _ID.fullmatch(text) else "" for text in (name, reference))
    if not (name or reference):
        raise ReceiptUnreadable("The receipt names no message: check id_at and reference_at.")
    status, code = item.at(settings.status_at), item.at(settings.code_at)
    whom = _NUMBER.fullmatch(number)
    return Receipt(
        gateway_id=name,
        fate=_fate(status, settings),
        code=":".join(part for part in (status, code) if _SHORT.fullmatch(part)),
        reference=reference,
        to=f"+{whom[1]}" if whom else "",
        at=_moment(item.at(settings.time_at)),
    )


def _fate(status: str, settings: ReceiptSettings) -> Fate:
    for fate, names in (
        (Fate.READ, settings.read),
        (Fate.DELIVERED, settings.delivered),
        (Fate.FAILED, settings.failed),
    ):
        if status in names:
            return fate
    return Fate.UNDERWAY


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None
