"""One request per message, made of the provider's templates; its answer read as the configuration says."""

import re
from base64 import b64encode
from typing import Any, ClassVar

import httpx

from tenggat.messaging.gateways import Answer, Outcome, Outgoing
from tenggat.messaging.gateways.http.finding import Found
from tenggat.messaging.gateways.http.settings import Settings, filled
from tenggat.messaging.gateways.web import Heard, Web, by_status, named

_CODE = re.compile(r"[\w.-]{1,20}", re.ASCII)
_ID = re.compile(r"[!-~]{1,100}")


class HttpGateway(Web):
    """Receipts come by webhook (http/receipts.py), so none come over the connection."""

    kind: ClassVar[str] = "http"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.settings = settings

    def request(self, client: httpx.Client, message: Outgoing) -> httpx.Request | Answer:
        settings = self.settings
        headers = {name: filled(value, message) for name, value in settings.headers.items()}
        if settings.user:
            pair = f"{settings.user}:{settings.password}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode('ascii')}"
        values = {name: filled(value, message) for name, value in settings.fields.items()}
        try:
            if settings.body == "json":
                return client.build_request(settings.method, settings.url, headers=headers, json=_nested(values))
            if settings.body == "query":
                return client.build_request(settings.method, settings.url, headers=headers, params=values)
            return client.build_request(settings.method, settings.url, headers=headers, data=values)
        except (ValueError, UnicodeError):
            return Answer(
                message.reference, Outcome.REJECTED, "unsendable"
            )  # half a letter, or a line break in a header

    def judge(self, reference: str, heard: Heard) -> Answer:
        settings, answer = self.settings, Found(heard.text)
        code = answer.at(settings.code_at) if settings.code_at else ""
        outcome = settings.statuses.get(heard.status) or by_status(heard.status)
        if code in settings.rejected_codes:
            outcome = Outcome.REJECTED
        elif code in settings.busy_codes:
            outcome = Outcome.BUSY
        elif outcome is Outcome.ACCEPTED and settings.accepted_codes and code not in settings.accepted_codes:
            outcome = Outcome.UNKNOWN  # it was understood, and says something that nobody has explained
        if outcome is Outcome.ACCEPTED:
            found = answer.at(settings.id_at)
            return Answer(reference, outcome, gateway_id=found if _ID.fullmatch(found) else "")
        return Answer(reference, outcome, code if code and _CODE.fullmatch(code) else named(heard))


def _nested(values: dict[str, str]) -> dict[str, Any]:
    """{"a.b": "c"} as {"a": {"b": "c"}}."""
    whole: dict[str, Any] = {}
    for name, value in values.items():
        *above, last = name.split(".")
        inner = whole
        for step in above:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return whole
