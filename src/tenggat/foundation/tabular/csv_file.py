"""CSV: UTF-8 with or without BOM, comma or semicolon, read as a stream."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from tenggat.foundation.tabular.rows import BadRow, Record, refuse, unclosed_quote

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20  # bytes; more is no table, and would not fit in memory


def csv_records(path: Path) -> Iterator[Record | BadRow]:
    """Give the rows of a file whose bytes were looked at first, from end to end. Raises FileRefused."""
    quoted = _inspect(path)
    delimiter = _delimiter(path)
    if quoted:
        _refuse_unmatched_quotes(path, delimiter)
    return _stream(path, delimiter)


def _stream(path: Path, delimiter: str) -> Iterator[Record | BadRow]:
    with _open(path) as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        done = False
        while not done:
            try:
                for cells in reader:
                    if cells and not _blank(cells):
                        yield Record(line, cells)
                    line = reader.line_num + 1
                done = True
            except csv.Error:
                sentence = f"A cell is longer than {csv.field_size_limit()} characters."
                yield BadRow(line, "row_unreadable", sentence)
                line = reader.line_num + 1


def _blank(cells: list[str]) -> bool:
    return (not cells[0] or cells[0].isspace()) and not any(map(str.strip, cells))


def _open(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", newline="")


def _inspect(path: Path) -> bool:
    """Look at every byte once: text in UTF-8 without NUL, no endless line. Tells whether there are quotes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    quoted = False
    try:
        with path.open("rb") as file:
            for block in _blocks(file, path):
                if b"\0" in block:
                    decoder.decode(b"\xff")  # UTF-16 without a mark, or no text at all
                decoder.decode(block)
                quoted = quoted or b'"' in block
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise refuse("file_not_utf8", path) from None
    except OSError:
        raise refuse("file_unreadable", path) from None
    return quoted


def _blocks(file: BinaryIO, path: Path) -> Iterator[bytes]:
    line = 0  # bytes since the last end of a line
    while block := file.read(BLOCK):
        ends = [end for end in (block.find(b"\n"), block.find(b"\r")) if end >= 0]
        if line + min(ends, default=len(block)) > LONGEST_LINE:
            raise refuse("file_unreadable", path, "is no table: a line has more than a million characters.")
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        line = len(block) - 1 - last if last >= 0 else line + len(block)
        yield block


def _delimiter(path: Path) -> str:
    """The sign that the header has more of."""
    with _open(path) as file:
        for line in file:
            if line.strip():
                return ";" if line.count(";") > line.count(",") else ","
    raise refuse("file_empty", path)


def _refuse_unmatched_quotes(path: Path, delimiter: str) -> None:
    """Read it all once: behind an unclosed quotation mark, every row would belong to one cell."""
    with _open(path) as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error:
            raise unclosed_quote(path, line) from None
