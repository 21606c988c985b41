"""Slices that one row spoils are halved until that row stands alone, so that it does not stop a nation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import DatabaseError
from psycopg import Error

Key = TypeVar("Key")

_OF_A_ROW = frozenset({"21", "22", "23", "27", "44", "P0"})
"""Classes of SQLSTATE that speak of what stands in a row: cardinality, data, integrity, triggers and their functions.
A lost connection, a full disk, a deadlock or a cancellation is nobody's row."""


@dataclass(frozen=True, slots=True)
class Taken(Generic[Key]):
    """What became of a slice: rows done, its last key (None: nothing is left), and rows newly set apart."""

    count: int
    last: Key | None
    apart: int = 0


def spoilt(error: DatabaseError) -> str | None:
    """Say what about a row the database refused, in names of the schema only: its own text may hold personal data.

    None: the error is not that of a row.
    """
    cause = error.__cause__
    if not isinstance(cause, Error) or (cause.sqlstate or "")[:2] not in _OF_A_ROW:
        return None
    rule = f" by {cause.diag.constraint_name}" if cause.diag.constraint_name else ""
    table = f" on {cause.diag.table_name}" if cause.diag.table_name else ""
    return f"refused{rule}{table}: {type(cause).__name__} ({cause.sqlstate})"


def walk(take: Callable[[Key, int], Taken[Key]], *, first: Key, size: int) -> Iterator[int]:
    """Take slice after slice behind `first`; gives how many rows each has done.

    `take(after, size)` does the next rows in a transaction of its own. It may raise DatabaseError, and the rows are
    then taken in halves; of a single row it must give an answer itself.
    """
    after: Key | None = first
    pieces: list[int] = []
    while after is not None:
        piece = pieces.pop() if pieces else size
        try:
            taken = take(after, piece)
        except DatabaseError as error:
            if piece == 1 or spoilt(error) is None:
                raise
            pieces += [piece - piece // 2, piece // 2]
            continue
        after = taken.last
        yield taken.count
