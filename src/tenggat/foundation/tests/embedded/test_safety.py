"""The embedded server, for real: nothing is open to others, and no personal data reaches its log."""

import os
import pwd
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tenggat.foundation import embedded
from tenggat.foundation.embedded.account import Account
from tenggat.foundation.embedded.binaries import binaries_for
from tenggat.foundation.tests.embedded.servers import (
    as_root,
    ask,
    ensure,
    place_of,
    tell,
    until,
)

pytestmark = pytest.mark.db


def test_a_prepared_socket_folder_is_refused(folder: Path) -> None:
    home = folder / ("panjang" * 20)
    ensure(home)
    embedded.stop(home)
    socket = place_of(home).socket
    socket.mkdir(mode=0o700)
    socket.chmod(0o755)
    with pytest.raises(embedded.ServerUnavailable, match="somebody else may have prepared it"):
        ensure(home)
    socket.rmdir()
    socket.symlink_to(folder)
    with pytest.raises(embedded.ServerUnavailable, match="somebody else may have prepared it"):
        ensure(home)
    socket.unlink()
    assert ask(ensure(home), "SELECT 1") == 1


def test_nothing_is_open_to_others(home: Path) -> None:
    ensure(home)
    place = place_of(home)
    rules = [line for line in (place.data / "pg_hba.conf").read_text().splitlines() if not line.startswith("#")]
    assert rules == ["local all all peer map=tenggat"]
    for path in (place.folder, place.data, place.socket):
        assert path.stat().st_mode & 0o077 == 0
        assert path.stat().st_uid == place.account.uid
    assert place.socket.joinpath(".s.PGSQL.5432").stat().st_mode & 0o077 == 0
    assert place.log.stat().st_mode & 0o077 == 0


@as_root
def test_another_user_is_refused(home: Path) -> None:
    url = ensure(home)
    nobody = pwd.getpwnam("nobody")
    other = Account(uid=nobody.pw_uid, gid=nobody.pw_gid, name="nobody")
    psql = [binaries_for(other).program("psql"), "-X", "-c", "SELECT 1", url]
    assert "Permission denied" in other.run(psql).stderr
    # Even with the folders open, which they are not, the server knows who is asking.
    place = place_of(home)
    place.folder.chmod(0o711)
    place.socket.chmod(0o711)
    place.socket.joinpath(".s.PGSQL.5432").chmod(0o777)
    assert "Peer authentication failed" in other.run(psql).stderr


def test_personal_data_does_not_reach_the_log(home: Path) -> None:
    url = ensure(home)
    nik = "9901010101900001"
    tell(url, "CREATE TABLE person (nik text PRIMARY KEY, born date)")
    tell(url, f"INSERT INTO person VALUES ('{nik}')")
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (
            "INSERT INTO person VALUES (%s)",
            "SELECT %s::text::date",
            "SELECT pg_sleep(0), 1 / (length(%s) - 16)",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement, [nik])
        with pytest.raises(psycopg.Error):
            connection.execute(f"DO $$ BEGIN RAISE WARNING '{nik}'; RAISE EXCEPTION '{nik}'; END $$".encode())
    embedded.stop(home)
    log = place_of(home).log.read_text()
    assert "ready to accept connections" in log
    assert nik not in log


def test_the_text_of_a_killed_session_does_not_reach_the_log(home: Path) -> None:
    """PostgreSQL tells what a session was running when it died, unless it is told to be terse."""
    url = ensure(home)
    nik = "9901010101900001"
    with psycopg.connect(url, autocommit=True) as connection, ThreadPoolExecutor() as pool:
        dying = pool.submit(connection.execute, f"SELECT pg_sleep(60), '{nik}'".encode())
        pid = connection.info.backend_pid
        until(lambda: ask(url, f"SELECT state FROM pg_stat_activity WHERE pid = {pid}") == "active")
        os.kill(pid, signal.SIGKILL)
        assert isinstance(dying.exception(), psycopg.OperationalError)
    assert ask(ensure(home), "SELECT 1") == 1
    log = place_of(home).log.read_text()
    assert "was terminated by signal 9" in log
    assert nik not in log


def test_a_narrow_umask_does_not_matter(home: Path) -> None:
    before = os.umask(0o077)
    try:
        assert ask(ensure(home), "SELECT 1") == 1
    finally:
        os.umask(before)


@as_root
def test_a_database_of_root_shuts_nobody_else_in(home: Path) -> None:
    """Who runs a command on a home of root's is told whose it is."""
    ensure(home)
    nobody = pwd.getpwnam("nobody").pw_uid
    if (child := os.fork()) == 0:
        os.setuid(nobody)
        try:
            ensure(home)
        except embedded.ServerUnavailable as refusal:
            os._exit(0 if "belongs to user tenggat" in str(refusal) else 1)
        except BaseException:
            os._exit(2)
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
