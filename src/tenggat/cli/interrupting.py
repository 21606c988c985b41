"""Ending in good order on Ctrl-C, or when a supervisor says so."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event


@contextmanager
def until_interrupted(ended: Event) -> Iterator[None]:
    """Let Ctrl-C, or a supervisor, end the senders between two batches, when the last answers are written down."""
    before = {sign: signal.signal(sign, lambda *_: ended.set()) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
