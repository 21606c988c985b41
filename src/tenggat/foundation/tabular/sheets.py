"""XLSX (its first sheet) and Parquet, through Polars. Both are imported only when such a file comes."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenggat.foundation.tabular.rows import BadRow, Record, refuse

if TYPE_CHECKING:
    import polars

SLICE = 50_000  # rows of a Parquet file in memory at once

_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d) 00:00:00")


def xlsx_records(path: Path, text_only: tuple[str, ...]) -> Iterator[Record | BadRow]:
    """Give the header and rows of the first sheet. Raises FileRefused."""
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        cells = book.load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars()
        names = [str(name or "").strip().lower() for name in cells.row(0)] if cells.height else []
        guarded = {place: name for place, name in enumerate(names) if name in text_only}
        numbers = _number_cells(book, guarded)
    except (fastexcel.FastExcelError, OSError):
        raise refuse("file_unreadable", path) from None
    return _sheet(cells, guarded, numbers)


def _number_cells(book: Any, guarded: dict[int, str]) -> dict[int, set[int]]:
    """The rows in which a guarded column holds a number: read as truth values, only those say something."""
    if not guarded:
        return {}
    dtypes = dict.fromkeys(guarded, "boolean")
    sheet = book.load_sheet(0, header_row=None, skip_rows=0, use_columns=list(guarded), dtypes=dtypes).to_polars()
    found: dict[int, set[int]] = {}
    for place, column in zip(guarded, sheet.iter_columns(), strict=True):
        for row in column.is_not_null().arg_true():
            found.setdefault(row, set()).add(place)
    return found


def _sheet(
    cells: "polars.DataFrame", guarded: dict[int, str], numbers: dict[int, set[int]]
) -> Iterator[Record | BadRow]:
    for row, values in enumerate(cells.iter_rows()):
        if row in numbers:
            yield _number(row + 1, guarded[min(numbers[row])])
        elif any(value and value.strip() for value in values):
            yield Record(row + 1, [_without_midnight(value or "") for value in values])


def _without_midnight(value: str) -> str:
    """A day that Excel keeps as a moment."""
    found = _MIDNIGHT.fullmatch(value)
    return found[1] if found else value


def _number(line: int, column: str) -> BadRow:
    sentence = f"The {column} is a number, and Excel keeps 15 digits: fill the column again, as text."
    return BadRow(line, f"{column}_is_number", sentence)


def parquet_records(path: Path, text_only: tuple[str, ...]) -> Iterator[Record | BadRow]:
    """Give the header (as line 1) and rows of a Parquet file, a slice at a time. Raises FileRefused."""
    import polars

    try:
        frame = polars.scan_parquet(path, glob=False)
        schema = frame.collect_schema()
    except (polars.exceptions.PolarsError, OSError):
        raise refuse("file_unreadable", path) from None
    guarded = [
        (place, name.strip().lower())
        for place, (name, kind) in enumerate(schema.items())
        if name.strip().lower() in text_only and kind.is_numeric()
    ]
    return _slices(path, frame, list(schema), guarded)


def _slices(
    path: Path, frame: "polars.LazyFrame", names: list[str], guarded: list[tuple[int, str]]
) -> Iterator[Record | BadRow]:
    import polars

    yield Record(1, names)
    line = 2
    while True:
        try:
            part = frame.slice(line - 2, SLICE).collect()
        except (polars.exceptions.PolarsError, OSError):
            raise refuse("file_unreadable", path) from None
        for values in part.iter_rows():
            numeric = [name for place, name in guarded if values[place] is not None]
            cells = [_text(value) for value in values]
            if numeric:
                yield _number(line, numeric[0])
            elif any("\0" in cell for cell in cells):
                yield BadRow(line, "row_unreadable", "A cell has a NUL character: fill it again.")
            elif any(map(str.strip, cells)):
                yield Record(line, cells)
            line += 1
        if part.height < SLICE:
            return


def _text(value: object) -> str:
    """A value as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return str(value)
