"""A mail server that keeps what it takes, in memory."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Post:
    """Every letter: to whom, and its text."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- its name
        """Take a letter."""
        del server, session
        body = envelope.content if isinstance(envelope.content, bytes) else b""
        self.letters += [(to, body.decode()) for to in envelope.rcpt_tos]
        return "250 OK"


@contextmanager
def post() -> Iterator[tuple[Post, int]]:
    """A server on any free port, and its port."""
    kept, ready, found = Post(), threading.Event(), list[Any]()

    async def serve() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        server = await loop.create_server(lambda: SMTP(kept, loop=loop), "127.0.0.1", 0)
        found.extend((loop, ended, server.sockets[0].getsockname()[1]))
        ready.set()
        async with server:
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    loop, ended, port = found
    try:
        yield kept, port
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
