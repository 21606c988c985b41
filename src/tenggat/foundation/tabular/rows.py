"""What reading a table gives, and how a whole file is refused."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tenggat.foundation.refusals import Refusal


class Row(NamedTuple):  # a tuple, since an import makes millions of these
    """A row: the number of the line it begins on (the header is on line 1), and its values."""

    line: int
    values: tuple[str, ...]


class Record(NamedTuple):
    """A row as it stands in the file, before its cells are put in order."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read: a code, and a sentence that says what to do."""

    line: int
    reason: str
    sentence: str


class FileRefused(Refusal):
    """A file that is wrong as a whole: nothing of it was taken. `code` says why."""

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message, **facts)
        self.code = code  # type: ignore[misc]  # one class for the few ways in which a file is wrong

    def __reduce__(self) -> tuple[object, ...]:  # it travels from the process that reads the file
        return (FileRefused, (self.code, self.message), {"facts": self.facts})


_SENTENCES = {
    "file_not_found": "was not found: check the name and the folder.",
    "file_is_folder": "is a folder: name the file inside it.",
    "file_empty": "has no rows: nothing was done.",
    "file_not_utf8": "is not UTF-8 text: save it as UTF-8 (in Excel: CSV UTF-8) and try again.",
    "file_unreadable": "cannot be read: save it again as CSV, XLSX or Parquet.",
}


def refuse(code: str, path: Path, sentence: str = "", **facts: object) -> FileRefused:
    """The refusal of a file, named by its last part."""
    return FileRefused(code, f"{path.name} {sentence or _SENTENCES[code]}", file=path.name, **facts)


def unclosed_quote(path: Path, line: int) -> FileRefused:
    """Rows behind a quotation mark that is never closed would vanish without a word."""
    sentence = f"has quotation marks that do not match in the row of line {line}: correct them and try again."
    return refuse("file_unreadable", path, sentence, line=line)
