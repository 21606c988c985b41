"""The story of one server: find it, else create it, start it, wait until it answers; later stop it."""

import shutil
import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from tenggat.foundation.embedded import layout, tuning
from tenggat.foundation.embedded.account import Account, account_of, service_account
from tenggat.foundation.embedded.binaries import Binaries, binaries_for
from tenggat.foundation.embedded.layout import Place
from tenggat.foundation.embedded.log import Log
from tenggat.foundation.embedded.process import LockFile, end, is_alive, is_postmaster, live_server
from tenggat.foundation.embedded.unavailable import ServerUnavailable, explained

Say = Callable[[str], None]

ROLE = DATABASE = "tenggat"
_LEAST_DISK = 256 * tuning.MB  # a new cluster has 40 MB, and its first WAL segments as much
_LONGEST_START = (
    6 * 3600.0
)  # seconds; recovery of a big home may take minutes, and a dead server is seen at once
_LONGEST_ORPHANS = 120.0  # seconds for statements of a killed server to notice and end


def ensure(home: Path, *, say: Say) -> str:
    """The URL of the home's server, which is created and started as needed; safe to call from many processes.

    `say` gets short sentences while something takes more than a second or two. Raises ServerUnavailable.
    """
    home = home.resolve()
    with explained(home):
        if url := _running(home):
            return url
        layout.make_home(home)
        with layout.locked(
            home / "db.lock",
            waiting=_every(say, 5, "Waiting for another command that starts or stops the database"),
        ):
            # Whoever held the lock before us may have started it meanwhile.
            if url := _running(home):
                return url
            _remove_deleted_homes()
            place = layout.find(home) or _create(home, say=say)
            _start(place, say=say)
            return place.url


def running_url(home: Path) -> str | None:
    """The URL of the home's server if it runs and answers, else None; starts nothing.

    Raises ServerUnavailable.
    """
    home = home.resolve()
    with explained(home):
        return _running(home)


def stop(home: Path) -> bool:
    """Ends the home's server cleanly, rolling back open transactions; False if none ran.

    Waits as long as the server needs to write its last checkpoint. Raises ServerUnavailable.
    """
    home = home.resolve()
    with explained(home):
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
    if lock is None or lock.status != "ready" or not _answers(place, lock):
        return None
    Log(place).bound()
    return place.url


def _answers(place: Place, lock: LockFile) -> bool:
    """Whether the server behind the socket has our database and is the one of this data folder.

    It proves that by reading its own lock file back to us: a server whose home was removed no longer has one.
    """
    try:
        with _connect(place, DATABASE) as connection:
            row = connection.execute("SELECT pg_read_file('postmaster.pid', true)").fetchone()
    except psycopg.OperationalError as error:
        # A full house is still the house.
        return "too many clients" in str(error) or "remaining connection slots" in str(error)
    seen = LockFile.parse(row[0]) if row and row[0] else None
    return seen is not None and seen.identity == lock.identity


