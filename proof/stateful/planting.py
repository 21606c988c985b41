"""Planting a fault: one piece of a named statement, or of a Python function, reads differently for a while."""

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from unittest.mock import patch

from tenggat.deadlines import engine
from tenggat.foundation import sql


class NothingToPlant(Exception):  # noqa: N818 -- the fault is out of date, not wrong
    """The text that the fault replaces is not there, or stands there more than once."""


@dataclass(frozen=True, slots=True)
class Change:
    """`where` is "package/file.sql:statement" or "module:function"; `old` stands there exactly once."""

    where: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in words; the changes that make it so; and the verbs that it takes to see it (one named
    twice is drawn twice as often)."""

    story: str
    verbs: tuple[str, ...]
    changes: tuple[Change, ...]


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """Tenggat with this fault. Raises NothingToPlant when the text has changed since the fault was thought of."""
    with ExitStack() as stack:
        for change in fault.changes:
            place, name = change.where.split(":")
            package, _, file = place.partition("/")
            if file:
                _statement(stack, change, package, file, name)
            else:
                _function(stack, change, place, name)
        yield


def _changed(text: str, change: Change) -> str:
    if text.count(change.old) != 1:
        raise NothingToPlant(f"{change.where} has {text.count(change.old)} times {change.old!r}: mend the fault.")
    return text.replace(change.old, change.new)


def _statement(stack: ExitStack, change: Change, package: str, file: str, name: str) -> None:
    statements = sql.load(package, file)  # the one dictionary that the room itself reads
    spoilt = replace(statements[name], text=_changed(statements[name].text, change))
    stack.enter_context(patch.dict(statements, {name: spoilt}))
    if name == "revoke_slice":
        waiting = spoilt.text.replace("FOR UPDATE SKIP LOCKED", "FOR UPDATE")
        stack.enter_context(patch.object(engine, "_WAITING", waiting))


def _function(stack: ExitStack, change: Change, module: str, name: str) -> None:
    room = import_module(module)
    function = getattr(room, name)
    text = _changed(textwrap.dedent(inspect.getsource(function)), change)
    scope = dict(vars(import_module(function.__module__)))
    exec(compile(text, f"<{change.where}, spoilt>", "exec"), scope)
    stack.enter_context(patch.object(room, name, scope[name]))
