"""Which message of ours a receipt means that comes before its acknowledgement, or instead of it."""

from tenggat.messaging.gateways import Outgoing, Receipt
from tenggat.messaging.gateways.smpp.receipts import Told
from tenggat.messaging.gateways.smpp.session import mark

_MOST = 100_000
"""So many are remembered; the oldest is forgotten first."""


class Marks:
    """The messages that have left and are not acknowledged, by number and the 16 bits that came along."""

    def __init__(self) -> None:
        self._references: dict[tuple[str, int], str] = {}

    def left(self, message: Outgoing) -> None:
        """A message leaves now. Where two look the same, neither is found: "" is nobody's reference."""
        key = _key(message)
        self._references[key] = "" if key in self._references else message.reference
        if len(self._references) > _MOST:
            del self._references[next(iter(self._references))]

    def answered(self, message: Outgoing) -> None:
        """From here on its receipts are known by the gateway's id, or there will be none."""
        self._references.pop(_key(message), None)

    def named(self, told: Told) -> Receipt:
        """The receipt, with our reference where it must be that one."""
        if told.mark is None:
            return told.receipt
        return told.receipt._replace(reference=self._references.get((told.receipt.to, told.mark), ""))


def _key(message: Outgoing) -> tuple[str, int]:
    return "+" + message.to.removeprefix("+"), mark(message.reference)
