"""The processes of a month: one that has loaded everything, and a fork of it for each act (shift.py)."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from bench.child import ROOT

_SECONDS = 3600
"""So long an act may take; then everything ends, and the month has failed."""


class Shifts:
    """Starts acts, kills them, waits for them."""

    def __init__(self, url: str) -> None:
        search = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
        environment = os.environ | {"DATABASE_URL": url, "PYTHONPATH": search}
        command = [sys.executable, "-m", "proof.child", "shift"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, env=environment, stdin=pipe, stdout=pipe, text=True, start_new_session=True
        )

    def start(self, act: str, *words: Any) -> int:
        """Begin an act; gives the number of its process."""
        return self._say(act, *words)

    def kill(self, number: int) -> bool:
        """`kill -9` where it has not ended by itself; True if it hit."""
        os.kill(number, signal.SIGKILL)  # nobody has waited for it: the number is still its own
        return self._say("wait", number) == -signal.SIGKILL

    def wait(self, number: int) -> None:
        """Until it has ended. Raises RuntimeError where it failed."""
        if status := self._say("wait", number):
            raise RuntimeError(f"an act failed with status {status}; its error stands above")

    def act(self, act: str, *words: Any) -> None:
        """Begin and wait."""
        self.wait(self.start(act, *words))

    def end(self) -> None:
        """End everything that still runs."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def _say(self, *words: Any) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        late = threading.Timer(_SECONDS, self.process.kill)
        late.start()
        try:
            self.process.stdin.write(json.dumps(words) + "\n")
            self.process.stdin.flush()
            return int(self.process.stdout.readline())
        except ValueError:
            raise RuntimeError("the processes of the month have ended; why stands above") from None
        finally:
            late.cancel()


@contextmanager
def shifts(url: str) -> Iterator[Shifts]:
    """While the block lasts."""
    running = Shifts(url)
    try:
        yield running
    finally:
        running.end()
