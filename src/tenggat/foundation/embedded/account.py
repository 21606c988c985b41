"""Who the server runs as, and doing small things as that user."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tenggat.foundation.embedded.unavailable import ServerUnavailable

SERVICE_USER = "tenggat"

# Nothing of the caller's environment reaches the server: a PGDATA, PGOPTIONS or LC_MESSAGES of the caller
# must not change what it does, and messages stay in the English that we read.
CLEAN_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, kw_only=True)
class Account:
    """An operating-system user."""

    uid: int
    gid: int
    name: str

    def run(
        self,
        command: list[str],
        *,
        text: str = "",
        environment: dict[str, str] | None = None,
        pass_fds: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program as this user, in a session of its own, and returns when its output ends.

        `text` becomes its standard input; of our open files it has `pass_fds` only. Root gives up every
        privilege first, and OSError is raised if it may not.
        """
        other = self.uid != os.geteuid()
        return subprocess.run(
            command,
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            pass_fds=pass_fds,
            check=False,
            cwd="/",
            env={**CLEAN_ENVIRONMENT, **(environment or {})},
            start_new_session=True,
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
        )

    def shell(self, script: str, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a small script of ours with `arguments` as $1, $2, ..."""
        return self.run(["/bin/sh", "-c", script, "sh", *arguments], text=text)

    def write(self, path: Path, text: str) -> None:
        """Replaces a file whole, with mode 0600, as this user.

        Root never writes with its own rights into a folder that belongs to somebody else, who could have put
        a link there.
        """
        done = self.shell('umask 077 && cat >"$1.new" && mv -f "$1.new" "$1"', str(path), text=text)
        if done.returncode:
            raise ServerUnavailable(
                f"{path} cannot be written as user {self.name} ({done.stderr.strip()}); "
                "see that the disk has room and the folder belongs to that user."
            )

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can traverse to `folder`: asked of the kernel, which also knows access lists."""
        return self.shell('cd "$1"', str(folder)).returncode == 0


def account_of(uid: int) -> Account:
    """The user with this number; PostgreSQL refuses users without a name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise ServerUnavailable(
            f"The embedded database needs a user with a name, and user id {uid} has none here; "
            "add it to /etc/passwd, or set DATABASE_URL to a server of your own."
        ) from None
    return Account(uid=uid, gid=entry.pw_gid, name=entry.pw_name)


def service_account() -> Account:
    """Who a new server runs as: the user who runs the command, or the system user `tenggat` for root."""
    if os.geteuid() != 0:
        return account_of(os.geteuid())
    existing = _system_user()
    if existing is None:
        _create_system_user()
        existing = _system_user()
    if existing is None:
        raise ServerUnavailable(
            f"PostgreSQL does not run as root, and the system user {SERVICE_USER} could not be created; "
            f"create it (useradd --system {SERVICE_USER}), run Tenggat as another user, or set DATABASE_URL."
        )
    try:
        existing.run(["true"])
    except OSError:
        raise ServerUnavailable(
            f"PostgreSQL does not run as root, and root may not become user {SERVICE_USER} here; "
            "run Tenggat as an ordinary user, or set DATABASE_URL to a server of your own."
        ) from None
    return existing


def _system_user() -> Account | None:
    try:
        entry = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        return None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)


def _create_system_user() -> None:
    """Failure is not looked at: another command may have created the user meanwhile, as the caller sees."""
    path = CLEAN_ENVIRONMENT["PATH"]
    useradd = shutil.which("useradd", path=path)
    if useradd is None:
        return
    shell = shutil.which("nologin", path=path) or "/bin/false"
    options = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", shell]
    # Where the group was there before, useradd refuses to make it and wants to be told to use it.
    for group in ("--user-group", f"--gid={SERVICE_USER}"):
        command = [useradd, *options, group, SERVICE_USER]
        if not subprocess.run(command, check=False, capture_output=True, env=CLEAN_ENVIRONMENT).returncode:
            return
