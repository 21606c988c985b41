"""The web beside a command: a process of its own, which ends with the command however that ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException

from tenggat.foundation import clock
from tenggat.foundation.refusals import Refusal

_PATIENCE = 15.0  # seconds for a call under way to be answered


class WebUnusable(Refusal):
    """The web cannot be served, or has ended."""

    code = "web_unusable"


@contextmanager
def web(
    port: int, *, wait: Callable[[float], bool], now: datetime | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Serve on a port of this machine while the block lasts. `wait` says whether to give up. Raises WebUnusable.

    The pages follow the clock; in a sandbox `now` may stand for it.
    Its standard input is ours: when this process dies, it ends. Ctrl-C comes to us alone, so that it ends after us.
    """
    _check_free(port)
    others = {name: value for name, value in os.environ.items() if name != clock.BORROWED}
    process = subprocess.Popen(
        [sys.executable, "-m", "tenggat.webhooks", str(port)],
        stdin=subprocess.PIPE,
        stdout=sys.stderr,
        start_new_session=True,
        env={**others, "PYTHONUNBUFFERED": "1"} | ({clock.BORROWED: now.isoformat()} if now else {}),
    )
    try:
        while not _answers(port):
            check_alive(process)
            if wait(0.1):
                break
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its worker, too
        process.wait()


def check_alive(process: "subprocess.Popen[bytes]") -> None:
    """Raises WebUnusable."""
    if process.poll() is not None:
        raise WebUnusable(
            f"The web has ended by itself (status {process.returncode}); what it said stands above. Start up again."
        )


def _check_free(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except PermissionError:
            raise WebUnusable(f"Port {port} is for the system's own programs; choose another: --port 8000") from None
        except OSError:
            raise WebUnusable(f"Port {port} of this machine is in use; choose another: --port {port + 1}") from None


def _answers(port: int) -> bool:
    asked = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        asked.request("HEAD", "/")
        return asked.getresponse().status > 0
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()
