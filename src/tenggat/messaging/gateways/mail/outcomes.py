"""What an error of a mail backend means for the message that it was raised for."""

import smtplib

from tenggat.messaging.gateways import Outcome

LOST = "lost"
_TOO_LARGE = 552
_LISTENING = (401, 403, 408, 409, 425, 429, 503)


def meaning(error: Exception, *, may_have_left: bool) -> tuple[Outcome, str]:
    """The outcome and a short code. `may_have_left` says what is known of a connection that broke."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_code(next(iter(error.recipients.values()), (0, b""))[0])
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code != _TOO_LARGE:
        return Outcome.BUSY, f"smtp_{error.smtp_code}"  # our address, not this message
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code)
    if any(kind.__module__.startswith("anymail.") for kind in type(error).__mro__):
        return _by_provider(error)
    if isinstance(error, OSError):  # smtplib's other errors are of this kind too
        return _by_connection(error, may_have_left=may_have_left)
    return Outcome.UNKNOWN, "error"


def _by_connection(error: OSError, *, may_have_left: bool) -> tuple[Outcome, str]:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Outcome.REJECTED, "unsupported"  # an address that this server has no letters for
    if may_have_left and not isinstance(error, ConnectionRefusedError):
        return Outcome.UNKNOWN, LOST
    return Outcome.BUSY, LOST


def _by_code(code: int) -> tuple[Outcome, str]:
    if 400 <= code < 500:
        return Outcome.BUSY, f"smtp_{code}"
    return (Outcome.REJECTED if 500 <= code < 600 else Outcome.UNKNOWN), f"smtp_{code}"


def _by_provider(error: Exception) -> tuple[Outcome, str]:
    """django-anymail's errors carry the status of the provider's answer, where there was one."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        if status in _LISTENING:
            return Outcome.BUSY, f"http_{status}"
        return (Outcome.REJECTED if 400 <= status < 500 else Outcome.UNKNOWN), f"http_{status}"
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"AnymailRecipientsRefused", "AnymailInvalidAddress"}:
        return Outcome.REJECTED, "recipient"
    if names & {"AnymailUnsupportedFeature", "AnymailSerializationError"}:
        return Outcome.REJECTED, "unsendable"
    return (Outcome.BUSY, LOST) if _never_connected(error) else (Outcome.UNKNOWN, LOST)


def _never_connected(error: BaseException) -> bool:
    """Whether an error of `requests`, which anymail sends with, says that not even a connection came about."""
    cause: object = error.__cause__
    for _ in range(5):  # requests' own error holds urllib3's, and that one its reason
        if type(cause).__name__ in ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError"):
            return True
        inner = getattr(cause, "reason", None) or getattr(cause, "args", None)
        cause = inner[0] if isinstance(inner, tuple) and inner else inner
    return False
