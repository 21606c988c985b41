"""Tables that people hand in: CSV, XLSX and Parquet, read row by row with true line numbers.

A file that is wrong as a whole raises FileRefused before its first row is given; a row that cannot be read is
given as a BadRow. No sentence here repeats what a cell says: it may be personal data.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

from tenggat.foundation.tabular.csv_file import csv_records
from tenggat.foundation.tabular.refused_rows import RefusedFileUnwritable, RefusedRows
from tenggat.foundation.tabular.rows import BadRow, FileRefused, Record, Row, refuse
from tenggat.foundation.tabular.sheets import parquet_records, xlsx_records

__all__ = ["BadRow", "FileRefused", "RefusedFileUnwritable", "RefusedRows", "Row", "read"]


def read(
    path: Path,
    *,
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
    text_only: tuple[str, ...] = (),
    may_be_empty: bool = False,
) -> Iterator[Row | BadRow]:
    """Give the rows of a table; the file and its header are checked before this returns.

    `values` of a row stand in the order `required + optional`, stripped, "" for an empty cell or an optional
    column that the file lacks. Rows of empty cells only are passed over. A `text_only` cell that is a number
    in XLSX or Parquet makes its row a BadRow `COLUMN_is_number`. A table with a header and no rows is refused
    unless it `may_be_empty`: a day without sales is news as well. Raises FileRefused.
    """
    _refuse_unless_file(path)
    records = _records(path, text_only)
    header = next(records, None)
    if header is None or isinstance(header, BadRow):
        raise refuse("file_empty" if header is None else "file_unreadable", path)
    names = _names(header.cells)
    places = _places(path, names, required=required, optional=optional)
    first = next(records, None)
    if first is None:
        if may_be_empty:
            return iter(())
        raise refuse("file_empty", path)
    return _rows(chain((first,), records), len(names), places)


def _refuse_unless_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise refuse("file_is_folder", path)
        if not path.exists():
            raise refuse("file_not_found", path)
        if not path.is_file():
            raise refuse("file_unreadable", path, "is no ordinary file: save it to disk first.")
        if path.stat().st_size == 0:
            raise refuse("file_empty", path)
    except OSError:
        raise refuse("file_unreadable", path) from None


def _records(path: Path, text_only: tuple[str, ...]) -> Iterator[Record | BadRow]:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError:
        raise refuse("file_unreadable", path, "cannot be opened: check who may read it.") from None
    suffix = path.suffix.lower()
    if magic == b"PAR1" or suffix == ".parquet":
        return parquet_records(path, text_only)
    if magic == b"PK\x03\x04" or suffix in {".xlsx", ".xlsm"}:
        return xlsx_records(path, text_only)
    return csv_records(path)


def _names(cells: Iterable[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:  # spreadsheets leave separators behind the last column
        names.pop()
    return names


def _places(
    path: Path, names: list[str], *, required: tuple[str, ...], optional: tuple[str, ...]
) -> tuple[int | None, ...]:
    """Where each wanted column stands; None for an optional one that is not there."""
    wanted = (*required, *optional)
    counted = Counter(names)
    problems = (
        ("lacks the columns", [name for name in required if name not in counted]),
        ("has twice the columns", sorted(name for name, times in counted.items() if times > 1)),
        ("has the unknown columns", sorted(name for name in counted if name not in wanted)),
    )
    # Where most of the columns are missing, the first line may be somebody's data: it is not repeated.
    is_header = 2 * sum(name in counted for name in required) >= len(required)
    for what, which in problems:
        if which:
            listed = ", ".join(which)[:200] if is_header or what == "lacks the columns" else "that it should not have"
            message = f"{what} {listed}: the first line must name {', '.join(wanted)}."
            raise refuse("file_columns", path, message)
    places = {name: at for at, name in enumerate(names)}
    return tuple(places.get(name) for name in wanted)


def _rows(records: Iterable[Record | BadRow], width: int, places: tuple[int | None, ...]) -> Iterator[Row | BadRow]:
    pick = _picker(width, places)
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        line, cells = record
        if len(cells) != width:
            if len(cells) < width or any(map(str.strip, cells[width:])):
                yield _wrong_width(line, len(cells), width)
                continue
            cells = cells[:width]
        yield Row(line, pick(tuple(map(str.strip, cells))))


def _picker(width: int, places: tuple[int | None, ...]) -> Any:
    """A function from a row's cells to its values in the wanted order."""
    if places == tuple(range(width)):
        return lambda cells: cells
    if None in places or len(places) < 2:
        return lambda cells: tuple("" if place is None else cells[place] for place in places)
    return itemgetter(*places)


def _wrong_width(line: int, found: int, width: int) -> BadRow:
    sentence = f"The row has {found} cells, the header {width}: check separators and quotation marks."
    return BadRow(line, "row_width", sentence)
