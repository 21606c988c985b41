"""Where messages go: one folder (or module) per kind of gateway, all with this one shape, and one type of error.

A gateway answers each message exactly once. What it cannot tell is `UNKNOWN`, never a guess: an unknown message may
have arrived, so that nobody sends it again blindly.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import ClassVar, NamedTuple, Protocol, Self
from zlib import crc32

from tenggat.foundation.refusals import Refusal


class GatewayUnusable(Refusal):
    """The gateway cannot be used at all now: unreachable, the credentials refused, the settings wrong.

    Nothing of the batch that was being handed over has been sent, unless an answer said so before.
    """

    code = "gateway_unusable"


class ReceiptRefused(Refusal):
    """What came in as a receipt does not prove where it comes from, or cannot be read; nothing of it counts."""

    code = "receipt_refused"


class ReceiptUnreadable(ReceiptRefused):
    """It proves where it comes from, and is not what was agreed: our configuration, or their change."""

    code = "receipt_unreadable"


class Outgoing(NamedTuple):
    """One message on its way; `reference` is ours and the same at every attempt."""

    reference: str
    channel: str
    to: str
    text: str
    subject: str = ""
    until: datetime | None = None  # from then on it may not arrive any more: night, or the deadline


class Outcome(StrEnum):
    """What is known of one attempt."""

    ACCEPTED = "accepted"  # the gateway has taken it on
    REJECTED = "rejected"  # and always will: a wrong number, a text that it does not carry
    BUSY = "busy"  # not taken now, for a reason that passes: the same message may be tried again
    UNKNOWN = "unknown"  # no answer, or one cut short: it may have arrived


class Answer(NamedTuple):
    """What the gateway said of one message. `code` is its own short code, never its text, never an address."""

    reference: str
    outcome: Outcome
    code: str = ""
    gateway_id: str = ""  # the gateway's name for the message, which its receipts carry


class Fate(StrEnum):
    """What a receipt says, least certain first; a later word never undoes a more certain one."""

    UNDERWAY = "underway"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


class Receipt(NamedTuple):
    """What a gateway tells later. `reference` only where it gives ours back; `to` where that is how to find it.

    mark: so much of our reference as an SMSC gives back (see `mark`); submitted: when it says that it took the message.
    """

    gateway_id: str
    fate: Fate
    code: str = ""
    reference: str = ""
    to: str = ""
    at: datetime | None = None
    mark: int | None = None
    submitted: datetime | None = None


def mark(reference: str) -> int:
    """16 bits of a reference: as many as user_message_reference of SMPP has room for."""
    return crc32(reference.encode()) & 0xFFFF


def nothing() -> None:
    """What is done in a pause of which nobody makes use."""


class Gateway(Protocol):
    """A way out of the house. Use as a context manager: entering connects, leaving ends in good order."""

    kind: ClassVar[str]

    def __enter__(self) -> Self:
        """Connect. Raises GatewayUnusable."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End in good order."""

    def send(
        self, messages: Iterable[Outgoing], *, at: datetime, pause: Callable[[], None] = nothing
    ) -> Iterator[Answer]:
        """Hand messages over, and give one answer for each, in any order, as they come.

        A message is drawn only when it is about to leave: what was not drawn has certainly not left. `pause` is called
        now and then while no answer comes: what is known by then can be written down.

        Every reference is answered: UNKNOWN where a connection broke or nothing came in time. Never raises once a
        message may have left, never sends one twice.
        """

    def receipts(self) -> Sequence[Receipt]:
        """Give what has come in over the open connection since the last call."""
