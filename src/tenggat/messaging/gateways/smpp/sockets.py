"""The one thing about the library's sockets that it cannot be told."""

import os
import socket
from contextlib import suppress
from pathlib import Path

_OPEN = Path("/proc/self/fd")


def send_at_once(port: int) -> int:
    """Set TCP_NODELAY on this process's connections to that port; how many there were (none where there is no /proc).

    The library leaves Nagle's algorithm on: a short unit then waits for the peer's delayed acknowledgement, 40 ms for
    each window. With 10 messages under way at once that was 220 messages a second, of the 3,800 that there could be.
    """
    found = 0
    for name in os.listdir(_OPEN) if _OPEN.is_dir() else ():  # noqa: PTH208 -- names only: one of them is the listing's
        with suppress(OSError):  # closed since
            found += _is_socket(name) and _set(int(name), port)
    return found


def _is_socket(name: str) -> bool:
    return str((_OPEN / name).readlink()).startswith("socket:")


def _set(number: int, port: int) -> bool:
    with socket.socket(fileno=os.dup(number)) as one:  # a second handle: closing it leaves the connection alone
        if one.family not in (socket.AF_INET, socket.AF_INET6) or one.getpeername()[1] != port:
            return False
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return True
