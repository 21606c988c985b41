"""What the tests of the embedded server do with homes and servers of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tenggat.foundation import embedded
from tenggat.foundation.embedded import layout
from tenggat.foundation.embedded.layout import Place
from tenggat.foundation.embedded.process import LockFile, live_server

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED HERE: only root can run the server as another user")


_ENSURE = """
import sys
from pathlib import Path
from tenggat.foundation import embedded
print(embedded.ensure(Path(sys.argv[1]), say=lambda _: None))
"""


def silent(_: str) -> None:
    """For tests that do not look at the progress."""


def ensure(home: Path) -> str:
    return embedded.ensure(home, say=silent)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def tell(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def place_of(home: Path) -> Place:
    place = layout.find(home)
    assert place is not None
    return place


def lock_of(home: Path) -> LockFile:
    place = place_of(home)
    lock = live_server(place.data, uid=place.account.uid)
    assert lock is not None
    return lock


def kill_server(home: Path) -> LockFile:
    lock, place = lock_of(home), place_of(home)
    os.kill(lock.pid, signal.SIGKILL)
    until(lambda: live_server(place.data, uid=place.account.uid) is None)
    return lock


def until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def command(home: Path, *, script: str = _ENSURE) -> subprocess.Popen[str]:
    """Another command of ours, in another process, with its output in pipes."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def postmasters(home: Path) -> list[int]:
    """Pids of the postmasters whose folder is that of this home."""
    data = os.fsencode(place_of(home).data)
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if data in words and words[0].endswith(b"/postgres"):
            found.append(int(entry.parent.name))
    return found
