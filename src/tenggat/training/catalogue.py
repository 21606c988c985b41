"""The catalogue: courses and their list prices. A code that comes again changes its course."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.foundation.tabular import BadRow, RefusedRows, Row, read

COLUMNS = ("code", "title", "institution", "price")
SLICE = 5000
LONGEST = 200  # characters of a code

_SQL = sql.load("tenggat.training", "catalogue.sql")


@dataclass(slots=True)
class CatalogueImported:
    """What became of the rows of a catalogue file."""

    read: int = 0
    added: int = 0
    changed: int = 0
    refused: int = 0
    refused_file: Path | None = None


@transaction.atomic
def import_courses(*, path: Path, now: datetime) -> CatalogueImported:
    """Take a catalogue file (columns: code, title, institution, price) in one transaction. Raises FileRefused."""
    done = CatalogueImported()
    with RefusedRows(path) as refused:
        rows = read(path, required=COLUMNS)
        seen: set[str] = set()
        while batch := list(islice(rows, SLICE)):
            done.read += len(batch)
            _take([_course(row, seen, refused) for row in batch], done, now=now)
        done.refused, done.refused_file = refused.count, refused.publish()
    return done


def _course(row: Row | BadRow, seen: set[str], refused: RefusedRows) -> tuple[str, str, str, int] | None:
    if isinstance(row, BadRow):
        refused.add(row.line, row.reason, row.sentence)
        return None
    code, title, institution, price = row.values
    problem = _problem(code, title, price, seen)
    if problem:
        refused.add(row.line, *problem)
        return None
    seen.add(code)
    return code, title, institution, int(price)


def _problem(code: str, title: str, price: str, seen: set[str]) -> tuple[str, str] | None:
    if not code:
        return "course_code", "The course has no code: give it one."
    if len(code) > LONGEST or len(title) > 10 * LONGEST:
        return "too_long", f"The code has more than {LONGEST} characters, or the title ten times that."
    if code in seen:
        return "repeated", "The code stands twice in this file: keep the row that is right."
    if not title:
        return "course_title", "The course has no title: give it one."
    if not (price.isascii() and price.isdigit() and len(price) <= 15):
        return "price", "The price is not a whole number of 0 or more: write it without separators."
    return None


def _take(courses: list[tuple[str, str, str, int] | None], done: CatalogueImported, *, now: datetime) -> None:
    good = [course for course in courses if course]
    if not good:
        return
    columns: dict[str, Any] = dict(zip(COLUMNS, map(list, zip(*good, strict=True)), strict=True))
    for added, count in database.rows(_SQL["upsert_courses"], {**columns, "now": now}):
        if added:
            done.added += count
        else:
            done.changed += count
