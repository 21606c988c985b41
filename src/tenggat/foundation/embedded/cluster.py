"""A cluster's files: making them once, and its settings at each start."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tenggat.foundation.embedded import layout, tuning
from tenggat.foundation.embedded.account import Account, account_of, service_account
from tenggat.foundation.embedded.binaries import Binaries, binaries_for
from tenggat.foundation.embedded.layout import Place
from tenggat.foundation.embedded.session import ROLE
from tenggat.foundation.embedded.unavailable import ServerUnavailable

_LEAST_DISK = 256 * tuning.MB  # a new cluster has 40 MB, and its first WAL segments as much


def create(home: Path, *, say: Callable[[str], None]) -> Place:
    """Makes the cluster of a home that has none; the caller holds the home's lock."""
    account = service_account()
    binaries = binaries_for(account)
    layout.sweep(home)
    with layout.draft(home, account=account) as folder:
        if shutil.disk_usage(folder).free < _LEAST_DISK:
            raise ServerUnavailable(
                f"The disk of {folder.parent} has less than {_LEAST_DISK // tuning.MB} MB free; make room, "
                "or choose another folder with TENGGAT_HOME."
            )
        say("Creating the database (once, a few seconds) ...")
        _initialise(folder / "data", account=account, binaries=binaries)
    place = layout.find(home)
    if place is None:
        raise ServerUnavailable(f"{home} was removed while its database was being created; run the command again.")
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
    account.write(data / "postgresql.conf", (data / "postgresql.conf").read_text() + "\ninclude 'tenggat.conf'\n")
    account.write(data / "pg_hba.conf", "local all all peer map=tenggat\n")


def configure(place: Place, binaries: Binaries) -> None:
    """Writes the settings and who may connect, at each start: the machine may have changed."""
    machine = tuning.measure(folder=place.data, lz4=binaries.has_lz4(place.account))
    chosen = tuning.settings(machine) | {
        "unix_socket_directories": f"'{place.socket}'",
        "port": str(layout.PORT),
    }
    text = "# Written anew at each start; put settings of your own into postgresql.auto.conf (ALTER SYSTEM).\n"
    place.account.write(
        place.data / "tenggat.conf", text + "".join(f"{name} = {value}\n" for name, value in chosen.items())
    )
    # The user who runs the server, and root, who could become that user anyway; nobody else.
    names = {place.account.name, account_of(0).name}
    place.account.write(place.data / "pg_ident.conf", "".join(f'{ROLE} "{name}" {ROLE}\n' for name in sorted(names)))


def _last_line(text: str) -> str:
    telling = [line for line in text.splitlines() if "error" in line.lower() or "FATAL" in line]
    return (telling or text.strip().splitlines() or ["no message"])[-1].strip()
