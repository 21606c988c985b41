"""The embedded server, for real: homes far away, closed, moved, copied, removed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from tenggat.foundation import embedded
from tenggat.foundation.embedded.account import service_account
from tenggat.foundation.embedded.process import live_server
from tenggat.foundation.tests.embedded.servers import (
    as_root,
    ask,
    ensure,
    lock_of,
    place_of,
    tell,
)

pytestmark = pytest.mark.db


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


@as_root
def test_a_moved_closed_home_keeps_its_database(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    url = ensure(closed / "before")
    (closed / "before").rename(closed / "after")
    assert ensure(closed / "after") == url
    assert ensure(closed / "before") != url  # a new one, whose sweep must not take the moved one's data
    assert ask(ensure(closed / "after"), "SELECT 1") == 1
