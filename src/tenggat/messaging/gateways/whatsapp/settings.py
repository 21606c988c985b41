"""What Meta's dashboard shows of an account."""

import re
from dataclasses import dataclass, field

from tenggat.messaging.gateways import GatewayUnusable
from tenggat.messaging.gateways.web import check_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Whom nobody has written to us first gets an approved template only: ours has one body parameter, the text.

    How long Meta tries to deliver is a property of the template there (its time to live), not of a message.
    """

    token: str = field(repr=False)
    phone_number_id: str
    template: str
    language: str = "id"
    endpoint: str = "https://graph.facebook.com/v23.0"
    timeout: float = 15.0  # seconds
    connections: int = 8  # requests at once

    def check(self) -> None:
        """Raises GatewayUnusable."""
        check_url(self.endpoint)
        if not re.fullmatch(r"[0-9]{5,20}", self.phone_number_id):
            raise GatewayUnusable("phone_number_id is the number that the dashboard shows below the phone number.")
        if not re.fullmatch(r"[!-~]+", self.token):
            raise GatewayUnusable("The token is missing, or holds a space or line break.")
        if self.connections < 1 or self.timeout <= 0:
            raise GatewayUnusable("connections and timeout must be more than nothing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """The app's secrets (two while one replaces another), and the word chosen for the first check."""

    app_secrets: tuple[str, ...] = field(repr=False)
    verify_token: str = field(repr=False)

    def check(self) -> None:
        """Raises GatewayUnusable."""
        if not self.app_secrets or not all(self.app_secrets) or not self.verify_token:
            raise GatewayUnusable("A webhook needs the app's secret and the word of its first check (verify_token).")
