"""Where the server of a home lives, and the lock that lets one command at a time create, start or stop it.

The usual place is `<home>/db`, which has `data` (PostgreSQL's folder), `server.log`, `about.json` and
`socket`. For root, where the server's user cannot enter the home, it is /var/lib/tenggat/homes/<id>, and the
home's file `db-location` has the id.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tenggat.foundation.embedded.account import Account, account_of
from tenggat.foundation.embedded.unavailable import ServerUnavailable

SHARED = Path("/var/lib/tenggat")
HOMES = SHARED / "homes"
PORT = 5432
_DRAFT = "db-new-"
_LONGEST_SOCKET = 103 - len(f"/.s.PGSQL.{PORT}")  # sun_path has 104 bytes on macOS and 108 on Linux
_PLAIN_PATH = re.compile(
    r"[A-Za-z0-9/._-]+"
)  # what needs no quoting in postgresql.conf and, but for the slash, in a URL


@dataclass(frozen=True, kw_only=True)
class Place:
    """A created cluster: its folder and the user who owns it."""

    folder: Path
    account: Account
    id: str

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's own log."""
        return self.folder / "server.log"

    @property
    def socket(self) -> Path:
        """The private folder of the socket; a short one elsewhere where the path does not fit an address.

        The short name comes from the cluster's id and inode, so a copy of a home has another one.
        """
        near = self.folder / "socket"
        if len(os.fsencode(near)) <= _LONGEST_SOCKET and _PLAIN_PATH.fullmatch(str(near)):
            return near
        status = self.data.stat()
        name = hashlib.sha256(f"{self.id}:{status.st_dev}:{status.st_ino}".encode()).hexdigest()[:16]
        # Not XDG_RUNTIME_DIR: that goes away at logout, while the server stays.
        return Path(f"/tmp/tenggat-{self.account.uid}-{name}")  # noqa: S108 -- owner and mode are checked

    @property
    def url(self) -> str:
        """The libpq URL; the socket's path needs only its slashes encoded."""
        return f"postgresql://tenggat@/tenggat?host={str(self.socket).replace('/', '%2F')}&port={PORT}"


def find(home: Path) -> Place | None:
    """The cluster that this home has, None before it is created."""
    outside = _location(home)
    folder = HOMES / outside if outside else home / "db"
    try:
        status = folder.lstat()
    except FileNotFoundError:
        if outside is None:
            return None
        raise ServerUnavailable(
            f"The database of {home} was in {folder} and is gone; put it back from a backup, "
            f"or remove {home / 'db-location'} to begin with an empty one."
        ) from None
    account = _owner(folder, status)
    about = _about(folder)
    place = Place(folder=folder, account=account, id=str(about["id"]))
    if outside and about["home"] != str(home):
        _follow(place, about, home)
    return place


