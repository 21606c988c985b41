"""`tenggat init`: a home, its database and tables; again, nothing changes."""

import os
import shutil
from datetime import datetime
from pathlib import Path

from tenggat.cli.house import ForeignDatabase, check_installation, database_url, load_programme, start_django
from tenggat.foundation import home, keys
from tenggat.foundation.refusals import Refusal
from tenggat.messaging.proofreading import check_texts


class HomeDiffers(Refusal):
    """A home is made once; it does not change its kind."""

    code = "home_differs"


def make_home(*, path: Path, programme: str, sandbox: bool, secrets: keys.Keys | None, now: datetime) -> home.Home:
    """Make or complete a home. A crash leaves what the next `init` completes. Raises HomeDiffers."""
    check_texts(load_programme(Path(programme) if programme.endswith(".toml") else programme))
    found = _existing(path, programme=programme, sandbox=sandbox)
    made, undo = (found, []) if found else _new(path, programme, sandbox, secrets)
    try:
        start_django(database_url(made.path))
        _make_tables(made, now=now)
        check_installation(made, keys.read(made.keys_file))
    except ForeignDatabase:
        for written in undo:  # nothing half-done stays behind, and nothing that was there before goes
            written.unlink(missing_ok=True)
        raise
    return made


def _existing(path: Path, *, programme: str, sandbox: bool) -> home.Home | None:
    try:
        found = home.open_home(path)
    except home.HomeMissing:
        return None
    if found.sandbox != sandbox or (programme != found.programme and not programme.endswith(".toml")):
        raise HomeDiffers(
            f"{path} is already a home of {found.programme}{' (sandbox)' if found.sandbox else ''}; "
            "choose another TENGGAT_HOME."
        )
    if programme.endswith(".toml") and not _follows(found, Path(programme)):
        own = found.programme.endswith(".toml")
        mend = f"it is changed in {found.programme_source}, or" if own else "to have a file of your own,"
        raise HomeDiffers(f"{path} follows {found.programme}, not this file; {mend} choose another TENGGAT_HOME.")
    return found


def _follows(found: home.Home, file: Path) -> bool:
    """Whether a home follows just what stands in a file."""
    source = found.programme_source
    return isinstance(source, Path) and source.read_bytes() == file.read_bytes()


def _new(
    path: Path,
    programme: str,
    sandbox: bool,  # noqa: FBT001
    secrets: keys.Keys | None,
) -> tuple[home.Home, list[Path]]:
    """Write the files of a home; gives those that were not there before."""
    if path.exists() and not path.is_dir():
        raise home.HomeUnusable(f"{path} is a file; choose another TENGGAT_HOME.")
    # Others may pass through, since the embedded server may run as another user, but not look around.
    path.mkdir(mode=0o711, parents=True, exist_ok=True)
    made = home.Home(path, "programme.toml" if programme.endswith(".toml") else programme, sandbox)
    undo = [file for file in (made.keys_file, path / "programme.toml", path / "home.json") if not file.exists()]
    if programme.endswith(".toml"):
        shutil.copyfile(programme, path / "programme.toml")  # a later edit of the original changes no promise
    if not made.keys_file.exists() and not os.environ.get("TENGGAT_KEYS"):
        keys.write(made.keys_file, secrets or keys.generate())
    home.write_home(made)
    return made, undo


def _make_tables(made: home.Home, *, now: datetime) -> None:
    from django.core.management import call_command
    from django.db import connection

    from tenggat.foundation.models import Installation
    from tenggat.help.actions import load

    with connection.cursor() as cursor:
        # Two `init` at once: the second waits. The lock ends with the session.
        cursor.execute("SELECT pg_advisory_lock(7364210)")
        try:
            call_command("migrate", verbosity=0, interactive=False)
            load()
            Installation.objects.get_or_create(
                pk=1,
                defaults={
                    "programme": made.programme,
                    "sandbox": made.sandbox,
                    "key_check": keys.read(made.keys_file).check(),
                    "created_at": now,
                },
            )
        finally:
            cursor.execute("SELECT pg_advisory_unlock(7364210)")
