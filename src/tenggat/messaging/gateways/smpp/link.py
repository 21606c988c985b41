"""The way to the SMSC over as many connections as it takes, one at a time."""

import asyncio
from collections import deque

from tenggat.messaging.gateways import GatewayUnusable, Receipt
from tenggat.messaging.gateways.smpp.session import Session
from tenggat.messaging.gateways.smpp.settings import Settings

LONGEST_PAUSE = 30.0
_IDLE = 0.005  # seconds without a receipt after which none is waiting
_PATIENCE = 0.5  # at most so long for reading receipts


class Link:
    """`session` is the connection of now; `broken` says that nothing more may leave over it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.wake = asyncio.Event()
        self.broken = False
        self.failures = 0  # connections in a row that came to nothing, or over which nothing was ever answered
        self._receipts: deque[Receipt] = deque()

    async def open(self) -> None:
        """Make the first connection. Raises GatewayUnusable."""
        self.session = await Session.open(self.settings, self.wake.set)

    async def check(self) -> None:
        """Notice a connection that has ended while nobody looked. A batch begins with a clean slate."""
        self.failures = 0
        self.broken = self.broken or not await self.session.alive()

    def heard(self, at: float) -> None:
        """Something was answered."""
        self.session.heard_at = at
        self.failures = 0

    async def again(self) -> bool:
        """Leave the broken connection for another, waiting longer each time; False where `tries` came to nothing."""
        if not self.session.heard_at:
            self.failures += 1
        await self._leave()
        while self.failures < self.settings.tries:
            if self.failures:
                await asyncio.sleep(min(self.settings.pause * 2 ** (self.failures - 1), LONGEST_PAUSE))
            try:
                await self.open()
            except GatewayUnusable:
                self.failures += 1
                continue
            self.broken = False
            return True
        return False

    async def gather(self) -> None:
        """Read the receipts that are here."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        came = -1
        while came != len(self._receipts) and loop.time() < end:
            came = len(self._receipts)
            await self.wait(loop.time() + _IDLE)
            self.collect()

    async def wait(self, until: float) -> None:
        """Wait until something comes in, or that time of the loop's clock."""
        self.wake.clear()
        alarm = asyncio.get_running_loop().call_at(until, self.wake.set)
        await self.wake.wait()
        alarm.cancel()

    def collect(self) -> None:
        """Take over what the connection has been told."""
        self._receipts += self.session.told
        self.session.told.clear()

    def take(self) -> list[Receipt]:
        """All receipts so far, each once."""
        taken = list(self._receipts)
        self._receipts.clear()
        return taken

    async def close(self) -> None:
        """End, and keep the receipts that were here."""
        await self.gather()
        await self._leave()

    async def _leave(self) -> None:
        await self.session.close()
        self.collect()
