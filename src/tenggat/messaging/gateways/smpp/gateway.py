"""The SMPP gateway as a sender sees it: synchronous; its event loop runs only while a call lasts.

In between, smpp34's own threads keep the link alive, acknowledge receipts and queue them.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import ClassVar, Self

from tenggat.messaging.gateways import Answer, GatewayUnusable, Outgoing, Receipt, nothing
from tenggat.messaging.gateways.smpp.batch import Batch
from tenggat.messaging.gateways.smpp.link import Link
from tenggat.messaging.gateways.smpp.settings import Settings

_SETTLING = 0.05
"""The library's threads let go of Python objects after the last call; an interpreter that ends meanwhile crashes."""


class SmppGateway:
    """One bound connection (transceiver) to one SMSC. Not for two threads at once."""

    kind: ClassVar[str] = "smpp"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._link = Link(settings)
        self._open = self._sending = False

    def __enter__(self) -> Self:
        self.settings.check()
        self._link = Link(self.settings)  # it belongs to one loop, and each time has its own
        self._loop = asyncio.new_event_loop()
        try:
            self._loop.run_until_complete(self._link.open())
        except GatewayUnusable:
            self._end()
            raise
        self._open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        self._loop.run_until_complete(self._link.close())
        self._end()

    def send(
        self, messages: Iterable[Outgoing], *, at: datetime, pause: Callable[[], None] = nothing
    ) -> Iterator[Answer]:
        """Hand over a batch; answers come as the SMSC gives them. See Gateway.send."""
        self._loop.run_until_complete(self._link.check())
        batch = Batch(self._link, messages, at)
        self._sending = True
        try:
            batch.draw()
            while not batch.over:
                answers = self._loop.run_until_complete(batch.some())
                yield from answers
                if not answers:
                    pause()
                batch.draw()
        finally:
            self._sending = False
            batch.abandon()

    def receipts(self) -> Sequence[Receipt]:
        """Give what has come in since the last call; after the end, what was here then.

        In the middle of a batch nothing is waited for: its answers are.
        """
        if self._open and not self._sending:
            self._loop.run_until_complete(self._link.gather())
        return self._link.take()

    def _end(self) -> None:
        self._loop.run_until_complete(asyncio.sleep(_SETTLING))
        self._loop.close()
