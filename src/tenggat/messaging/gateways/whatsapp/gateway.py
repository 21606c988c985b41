"""One template message per call of the Cloud API; our reference travels as biz_opaque_callback_data."""

import re
from typing import ClassVar

import httpx

from tenggat.messaging.gateways import Answer, Outcome, Outgoing
from tenggat.messaging.gateways.reading import at, parsed
from tenggat.messaging.gateways.web import Heard, Web, by_status, named
from tenggat.messaging.gateways.whatsapp.errors import meaning
from tenggat.messaging.gateways.whatsapp.settings import Settings

_NUMBER = re.compile(r"\+?[1-9][0-9]{4,14}")
_ID = re.compile(r"[!-~]{1,200}")
_LONGEST_TEXT = 1024
_LONGEST_REFERENCE = 512


class WhatsAppGateway(Web):
    """Receipts come by webhook (whatsapp/webhook.py), so none come over the connection."""

    kind: ClassVar[str] = "whatsapp"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.settings = settings

    def request(self, client: httpx.Client, message: Outgoing) -> httpx.Request | Answer:
        settings = self.settings
        text = " ".join(message.text.split())  # a parameter may hold no line break, tab or run of spaces
        if not _NUMBER.fullmatch(message.to):
            return Answer(message.reference, Outcome.REJECTED, "number")
        if not text or len(text) > _LONGEST_TEXT or len(message.reference) > _LONGEST_REFERENCE:
            return Answer(message.reference, Outcome.REJECTED, "too_long" if text else "empty")
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.to.removeprefix("+"),
            "type": "template",
            "template": {
                "name": settings.template,
                "language": {"code": settings.language},
                "components": [{"type": "body", "parameters": [{"type": "text", "text": text}]}],
            },
            "biz_opaque_callback_data": message.reference,
        }
        try:
            return client.build_request(
                "POST",
                f"{settings.endpoint.rstrip('/')}/{settings.phone_number_id}/messages",
                headers={"Authorization": f"Bearer {settings.token}"},
                json=body,
            )
        except UnicodeError:
            return Answer(message.reference, Outcome.REJECTED, "unsendable")  # half a letter

    def judge(self, reference: str, heard: Heard) -> Answer:
        answer = parsed(heard.text)
        code = at(answer, "error", "code")
        outcome = by_status(heard.status)
        if isinstance(code, int) and not isinstance(code, bool):
            known = meaning(code)
            # An error beside a success contradicts itself; one that nobody explains is as good as its status.
            outcome = known or (Outcome.UNKNOWN if outcome is Outcome.ACCEPTED else outcome)
            return Answer(reference, outcome, f"wa_{code}")
        name = at(answer, "messages", 0, "id")
        if outcome is Outcome.ACCEPTED:
            if not isinstance(name, str):
                return Answer(reference, Outcome.UNKNOWN, "unreadable")  # whatever answered, it was not the Cloud API
            return Answer(reference, outcome, gateway_id=name if _ID.fullmatch(name) else "")
        return Answer(reference, outcome, named(heard))
