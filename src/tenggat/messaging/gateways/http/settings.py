"""What a provider's manual says about sending, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import Literal

from tenggat.messaging.gateways import GatewayUnusable, Outcome, Outgoing
from tenggat.messaging.gateways.http.finding import check_place
from tenggat.messaging.gateways.web import check_url

Body = Literal["form", "json", "query"]
_FIELDS = frozenset({"to", "number", "text", "reference", "until"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Values of `fields` and `headers` are templates of {to}, {number} (without a plus), {text}, {reference}, {until}.

    A field called a.b stands in JSON as b within a. Places in an answer: see http/finding.py. A code decides before the
    status; the status decides where no code is configured or none is found and `accepted_codes` is empty.
    """

    url: str
    fields: Mapping[str, str] = field(repr=False)  # may hold a key
    method: str = "POST"
    body: Body = "form"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)  # may hold a key
    user: str = ""  # for HTTP's own sign-in, where the provider wants that
    password: str = field(default="", repr=False)
    id_at: str = ""  # where the provider's name for the message stands
    code_at: str = ""  # where its code stands
    accepted_codes: frozenset[str] = frozenset()  # when given, nothing else is accepted
    rejected_codes: frozenset[str] = frozenset()
    busy_codes: frozenset[str] = frozenset()
    statuses: Mapping[int, Outcome] = field(
        default_factory=lambda: MappingProxyType({})
    )  # what web.by_status gets wrong
    timeout: float = 15.0  # seconds
    connections: int = 8  # requests at once

    def check(self) -> None:
        """Raises GatewayUnusable."""
        check_url(self.url)
        for template in (*self.fields.values(), *self.headers.values()):
            if not _is_plain(template):
                raise GatewayUnusable(f"A template may use {', '.join(sorted(_FIELDS))} in braces, and nothing else.")
        if self.code_at == "" and (self.accepted_codes or self.rejected_codes or self.busy_codes):
            raise GatewayUnusable("Codes are listed, but code_at does not say where one stands.")
        if self.connections < 1 or self.timeout <= 0:
            raise GatewayUnusable("connections and timeout must be more than nothing.")
        check_place(self.id_at)
        check_place(self.code_at)
        if self.body == "json" and any(other.startswith(f"{name}.") for name in self.fields for other in self.fields):
            raise GatewayUnusable("A field a and a field a.b cannot both stand in one JSON body.")


def _is_plain(template: str) -> bool:
    """Whether its fields are known and stand there as they are: {text:d} or {text!x} would fail at each message."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return False
    return all(name is None or (name in _FIELDS and not spec and not turned) for _, name, spec, turned in parts)


def filled(template: str, message: Outgoing) -> str:
    """The template with this message's values."""
    return template.format(
        to=message.to,
        number=message.to.removeprefix("+"),
        text=message.text,
        reference=message.reference,
        until=message.until.isoformat() if message.until else "",
    )
