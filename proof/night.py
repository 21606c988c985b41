"""One night of the engine in a process that may die: `python -m proof.child night FATE`, with DATABASE_URL.

FATE is when the process kills itself with SIGKILL, as a machine that loses its power does: `behind` its first commit,
`before` its second one, or at the end of its Nth database statement; with 0 it lives. Status 0: the night is over.
"""

import os
import re
import signal
from collections.abc import Callable
from functools import wraps
from typing import Any

from bench import world
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tenggat.deadlines.approving import answer_brake
from tenggat.deadlines.engine import revoke
from tenggat.foundation import database
from tenggat.foundation.actors import ENGINE
from tenggat.foundation.sql import Statement

_WRITES = re.compile(r"\s*(INSERT|UPDATE|WITH due)")


class Fate:
    """Counts what the process does, and ends it at the chosen moment."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.commits = self.statements = 0

    def statement(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work; outside a transaction, a statement that writes has committed at its end."""

        @wraps(work)
        def fateful(statement: Statement, *arguments: Any) -> Any:
            done = work(statement, *arguments)
            self.statements += 1
            if self.word == str(self.statements):
                _die()
            if not connection.in_atomic_block and _WRITES.match(statement.text):
                self._committed()
            return done

        return fateful

    def commit(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same commit."""

        @wraps(work)
        def fateful(*arguments: Any) -> Any:
            if self.word == "before" and self.commits == 1:
                _die()
            done = work(*arguments)
            self._committed()
            return done

        return fateful

    def _committed(self) -> None:
        self.commits += 1
        if self.word == "behind":
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(word: str) -> None:
    """Live through a night, or a part of it; two officers answer the brake."""
    fate = Fate(word)
    for name in ("execute", "rows"):  # `one` asks `rows`
        setattr(database, name, fate.statement(getattr(database, name)))
    BaseDatabaseWrapper.commit = fate.commit(BaseDatabaseWrapper.commit)  # type: ignore[method-assign]
    while (outcome := revoke(programme=world.programme(), now=world.NIGHT)).brake and outcome.run:
        answer_brake(run_id=outcome.run, now=world.NIGHT, actor=ENGINE)
