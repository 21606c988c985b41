"""Running named statements through Django's connection."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from tenggat.foundation.sql import Statement

Parameters = Mapping[str, Any]


def execute(statement: Statement, parameters: Parameters | None = None) -> int:
    """Run a statement that answers nothing; gives the number of rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement.text, parameters)
        return int(cursor.rowcount)


def rows(statement: Statement, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
    """Run a statement and give all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement.text, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def one(statement: Statement, parameters: Parameters | None = None) -> tuple[Any, ...] | None:
    """Run a statement and give its first row, or None."""
    found = rows(statement, parameters)
    return found[0] if found else None
