"""Where mail goes out, and whom it comes from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email

from tenggat.messaging.gateways import GatewayUnusable

SMTP = "tenggat.messaging.gateways.mail.smtp.Backend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`options` go to the backend: host, port, username, password, use_tls, timeout for SMTP.

    With `pip install tenggat[providers]` a provider's backend of django-anymail may be named instead, such as
    anymail.backends.mailgun.EmailBackend, with its own options (api_key, ...).
    """

    sender: str  # an address, or "Kartu Prakerja <kabar@contoh.id>"
    domain: str  # of our Message-IDs: one that is ours
    backend: str = SMTP
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    timeout: float = 30.0  # seconds for each word of the server, where options say nothing

    def check(self) -> None:
        """Raises GatewayUnusable."""
        try:
            validate_email(parseaddr(self.sender)[1])
            sanitize_address(self.sender, "utf-8")
        except (ValidationError, ValueError):
            raise GatewayUnusable("sender is no e-mail address.") from None
        if not re.fullmatch(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", self.domain):
            raise GatewayUnusable("domain is the part of our address behind the @; it makes our Message-IDs unique.")
