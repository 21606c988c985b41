"""A connection to an SMSC, on smpp34: what its Rust core does by itself, and what it leaves to us.

It frames, numbers, encodes, answers enquire_link, sends one every 30 seconds, and acknowledges a receipt once that
stands in its queue. It does not keep a window (its `window_size` does nothing), waits 30 seconds for an answer whatever
one says, tells a refused bind by silence, and raises the same error for a lost connection, a time-out and an answer
that it cannot read. So the window and the time-out are ours, and whatever it raises that no SMSC has said counts as
unknown.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import smpp34

from tenggat.messaging.gateways import GatewayUnusable, Outgoing, Receipt, mark
from tenggat.messaging.gateways.smpp import alphabet
from tenggat.messaging.gateways.smpp.receipts import MARK, read
from tenggat.messaging.gateways.smpp.settings import Settings
from tenggat.messaging.gateways.smpp.sockets import send_at_once

RECEIPTS_AT_ONCE = 20_000
"""How many may wait to be read; the SMSC is told "queue full" for more, and tries again."""

_LOST = 0x08  # RSYSERR: what the library raises for all that it cannot tell
_STATUS = re.compile(r"\(0x([0-9A-F]{8})\)")
_Event = smpp34.DeliverSmEvent | smpp34.Disconnected
_FAREWELL = 2.0
_LAST_WORDS = 5.0
_LOOK = 0.005
_QUIET = 20  # looks, a tenth of a second: nothing has come any more
EARS = 16  # receipts that may come in one turn of the loop; each next() gives one, in order


class _Way(NamedTuple):
    """One bound connection."""

    client: smpp34.Client
    smsc: smpp34.Smsc


class Session:
    """Use within one event loop. `wake` is called whenever something has come in."""

    def __init__(self, settings: Settings, ways: Sequence[_Way], wake: Callable[[], None]) -> None:
        self.settings = settings
        self.ways = ways  # the one to send over first
        self.wake = wake
        self.told: deque[Receipt] = deque()
        self.ended = False
        self.heard_at = 0.0  # when anything was last answered, on the loop's clock; 0 for never
        self._listening: set[asyncio.Future[_Event]] = set()
        for way in ways:
            for _ in range(EARS):
                self._listen(way)

    @classmethod
    async def open(cls, settings: Settings, wake: Callable[[], None]) -> "Session":
        """Connect and bind. Raises GatewayUnusable."""
        ways: list[_Way] = []
        for kind in ("TX", "RX") if settings.bind == "pair" else ("TRX",):
            client = _client(settings, kind)
            try:
                async with asyncio.timeout(
                    settings.connect_timeout + 1
                ):  # its own does not count the connecting itself
                    ways.append(_Way(client, await client.connect()))
            except (smpp34.SmppError, TimeoutError):
                await _stop([*(way.client for way in ways), client])
                raise GatewayUnusable(
                    "The SMSC cannot be reached or lets nobody in: check host, port, system_id and password, "
                    "and whether it knows this machine's address."
                ) from None
        send_at_once(settings.port)
        return cls(settings, ways, wake)

    def submit(self, message: Outgoing, octets: bytes) -> "asyncio.Future[smpp34.SubmitSmResp]":
        """Let a message leave; what comes back is its answer."""
        settings = self.settings
        return asyncio.ensure_future(
            self.ways[0].smsc.submit_sm(
                message.to.removeprefix("+"),
                octets,
                source_addr=settings.source,
                service_type=settings.service_type,
                source_addr_ton=settings.source_ton,
                source_addr_npi=settings.source_npi,
                dest_addr_ton=1,
                dest_addr_npi=1,
                validity_period=validity(message.until),
                registered_delivery=1,
                data_coding=alphabet.CODING[settings.alphabet],
                tlvs=[smpp34.Tlv(MARK, mark(message.reference).to_bytes(2, "big"))],
            )
        )

    async def alive(self) -> bool:
        """Whether the connection still stands, as far as this side has seen."""
        return not self.ended and all([await way.client.is_alive() for way in self.ways])

    async def close(self) -> None:
        """Say good-bye."""
        for way in self.ways:
            with suppress(smpp34.SmppError, TimeoutError):
                async with asyncio.timeout(_FAREWELL):
                    await way.smsc.unbind()
        await self._hear_the_last()
        self.ended = True
        for listening in list(self._listening):
            listening.cancel()
        await _stop([way.client for way in self.ways])

    async def _hear_the_last(self) -> None:
        """What the library has acknowledged: one ear hears that all is over while others still have receipts."""
        loop = asyncio.get_running_loop()
        end, heard, quiet = loop.time() + _LAST_WORDS, -1, 0
        while loop.time() < end and quiet < _QUIET:
            quiet = quiet + 1 if self.ended and heard == len(self.told) else 0
            heard = len(self.told)
            await asyncio.sleep(_LOOK)

    def _listen(self, way: _Way) -> None:
        listening = asyncio.ensure_future(way.smsc.next())
        self._listening.add(listening)
        listening.add_done_callback(partial(self._came, way))

    def _came(self, way: _Way, done: "asyncio.Future[_Event]") -> None:
        self._listening.discard(done)
        if done.cancelled():
            return
        if done.exception() is not None or isinstance(event := done.result(), smpp34.Disconnected):
            self.ended = True
            self.wake()
            return
        self._listen(way)
        told = read(
            esm_class=event.esm_class,
            source=event.source_addr,
            text=event.short_message,
            optionals=event.tlvs,
            ids=self.settings.receipt_ids,
            zone=self.settings.zone,
        )
        if told is not None:
            self.told.append(told)
            self.wake()


def _client(settings: Settings, kind: str) -> smpp34.Client:
    return smpp34.Client(
        settings.host,
        settings.port,
        settings.system_id,
        settings.password,
        bind_type=kind,
        system_type=settings.system_type,
        tls=settings.tls,
        inbound_capacity=RECEIPTS_AT_ONCE,
        connect_timeout_ms=round(settings.connect_timeout * 1000),
    )


async def _stop(clients: Sequence[smpp34.Client]) -> None:
    for client in clients:
        with suppress(smpp34.SmppError):
            await client.stop()


def validity(until: datetime | None) -> str:
    """A moment as SMPP's absolute time, UTC, cut to the whole second before it."""
    return f"{until.astimezone(UTC):%y%m%d%H%M%S}000+" if until else ""


def status_of(error: smpp34.SmppError) -> int | None:
    """The status with which an SMSC has refused a unit (generic_nack); None where it may have said nothing at all."""
    found = _STATUS.search(str(error))
    status = int(found[1], 16) if found else _LOST
    return None if status == _LOST else status
