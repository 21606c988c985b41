"""What an operator tells about its SMSC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from tenggat.messaging.gateways import GatewayUnusable, Outcome

Ids = Literal["text", "hex", "decimal"]
Alphabet = Literal["gsm7", "latin-1", "ucs2"]
Bind = Literal["transceiver", "pair"]

LIBRARY_WAITS = 30.0
"""Seconds after which smpp34 itself gives up on an answer; it cannot be told otherwise."""

NAME, LONGEST_NAME = 5, 11
"""The source_ton of a registered name, and how many letters it may have."""

_LONGEST = {"system_id": 15, "password": 8, "system_type": 12, "source": 20}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Times in seconds. `ack_ids` and `receipt_ids` say in which base an id stands there; "text" leaves it as it is."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    source: str  # whom messages come from: a registered name of up to 11 characters, or a number
    source_ton: int = 5  # 5 a name, 1 an international number, 3 a short one
    source_npi: int = 0
    system_type: str = ""
    service_type: str = ""
    tls: bool = False
    bind: Bind = "transceiver"  # or two connections, one to send over and one for receipts, where an SMSC wants that
    alphabet: Alphabet = "gsm7"
    window: int = 50  # messages under way at once
    response_timeout: float = 15.0  # after that, what was submitted is UNKNOWN
    connect_timeout: float = 10.0
    tries: int = 5  # connections in a row that come to nothing before a batch is given up
    pause: float = 0.5  # before the second of them, then twice as long each time, up to LONGEST_PAUSE
    throttle_pause: float = 0.25  # nothing is submitted for so long after "too fast" or "queue full"
    ack_ids: Ids = "text"
    receipt_ids: Ids = "text"
    zone: str = ""  # of the dates in receipts, such as Asia/Jakarta; unknown when empty, and then no date is read
    statuses: Mapping[int, Outcome] = field(default_factory=lambda: MappingProxyType({}))  # this SMSC's own

    def check(self) -> None:
        """Raises GatewayUnusable."""
        for name, longest in _LONGEST.items():
            value: str = getattr(self, name)
            if len(value) > longest or not value.isascii():
                raise GatewayUnusable(f"{name} is more than the {longest} plain characters that SMPP allows.")
        if not 0 < self.response_timeout < LIBRARY_WAITS:
            raise GatewayUnusable(f"response_timeout must lie between 0 and {LIBRARY_WAITS:.0f} seconds.")
        if self.source_ton == NAME and len(self.source) > LONGEST_NAME:
            raise GatewayUnusable(f"source is a name of more than {LONGEST_NAME} letters, which no phone shows.")
        if not (0 < self.port < 65536 and 0 <= self.source_ton < 8 and 0 <= self.source_npi < 19):
            raise GatewayUnusable("port, source_ton or source_npi is no number that there is.")
        if self.window < 1 or self.tries < 1:
            raise GatewayUnusable("window and tries must be at least 1.")
        if self.zone:
            try:
                ZoneInfo(self.zone)
            except (KeyError, ValueError, OSError):
                raise GatewayUnusable("zone names no time zone; write it as in Asia/Jakarta.") from None