def _create_database(place: Place) -> bool:
    """Makes the database where the cluster has none yet; the caller holds the home's lock."""
    try:
        with _connect(place, "postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                return False
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
            return True
    except psycopg.OperationalError:
        return False


def _connect(place: Place, database: str) -> psycopg.Connection[tuple[str | None]]:
    return psycopg.connect(
        host=str(place.socket),
        port=layout.PORT,
        user=ROLE,
        dbname=database,
        connect_timeout=10,
        autocommit=True,
        application_name="tenggat ensure",
        options="",
    )


def _create(home: Path, *, say: Say) -> Place:
    account = service_account()
    binaries = _binaries(account)
    id_ = uuid.uuid4().hex
    if shutil.disk_usage(home).free < _LEAST_DISK:
        raise ServerUnavailable(
            f"The disk of {home} has less than {_LEAST_DISK // tuning.MB} MB free; make room, "
            "or choose another folder with TENGGAT_HOME."
        )
    say("Creating the database (once, a few seconds) ...")
    with layout.draft(home, account=account, id_=id_) as folder:
        _initialise(folder / "data", account=account, binaries=binaries)
    place = layout.find(home)
    if place is None:
        raise ServerUnavailable(
            f"{home} was removed while its database was being created; run the command again."
        )
    return place


def _initialise(data: Path, *, account: Account, binaries: Binaries) -> None:
    """Makes the cluster. Builtin C.UTF-8 sorts by bytes, as C does, but knows the case of all letters."""
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["--auth-local=peer", "--auth-host=reject", "--data-checksums", "--no-instructions"]
    command = [binaries.program("initdb"), "-D", str(data), "-U", ROLE, *locale, *options]
    done = account.run(command)
    if done.returncode:
        raise ServerUnavailable(
            f"The database could not be created ({_last_line(done.stderr)}); "
            "see to that and run the command again, or set DATABASE_URL to a server of your own."
        )
    account.write(
        data / "postgresql.conf", (data / "postgresql.conf").read_text() + "\ninclude 'tenggat.conf'\n"
    )
    account.write(data / "pg_hba.conf", "local all all peer map=tenggat\n")


def _start(place: Place, *, say: Say) -> None:
    if not place.account.can_enter(place.folder):
        raise ServerUnavailable(
            f"User {place.account.name}, who owns the database, can no longer enter {place.folder}; "
            "give the folders above it back the permission to traverse (chmod o+x)."
        )
    crashed = LockFile.read(place.data / "postmaster.pid") is not None
    begin = Log(place).size()
    if _live(place) is None:
        binaries = _binaries(place.account)
        layout.prepare_socket(place)
        _configure(place, binaries)
        _launch(place, binaries, waiting=_every(say, 2, "Waiting for statements of the killed server to end"))
    stage = "Database is recovering after a crash" if crashed else "Database is starting"
    _await(place, begin=begin, waiting=_every(say, 2, stage))


def _configure(place: Place, binaries: Binaries) -> None:
    """Writes the settings and who may connect, at each start: the machine may have changed."""
    machine = tuning.measure(folder=place.data, lz4=binaries.has_lz4(place.account))
    chosen = tuning.settings(machine) | {
        "unix_socket_directories": f"'{place.socket}'",
        "port": str(layout.PORT),
    }
    text = (
        "# Written anew at each start; put settings of your own into postgresql.auto.conf (ALTER SYSTEM).\n"
    )
    place.account.write(
        place.data / "tenggat.conf", text + "".join(f"{name} = {value}\n" for name, value in chosen.items())
    )
    names = {place.account.name, account_of(0).name}
    place.account.write(
        place.data / "pg_ident.conf", "".join(f'{ROLE} "{name}" {ROLE}\n' for name in sorted(names))
    )


def _launch(place: Place, binaries: Binaries, *, waiting: Callable[[float], None]) -> None:
    """Starts the postmaster and returns once it owns the data folder.

    The shell puts it into the background and ends, so it is nobody's child here (no zombie, no open pipe),
    and its output goes to its own log.
    """
    log = Log(place)
    log.bound()
    _remove_stale_socket(place)
    stale = LockFile.read(place.data / "postmaster.pid")
    # PostgreSQL refuses to start where the pid of a stale lock file is in use by any process of the same
    # user. We know that it is not a server of this folder; this is the variable by which pg_ctl says the same
    # of its parent. The check for leftover processes by shared memory stays in force, which removing the file
    # would defeat.
    environment = {"PG_GRANDPARENT_PID": str(stale.pid)} if stale else {}
    script = 'umask 077; log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'
    command = [
        "/bin/sh",
        "-c",
        script,
        "sh",
        str(place.log),
        binaries.program("postgres"),
        "-D",
        str(place.data),
    ]
    began = time.monotonic()
    while True:
        begin = log.size()
        done = place.account.run(command, environment=environment)
        if _took_over(place, pid=int(done.stdout)):
            return
        orphans = "pre-existing shared memory block" in log.since(begin)
        if not orphans or (waited := time.monotonic() - began) > _LONGEST_ORPHANS:
            raise _did_not_start(place, begin)
        waiting(waited)
        time.sleep(0.5)


def _remove_stale_socket(place: Place) -> None:
    """A socket's lock file whose pid was reused would block the start; the folder is private, so it is our own."""
    file = place.socket / f".s.PGSQL.{layout.PORT}.lock"
    lock = LockFile.read(file)
    if lock is not None and not is_postmaster(lock, uid=place.account.uid):
        place.account.shell('rm -f "$1"', str(file))


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
    began = time.monotonic()
    while (waited := time.monotonic() - began) < _LONGEST_START:
        lock = _live(place)
        if lock is None:
            raise _did_not_start(place, begin)
        if lock.status == "ready" and (
            _answers(place, lock) or (_create_database(place) and _answers(place, lock))
        ):
            return
        waiting(waited)
        time.sleep(0.02 if waited < 2 else 0.2)
    raise ServerUnavailable(
        f"The database did not answer within {_LONGEST_START / 3600:.0f} hours; see {place.log}."
    )


def _did_not_start(place: Place, begin: int) -> ServerUnavailable:
    said = Log(place).tail(begin) or "it left no message"
    return ServerUnavailable(
        f"The database did not start ({said}); see to that and run the command again. Its log is {place.log}."
    )


def _live(place: Place) -> LockFile | None:
    return live_server(place.data, uid=place.account.uid)


def _binaries(account: Account) -> Binaries:
    return binaries_for(account, shared=layout.SHARED)


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


def _last_line(text: str) -> str:
    telling = [line for line in text.splitlines() if "error" in line.lower() or "FATAL" in line]
    return (telling or text.strip().splitlines() or ["no message"])[-1].strip()
