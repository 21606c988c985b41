"""How every command answers: JSON on standard output, or prose; refusals on standard error with their status."""

import contextlib
import functools
import json
import os
import re
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, NoReturn
from uuid import UUID

import typer

from tenggat.foundation.refusals import Refusal
from tenggat.rules.problems import NotInForce

DONE, SOME_REFUSED, NOT_DONE, WAITS, BUG = 0, 1, 2, 3, 70

Now = Annotated[
    str | None,
    typer.Option("--now", metavar="INSTANT", help="Act as if it were this instant (sandbox homes only)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@dataclass(slots=True)
class Answer:
    """What a command has to say: `data` for --json, `show` for people, and the exit status."""

    data: dict[str, Any]
    show: Callable[[], None]
    status: int = DONE
    notes: list[str] = field(default_factory=list)


def answers(command: Callable[..., Answer]) -> Callable[..., None]:
    """Turn a command that gives an Answer into one that prints it and ends with the right status."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        as_json = bool(kwargs.get("as_json"))
        try:
            answer = command(*args, **kwargs)
        except Exception as error:  # the last door: each kind gets its one translation
            with contextlib.suppress(Exception):  # of two failures the first is told; the next command seals the rest
                _leave()
            fail(error, as_json=as_json)
        try:
            _leave()
        except Exception as error:
            answer.status = answer.status or SOME_REFUSED
            answer.notes.append(f"tenggat: Done, but not sealed yet; the next command seals it. {_told(error)[1]}")
        try:
            if as_json:
                print(dumps(answer.data))  # noqa: T201
            else:
                answer.show()
            sys.stdout.flush()
        except BrokenPipeError:
            raise  # whoever read us has gone: nothing to say to nobody
        except OSError as error:
            unwritable(error)
        for note in answer.notes:
            print(note, file=sys.stderr)  # noqa: T201
        raise typer.Exit(answer.status)

    return run


_leaving: list[Callable[[], object]] = []


def before_returning(act: Callable[[], object]) -> None:
    """Let the running command do this last, whether it succeeds or refuses."""
    _leaving.append(act)


def _leave() -> None:
    while _leaving:
        _leaving.pop()()


def unwritable(error: OSError) -> NoReturn:
    """The work is done, and its answer has no place to go: status 1, and nothing more to standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    print(f"tenggat: Done, but the answer could not be written: {os.strerror(error.errno or 0)}.", file=sys.stderr)  # noqa: T201
    raise typer.Exit(SOME_REFUSED)


def dumps(data: dict[str, Any]) -> str:
    """JSON with instants in ISO 8601 and ids as text."""
    return json.dumps(data, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID | os.PathLike):
        return str(value)
    raise TypeError(type(value).__name__)


def fail(error: Exception, *, as_json: bool) -> NoReturn:
    """Say in a line or two what was wrong and what to do, and end with status 2; never a traceback."""
    code, message, status = _told(error)
    message = re.sub(r"\d{16,}", "…", message)  # a NIK where a number of something else was asked for
    if as_json:
        print(dumps({"error": {"code": code, "message": message}}))  # noqa: T201
    print(f"tenggat: {message}", file=sys.stderr)  # noqa: T201
    raise typer.Exit(status)


def _told(error: Exception) -> tuple[str, str, int]:
    if isinstance(error, Refusal):
        return error.code, error.message, SOME_REFUSED if error.code in _AFTER_THE_ACT else NOT_DONE
    if isinstance(error, NotInForce):
        return "not_in_force", f"The programme says: {error}. Check the moments given.", NOT_DONE
    told = _from_database(error) or _from_disk(error)
    return (*told, NOT_DONE) if told else (*_bug(error), BUG)


_AFTER_THE_ACT = {"audit_disagrees"}
"""What is only found when the work stands already: status 1, since status 2 says that nothing was changed."""

_DATABASE = {
    "DiskFull": ("disk_full", "The database's disk is full. Make room and run this again: whole steps stand, no half."),
    "UndefinedTable": ("tables_missing", "The database lacks Tenggat's tables, or has others; run: tenggat init"),
    "UndefinedColumn": ("tables_missing", "The database lacks Tenggat's tables, or has others; run: tenggat init"),
    "InsufficientPrivilege": ("not_permitted", "The database refuses this user; check the role in DATABASE_URL."),
    "LockNotAvailable": ("busy", "Another command holds what this one needs; run this again."),
    "DeadlockDetected": ("busy", "Another command collided with this one; run this again."),
}


def _from_database(error: Exception) -> tuple[str, str] | None:
    """Django wraps what psycopg raises; its text may hold values of rows, so it is never repeated."""
    from psycopg import Error, OperationalError

    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, Error):
        cause = cause.__cause__
    if cause is None:
        return None
    if told := _DATABASE.get(type(cause).__name__):
        return told
    if isinstance(cause, OperationalError):
        return "database_gone", "The database does not answer or has stopped; start it and run this again."
    return None


def _from_disk(error: Exception) -> tuple[str, str] | None:
    if isinstance(error, OSError) and error.errno is not None:
        where = f" ({error.filename})" if error.filename else ""
        return (
            "disk",
            f"{os.strerror(error.errno)}{where}; check the place, its rights and its room, and run this again.",
        )
    return None


def _bug(error: Exception) -> tuple[str, str]:
    """A place in the code and a kind of error tell an engineer enough; a message might hold personal data."""
    if os.environ.get("TENGGAT_TRACEBACK"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"  # noqa: PTH119
    return "bug", (
        f"This is a bug in Tenggat ({type(error).__name__} at {place}); please report it. "
        "With TENGGAT_TRACEBACK=1 the command shows all of it, which may include personal data."
    )
