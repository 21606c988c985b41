"""What a caller of ours must prove: that the body, as it came, was signed with the secret we share."""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from tenggat.messaging.gateways import ReceiptRefused

Encoding = Literal["hex", "base64"]


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value, whatever the case of its name; "" without it."""
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), "").strip()


def check_signature(given: str, signed: bytes, *, secrets: Iterable[str], encoding: Encoding = "hex") -> None:
    """HMAC-SHA256 by one of the secrets (while one replaces another there are two). Raises ReceiptRefused."""
    found = False
    for secret in secrets:
        digest = hmac.digest(secret.encode(), signed, "sha256") if secret else b""
        expected = digest.hex() if encoding == "hex" else b64encode(digest).decode("ascii")
        seen = given.lower() if encoding == "hex" else given
        found |= bool(secret) and hmac.compare_digest(expected.encode(), seen.encode("utf-8", "replace"))
    if not found:
        raise ReceiptRefused("The signature is missing or does not fit the body: check the secret on both sides.")


def check_moment(given: str, *, now: datetime, window: float) -> None:
    """A time-stamp (seconds since 1970) at most `window` seconds from now. Raises ReceiptRefused."""
    if not (given.isascii() and given.isdecimal() and len(given) <= 11) or abs(now.timestamp() - int(given)) > window:
        raise ReceiptRefused("The time-stamp is missing, or not of now: check the clocks on both sides.")
