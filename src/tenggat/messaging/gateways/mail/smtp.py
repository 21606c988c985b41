"""Django's SMTP backend, which also tells whether a message may have left."""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _Marking:
    """Notes when DATA begins: before that, a connection that breaks has taken nothing."""

    data_begun = False

    def mail(self, *words: Any, **named: Any) -> Any:
        """The next message begins."""
        self.data_begun = False
        return super().mail(*words, **named)  # type: ignore[misc]

    def data(self, msg: Any) -> Any:
        """From here on it may have been taken."""
        self.data_begun = True
        return super().data(msg)  # type: ignore[misc]


class _Smtp(_Marking, smtplib.SMTP):
    pass


class _SmtpSsl(_Marking, smtplib.SMTP_SSL):
    pass


class Backend(EmailBackend):
    """Takes the same options."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SmtpSsl if self.use_ssl else _Smtp

    @property
    def may_have_left(self) -> bool:
        """Whether the last message got as far as DATA."""
        return bool(getattr(self.connection, "data_begun", False))
