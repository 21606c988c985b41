"""Looking at a postmaster, and ending it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tenggat.foundation.embedded.account import CLEAN_ENVIRONMENT


@dataclass(frozen=True, kw_only=True)
class LockFile:
    """What a server wrote in postmaster.pid, or beside its socket; the file may be stale."""

    pid: int
    folder: str
    status: str
    identity: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "LockFile | None":
        """The lock file at `path`, None where there is none (or it is just being written)."""
        try:
            return cls.parse(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None

    @classmethod
    def parse(cls, content: bytes) -> "LockFile | None":
        """Line 1 is the pid, 2 the folder it was started with, 3 the start time, 8 the status."""
        lines = [os.fsdecode(line).strip() for line in content.split(b"\n")]
        if len(lines) < 3 or not lines[0].isdigit():
            return None
        status = lines[7] if len(lines) > 7 else "starting"
        return cls(pid=int(lines[0]), folder=lines[1], status=status, identity=tuple(lines[:3]))


def live_server(data: Path, *, uid: int) -> LockFile | None:
    """The lock file of `data` if a postmaster of user `uid` really stands behind it, else None.

    A pid alone proves nothing (it may be somebody else's by now), so the command line must be that of a
    postmaster on the folder which the lock file names; and where that folder is another one, ours is only a
    copy of it.
    """
    lock = LockFile.read(data / "postmaster.pid")
    if lock is None or not is_postmaster(lock, uid=uid):
        return None
    original = Path(lock.folder)
    # A folder that is gone was moved here while its server ran on; it is still the same server.
    if original.exists() and not original.samefile(data):
        return None
    return lock


def is_postmaster(lock: LockFile, *, uid: int) -> bool:
    """Whether the process that the lock file names is a postmaster, of that user and on that folder."""
    words = _command_line(lock.pid, uid=uid)
    if not words or Path(words[0]).name != "postgres" or "-D" not in words:
        return False
    return words[words.index("-D") + 1 :][:1] == [lock.folder]


def is_alive(pid: int, *, uid: int) -> bool:
    """Whether a process of that user has this pid; one that has ended but was not yet reaped is not alive."""
    return bool(_command_line(pid, uid=uid))


def _command_line(pid: int, *, uid: int) -> list[str]:
    """The words of the command line of a living process of that user; empty otherwise."""
    if Path("/proc/self/cmdline").exists():
        try:
            if Path(f"/proc/{pid}").stat().st_uid != uid:
                return []
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return []
        return [os.fsdecode(word) for word in words[:-1]]
    return _command_line_by_ps(pid, uid=uid)


def _command_line_by_ps(pid: int, *, uid: int) -> list[str]:
    """The same where there is no /proc (macOS). Words run together there: what follows -D is one folder."""
    ps = ["ps", "-ww", "-o", "uid=,command=", "-p", str(pid)]
    done = subprocess.run(ps, capture_output=True, check=False, env=CLEAN_ENVIRONMENT)
    found = os.fsdecode(done.stdout).split(None, 1)
    if len(found) != 2 or found[0] != str(uid):
        return []
    program, option, folder = found[1].strip().partition(" -D ")
    return [program, "-D", folder] if option else [program]


def end(data: Path, *, uid: int, how: signal.Signals, seconds: float) -> Iterator[float]:
    """Signals the live server of `data` and yields the seconds waited, until it is gone or time is up."""
    lock = live_server(data, uid=uid)
    if lock is None:
        return
    began = time.monotonic()
    try:
        os.kill(lock.pid, how)
    except ProcessLookupError:
        return
    while (waited := time.monotonic() - began) < seconds and is_postmaster(lock, uid=uid):
        time.sleep(0.02)
        yield waited
