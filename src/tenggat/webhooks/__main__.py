"""Serves the web on one port of this machine until its standard input ends: with whoever started it, however that ends.

`python -m tenggat.webhooks PORT`, as `tenggat up` calls it. Behind a load balancer, call granian itself.
"""

import os
import signal
import sys
import threading

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

THREADS = 4
"""Calls at once: each waits for the database a few milliseconds."""

PATIENCE = 5
"""Seconds for calls under way when it ends. Without it, a worker that is told to end while it starts never does."""


def _end_with_the_starter() -> None:
    os.read(0, 1)  # not sys.stdin: the worker is a fork, and would wait for its lock for ever
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve. No access log: it would have addresses."""
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    Granian(
        "tenggat.config.wsgi:application",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        workers_kill_timeout=PATIENCE,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