def _about(folder: Path) -> dict[str, object]:
    """What was written beside the data when it was made: its id, its home, and whether that is temporary."""
    try:
        about = json.loads((folder / "about.json").read_text())
        return {"id": about["id"], "home": about["home"], "ephemeral": about["ephemeral"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        raise ServerUnavailable(
            f"{folder} is not a whole database of Tenggat (its about.json does not tell); "
            "put it back from a backup, or move it away to begin with an empty one."
        ) from None


def _owner(folder: Path, status: os.stat_result) -> Account:
    if not stat.S_ISDIR(status.st_mode) or status.st_uid == 0:
        raise ServerUnavailable(
            f"{folder} is not a database folder of an ordinary user (PostgreSQL does not run as root); "
            "if it was restored from a backup, give it back to its owner with chown -R."
        )
    account = account_of(status.st_uid)
    if os.geteuid() not in {0, account.uid}:
        raise ServerUnavailable(
            f"The database in {folder} belongs to user {account.name}; run the command as that user, "
            "or choose another folder with TENGGAT_HOME."
        )
    return account


def _follow(place: Place, about: dict[str, object], home: Path) -> None:
    """Records that a home was moved. A copy is refused: two homes never share one database."""
    other = Path(str(about["home"]))
    if _location(other) == place.id:
        raise ServerUnavailable(
            f"{home} is a copy of {other} and would share its database; "
            f"remove {home / 'db-location'} to begin with an empty one."
        )
    about |= {"home": str(home), "ephemeral": _is_ephemeral(home)}
    place.account.write(place.folder / "about.json", json.dumps(about))


def _location(home: Path) -> str | None:
    """The id that the home's `db-location` has, None without one."""
    try:
        text = (home / "db-location").read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return text if re.fullmatch(r"[0-9a-f]{32}", text) else None


def new_id(home: Path) -> str:
    """A random id; its first half is the same for one path, so that a home knows its own drafts."""
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:16] + secrets.token_hex(8)


@contextmanager
def draft(home: Path, *, account: Account) -> Iterator[Path]:
    """An empty folder of `account` for a new cluster; becomes the home's database when the block ends.

    Until then the home has none, so a command that dies midway leaves only a draft, which the next one sweeps
    away. The caller holds the home's lock.
    """
    id_ = new_id(home)
    inside = account.can_enter(home)
    if not inside:
        shared_folders()
    folder = (home if inside else HOMES) / f"{_DRAFT}{id_}"
    folder.mkdir(mode=0o700)
    about = {"id": id_, "home": str(home), "ephemeral": _is_ephemeral(home)}
    (folder / "about.json").write_text(json.dumps(about))
    if account.uid != os.geteuid():
        os.chown(folder / "about.json", account.uid, account.gid)
        os.chown(folder, account.uid, account.gid)
    try:
        yield folder
        if inside:
            folder.rename(home / "db")
        else:
            _settle(home, folder=folder, id_=id_)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(home: Path, *, folder: Path, id_: str) -> None:
    # One lock for all homes: without it a sweep could take the folder for that of a deleted home, before its
    # id is recorded.
    with locked(SHARED / "homes.lock"):
        folder.rename(HOMES / id_)
        part = home / "db-location.new"
        part.write_text(id_ + "\n")
        part.replace(home / "db-location")


def _is_ephemeral(home: Path) -> bool:
    return any(home.is_relative_to(Path(root).resolve()) for root in (tempfile.gettempdir(), "/tmp"))  # noqa: S108


def sweep(home: Path) -> None:
    """Removes what a killed command left of drafts for this home; the caller holds the home's lock."""
    pattern = f"{_DRAFT}{new_id(home)[:16]}{'[0-9a-f]' * 16}"
    for folder in [*home.glob(pattern), *(HOMES.glob(pattern) if os.geteuid() == 0 else ())]:
        # Its initdb may live on for a moment and write while we remove.
        for _ in range(40):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(0.05)


def deleted_homes() -> list[tuple[Path, int]]:
    """Folder and owner's uid of each cluster or draft of root's whose temporary home is gone or a new one."""
    found = []
    for folder in HOMES.glob("*") if os.geteuid() == 0 else ():
        with suppress(OSError, ServerUnavailable):
            about, status = _about(folder), folder.lstat()
            home = Path(str(about["home"]))
            is_draft = folder.name.startswith(_DRAFT)
            gone = not home.exists() if is_draft else _location(home) != about["id"]
            if about["ephemeral"] and gone:
                found.append((folder, status.st_uid))
    return found


def shared_folders() -> None:
    """Makes root's folders beneath /var/lib, which others may traverse and nobody else may have prepared."""
    for folder, mode in ((SHARED, 0o755), (HOMES, 0o711)):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
            raise ServerUnavailable(
                f"{folder} is not a folder that only root can write; make it so with chown and chmod."
            )


def prepare_socket(place: Place) -> None:
    """Makes the socket's folder, or checks that an existing one is private to the server's user."""
    folder, account = place.socket, place.account
    account.shell('mkdir -m 0700 "$1"', str(folder))
    try:
        status = folder.lstat()
        private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700
    except FileNotFoundError:
        raise ServerUnavailable(
            f"{folder} cannot be made for the socket; see that {account.name} may write {folder.parent}."
        ) from None
    if not private or status.st_uid != account.uid:
        raise ServerUnavailable(
            f"{folder} is not private to user {account.name}: somebody else may have prepared it; remove it."
        )


def forget_socket(place: Place) -> None:
    """Removes a socket folder that lies outside the home, once the server has stopped."""
    if not place.socket.is_relative_to(place.folder):
        with suppress(OSError):
            place.socket.rmdir()


def make_home(home: Path) -> None:
    """Makes the home where there is none. Root's lets the server's user through, and nobody list it."""
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o711 if os.geteuid() == 0 else 0o700
        with suppress(FileExistsError):
            home.mkdir(mode=mode)
            home.chmod(mode)


@contextmanager
def locked(path: Path, *, waiting: Callable[[float], None] = lambda _: None) -> Iterator[None]:
    """Holds an exclusive lock that dies with its process; `waiting` hears the seconds waited so far."""
    began = time.monotonic()
    while (handle := take(path)) is None:
        waiting(time.monotonic() - began)
        time.sleep(0.05)
    try:
        yield
    finally:
        os.close(handle)


def take(path: Path) -> int | None:
    """A file descriptor that holds the exclusive lock on `path`, None where another holds it.

    The lock ends when every process that has the descriptor has closed it or died.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _give_to_owner(handle, path.parent)
        if _try_lock(handle) and _is_current(handle, path):
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _give_to_owner(handle: int, folder: Path) -> None:
    """A lock that root made in somebody's folder must not shut that user out."""
    owner = folder.stat()
    if os.geteuid() == 0 and os.fstat(handle).st_uid != owner.st_uid:
        os.fchown(handle, owner.st_uid, owner.st_gid)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_current(handle: int, path: Path) -> bool:
    """Whether the locked file still is the one at `path`: a home removed and made anew has another."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False
