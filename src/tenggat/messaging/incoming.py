"""Receipts that a gateway brings by calling us: proved and read by the kind of gateway, whichever it is."""

from collections.abc import Mapping
from datetime import datetime

from tenggat.messaging.gateways import Receipt, ReceiptRefused, http, whatsapp

Incoming = http.ReceiptSettings | whatsapp.WebhookSettings
"""What a route knows of the calls that bring its receipts."""


def read(raw: bytes, headers: Mapping[str, str], *, settings: Incoming, now: datetime) -> list[Receipt]:
    """What one call tells. Raises ReceiptRefused where it proves nothing, ReceiptUnreadable where it says nothing."""
    if isinstance(settings, whatsapp.WebhookSettings):
        return whatsapp.receipts(raw, headers, settings=settings)
    return http.receipts(raw, headers, settings=settings, now=now)


def challenge(query: Mapping[str, str], *, settings: Incoming) -> str:
    """What to answer to the check of a webhook when it is entered there. Raises ReceiptRefused."""
    if isinstance(settings, whatsapp.WebhookSettings):
        return whatsapp.challenge(query, settings=settings)
    raise ReceiptRefused("Only Meta checks a webhook by asking for it.")
