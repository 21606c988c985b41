"""Plain text, one message at a time over one connection; its Message-ID is made of our reference."""

import smtplib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from types import TracebackType
from typing import Any, ClassVar, Self

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import BadHeaderError
from django.core.validators import validate_email

from tenggat.messaging.gateways import Answer, GatewayUnusable, Outcome, Outgoing, Receipt, nothing
from tenggat.messaging.gateways.mail.outcomes import LOST, meaning
from tenggat.messaging.gateways.mail.settings import SMTP, Settings


class MailGateway:
    """Accepted is what the next server has taken on; what it cannot deliver comes back as a bounce, to the sender."""

    kind: ClassVar[str] = "mail"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __enter__(self) -> Self:
        self.settings.check()
        options: dict[str, Any] = dict(self.settings.options)
        if self.settings.backend == SMTP:
            options.setdefault("timeout", self.settings.timeout)
        try:
            self._backend: BaseEmailBackend = get_connection(self.settings.backend, fail_silently=False, **options)
        except (ImportError, AttributeError, TypeError, ValueError, ImproperlyConfigured):
            raise GatewayUnusable(
                "The mail backend cannot be used: check backend and options; a provider's needs tenggat[providers]."
            ) from None
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(
        self, messages: Iterable[Outgoing], *, at: datetime, pause: Callable[[], None] = nothing
    ) -> Iterator[Answer]:
        """See Gateway.send."""
        began = time.monotonic()
        broken = False
        for message in messages:
            now = at + timedelta(seconds=time.monotonic() - began)
            if message.until and message.until <= now:
                yield Answer(message.reference, Outcome.BUSY, "late")  # whoever plans knows whether it still may
                continue
            if broken and not self._again():
                yield Answer(message.reference, Outcome.BUSY, "unreachable")
                continue
            answer, broken = self._one(message, now)
            if broken and answer.outcome is Outcome.BUSY and answer.code == LOST and self._again():
                answer, broken = self._one(message, now)  # the server had closed an idle connection; nothing had left
            yield answer
        if broken:
            self._again()

    def receipts(self) -> Sequence[Receipt]:
        """None: a provider's come by webhook, a server's as bounces."""
        return ()

    def message_id(self, reference: str) -> str:
        """Ours, the same at every attempt; a digest, since a reference tells relays at which step a person is."""
        return f"<{sha256(reference.encode()).hexdigest()[:32]}@{self.settings.domain}>"

    def _one(self, message: Outgoing, now: datetime) -> tuple[Answer, bool]:
        """The answer, and whether the connection must be made anew."""
        name = self.message_id(message.reference)
        try:
            validate_email(message.to)
            letter = EmailMessage(
                message.subject,
                message.text,
                self.settings.sender,
                [message.to],
                headers={"Message-ID": name, "Date": format_datetime(now), "Auto-Submitted": "auto-generated"},
            )
            letter.message()
        except (ValidationError, BadHeaderError, UnicodeError, ValueError):
            return Answer(message.reference, Outcome.REJECTED, "unsendable"), False
        try:
            taken = self._backend.send_messages([letter])
        except Exception as error:  # a provider's backend may raise anything, and the message may have left
            left = bool(getattr(self._backend, "may_have_left", True))
            outcome, code = meaning(error, may_have_left=left)
            return Answer(message.reference, outcome, code), _broke(error)
        if not taken:
            return Answer(message.reference, Outcome.BUSY, "not_taken"), True
        return Answer(message.reference, Outcome.ACCEPTED, gateway_id=_given(letter) or name), False

    def _open(self) -> None:
        try:
            self._backend.open()
        except smtplib.SMTPAuthenticationError:
            raise GatewayUnusable("The mail server refuses the username or password.") from None
        except (OSError, ImproperlyConfigured):
            raise GatewayUnusable("The mail server cannot be reached: check host, port and use_tls.") from None

    def _again(self) -> bool:
        self._close()
        try:
            self._open()
        except GatewayUnusable:
            return False
        return True

    def _close(self) -> None:
        try:
            self._backend.close()
        except OSError:  # it was gone already
            return


def _broke(error: Exception) -> bool:
    """Whether it is the connection that failed, or the server that wants no more over it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == 421 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == 421
    return isinstance(error, OSError)


def _given(letter: EmailMessage) -> str:
    """A provider's own name for the message, where the backend tells it (django-anymail does)."""
    name = getattr(getattr(letter, "anymail_status", None), "message_id", None)
    return name if isinstance(name, str) and len(name) <= 200 else ""
