"""Opening the home for a command: find it, start its database, start Django, check that they belong together."""

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tenggat.cli.answers import before_returning
from tenggat.foundation import clock, embedded, home, keys
from tenggat.foundation.actors import Actor
from tenggat.foundation.refusals import Refusal

if TYPE_CHECKING:
    from tenggat.rules.programme import Programme


class ClockRefused(Refusal):
    """--now cannot be used here, or cannot be read."""

    code = "clock_refused"


class ForeignDatabase(Refusal):
    """The database belongs to another home."""

    code = "foreign_database"


@dataclass(frozen=True, slots=True)
class House:
    """What a command works with: the home, its programme and keys, and the moment at which it acts."""

    home: home.Home
    programme: "Programme"
    keys: keys.Keys
    now: datetime
    actor: Actor


def say(sentence: str) -> None:
    """Progress in words, on standard error."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def enter(now: str | None, *, writes: bool = True) -> House:
    """Open the home in TENGGAT_HOME and everything a command needs. Raises refusals of each part.

    A command that writes seals its journal rows before it returns, however it ends.
    """
    found = home.open_home(home.default_path())
    moment = moment_of(now, sandbox=found.sandbox)
    programme = load_programme(found.programme_source)
    secrets = keys.read(found.keys_file)
    start_django(database_url(found.path))
    check_installation(found, secrets)
    if writes:
        from tenggat.journal import sealing

        sealing.check_numbering()
        before_returning(partial(sealing.seal, now=moment))
    return House(found, programme, secrets, moment, Actor("cli", str(os.getuid())))


def moment_of(now: str | None, *, sandbox: bool) -> datetime:
    """The clock, or in a sandbox the instant that was given. Raises ClockRefused."""
    if now is None:
        return clock.now()
    if not sandbox:
        raise ClockRefused("--now works only in a sandbox home (tenggat init --sandbox); leave it out here.")
    try:
        return clock.parse_instant(now)
    except ValueError as error:
        raise ClockRefused(f"--now {error}.") from None


def load_programme(source: str | Path) -> "Programme":
    """The programme of a home; a mistake in its file becomes a refusal that lists every one."""
    from tenggat.rules.programme import ProgrammeError, load

    try:
        return load(source)
    except ProgrammeError as error:
        raise ProgrammeRefused(str(error)) from None


class ProgrammeRefused(Refusal):
    """The programme file has mistakes."""

    code = "programme_refused"


def database_url(path: Path) -> str:
    """The operator's server, or the embedded one of this home, started if need be."""
    return os.environ.get("DATABASE_URL") or embedded.ensure(path, say=say)


def start_django(url: str) -> None:
    """Point Django at a database. Only the doors do this, once."""
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenggat.config.settings")
    import django

    django.setup()


def check_installation(found: home.Home, secrets: keys.Keys) -> None:
    """Raises ForeignDatabase. A sandbox clock must not reach a real database, nor a wrong secret mint other ids."""
    from tenggat.foundation.models import Installation

    installation = Installation.objects.filter(pk=1).first()
    if installation is None:
        raise ForeignDatabase("The database is empty; run: tenggat init")
    if installation.sandbox != found.sandbox:
        kind = "a sandbox" if installation.sandbox else "no sandbox"
        raise ForeignDatabase(
            f"The database is {kind}, this home is not of that kind; check TENGGAT_HOME and DATABASE_URL."
        )
    if installation.key_check != secrets.check():
        raise ForeignDatabase(
            "The keys of this home are not those of the database; check TENGGAT_HOME and TENGGAT_KEYS."
        )
