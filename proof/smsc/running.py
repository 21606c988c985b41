"""The simulated SMSC in a thread of this process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from proof.smsc.behaviour import Behaviour
from proof.smsc.ledger import Ledger
from proof.smsc.server import Smsc, serve


class Simulated:
    """A running simulator."""

    def __init__(self, behaviour: Behaviour, path: Path | None, port: int) -> None:
        self.ledger = Ledger(path)
        self.smsc = Smsc(behaviour, self.ledger)
        self.port = port
        self._listening = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._main(),), daemon=True)

    def start(self) -> None:
        """Listen; returns once it does."""
        self._thread.start()
        assert self._listening.wait(10)

    def stop(self) -> None:
        """Close every connection and end; once is enough."""
        if self._thread.is_alive():
            with suppress(RuntimeError):  # it has ended just now
                self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def behave(self, behaviour: Behaviour) -> None:
        """From now on so."""
        self._loop.call_soon_threadsafe(self.smsc.behave, behaviour)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()

        def ready(port: int) -> None:
            self.port = port
            self._listening.set()

        await serve(self.smsc, self.port, ready, self._ended)


@contextmanager
def simulated(behaviour: Behaviour | None = None, *, ledger: Path | None = None, port: int = 0) -> Iterator[Simulated]:
    """Run one while the block lasts."""
    running = Simulated(behaviour or Behaviour(), ledger, port)
    running.start()
    try:
        yield running
    finally:
        running.stop()
