"""The story of one server: find it, else create it, start it, wait until it answers; later stop it."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tenggat.foundation.embedded import layout
from tenggat.foundation.embedded.binaries import Binaries, binaries_for
from tenggat.foundation.embedded.cluster import configure, create
from tenggat.foundation.embedded.layout import Place
from tenggat.foundation.embedded.log import Log
from tenggat.foundation.embedded.process import LockFile, end, is_alive, live_server
from tenggat.foundation.embedded.session import create_database, no_answer
from tenggat.foundation.embedded.unavailable import ServerUnavailable, explained

Say = Callable[[str], None]

# Seconds. Recovery of a big home may take many minutes, and a server that has died is seen at once.
_LONGEST_START = 6 * 3600.0
_LONGEST_SILENCE = 60.0  # seconds for a server that says it is ready to answer
_LONGEST_ORPHANS = 120.0  # seconds for statements of a killed server to notice and end


def ensure(home: Path, *, say: Say) -> str:
    """The URL of the home's server, which is created and started as needed; safe to call from many processes.

    `say` gets short sentences while something takes more than a second or two. Raises ServerUnavailable.
    """
    with explained(home):
        home = home.resolve()
        if url := _running(home):
            return url
        layout.make_home(home)
        with layout.locked(
            home / "db.lock",
            waiting=_every(say, 2, "Waiting for another command that starts or stops the database"),
        ):
            # Whoever held the lock before us may have started it meanwhile.
            if url := _running(home):
                return url
            _remove_deleted_homes()
            place = layout.find(home) or create(home, say=say)
            _start(place, say=say)
            return place.url


def running_url(home: Path) -> str | None:
    """The URL of the home's server if it runs and answers, else None; starts nothing.

    Raises ServerUnavailable.
    """
    with explained(home):
        home = home.resolve()
        return _running(home)


def stop(home: Path) -> bool:
    """Ends the home's server cleanly, rolling back open transactions; False if none ran.

    Waits as long as the server needs to write its last checkpoint. Raises ServerUnavailable.
    """
    with explained(home):
        home = home.resolve()
        if not home.is_dir():
            return False
        with layout.locked(home / "db.lock"):
            place = layout.find(home)
            if place is None or _live(place) is None:
                return False
            for _ in end(place.data, uid=place.account.uid, how=signal.SIGINT, seconds=_LONGEST_START):
                pass
            layout.forget_socket(place)
            return True


def _running(home: Path) -> str | None:
    place = layout.find(home)
    if place is None:
        return None
    lock = _live(place)
    if lock is None or lock.status != "ready" or no_answer(place, lock):
        return None
    Log(place).bound()
    return place.url


def _start(place: Place, *, say: Say) -> None:
    if not place.account.can_enter(place.folder):
        raise ServerUnavailable(
            f"User {place.account.name}, who owns the database, can no longer enter {place.folder}; "
            "give the folders above it back the permission to traverse (chmod o+x)."
        )
    begin = Log(place).size()
    stage = "Database is starting"
    if _live(place) is None:
        if LockFile.read(place.data / "postmaster.pid"):
            stage = "Database is recovering after a crash"
        binaries = binaries_for(place.account)
        layout.prepare_socket(place)
        configure(place, binaries)
        _launch(place, binaries, waiting=_every(say, 2, "Waiting for processes of an earlier server to end"))
    _await(place, begin=begin, waiting=_every(say, 2, stage))


def _launch(place: Place, binaries: Binaries, *, waiting: Callable[[float], None]) -> None:
    """Starts the postmaster and returns once it owns the data folder.

    The shell puts it into the background and ends, so it is nobody's child here (no zombie, no open pipe),
    and its output goes to its own log.
    """
    handle = _take_data(place, waiting=waiting)
    if handle is None:
        return
    try:
        Log(place).bound()
        # No server holds the data, so what is left beside the socket is stale; its pid may be in use by now.
        place.account.shell('rm -f "$1"/.s.PGSQL.*', str(place.socket))
        stale = LockFile.read(place.data / "postmaster.pid")
        # PostgreSQL refuses to start where the pid in a stale postmaster.pid is in use by another process of
        # the same user. This is the variable by which pg_ctl tells it not to mind one. Its check by shared
        # memory stays in force, which removing the file would defeat.
        environment = {"PG_GRANDPARENT_PID": str(stale.pid)} if stale else {}
        script = 'umask 077; log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'
        server = [binaries.program("postgres"), "-D", str(place.data)]
        command = ["/bin/sh", "-c", script, "sh", str(place.log), *server]
        begin = Log(place).size()
        done = place.account.run(command, environment=environment, pass_fds=(handle,))
    finally:
        os.close(handle)
    if not _took_over(place, pid=int(done.stdout.strip() or 0)):
        raise _did_not_start(place, begin, otherwise=done.stderr.strip())


def _take_data(place: Place, *, waiting: Callable[[float], None]) -> int | None:
    """The lock that a server and all its processes inherit and hold while they live; None once one has it.

    So a second server is never started beside the sessions that a killed one left, nor beside one that we
    cannot see because it runs in another container.
    """
    began = time.monotonic()
    while (handle := layout.take(place.folder / "server.lock")) is None:
        if _live(place):
            return None
        if (waited := time.monotonic() - began) > _LONGEST_ORPHANS:
            raise ServerUnavailable(
                f"Processes of an earlier server still use {place.data}, perhaps in another container; "
                "end them and run the command again."
            )
        waiting(waited)
        time.sleep(0.05)
    return handle


def _took_over(place: Place, *, pid: int) -> bool:
    """Waits until a live postmaster has the lock file; False once ours has ended without."""
    while True:
        alive = is_alive(pid, uid=place.account.uid)
        if _live(place):
            return True
        if not alive:
            return False
        time.sleep(0.01)


def _await(place: Place, *, begin: int, waiting: Callable[[float], None]) -> None:
    """Waits until the server answers, however long it makes progress; raises once it has died."""
    began = ready_since = time.monotonic()
    reason: str | None = "it is still starting"
    while (now := time.monotonic()) - began < _LONGEST_START and now - ready_since < _LONGEST_SILENCE:
        lock = _live(place)
        if lock is None:
            raise _did_not_start(place, begin)
        if lock.status == "ready":
            reason = no_answer(place, lock)
            if reason is None:
                return
            if "does not exist" in reason:
                create_database(place)
        # It says so itself while it recovers from the death of one session, too.
        if lock.status != "ready" or "the database system is" in str(reason):
            ready_since = now
        waiting(now - began)
        time.sleep(0.02 if now - began < 2 else 0.2)
    raise ServerUnavailable(
        f"The database runs but does not answer ({reason}); stop it (tenggat db stop) and try again. "
        f"Its log is {place.log}."
    )


def _did_not_start(place: Place, begin: int, *, otherwise: str = "") -> ServerUnavailable:
    said = Log(place).tail(begin) or otherwise or "it left no message"
    return ServerUnavailable(
        f"The database did not start ({said}); see to that and run the command again. Its log is {place.log}."
    )


def _live(place: Place) -> LockFile | None:
    return live_server(place.data, uid=place.account.uid)


def _remove_deleted_homes() -> None:
    """Ends the servers and removes the data of temporary homes (root's, kept outside them) that are gone."""
    if not layout.deleted_homes():
        return
    with layout.locked(layout.SHARED / "homes.lock"):
        for folder, uid in layout.deleted_homes():
            for _ in end(folder / "data", uid=uid, how=signal.SIGQUIT, seconds=10):
                pass
            shutil.rmtree(folder, ignore_errors=True)


def _every(say: Say, first: float, text: str) -> Callable[[float], None]:
    """A listener for seconds waited that says `text` after `first` seconds, and then every five."""
    due = first

    def waiting(waited: float) -> None:
        nonlocal due
        if waited >= due:
            say(f"{text}, {waited:.0f} s ...")
            due = waited + 5

    return waiting
