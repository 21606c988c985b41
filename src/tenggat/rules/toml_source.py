"""Read a TOML file and remember on which line each key stands.

`tomllib` gives values without positions, and a policy officer needs the line. Programme files use plain
tables, arrays of tables and one-line keys, so finding the lines takes one pass over the text that `tomllib`
has already found to be valid TOML. What stands inside an inline table is reported on the line of its key.
"""

import hashlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenggat.rules.problems import Problem, ProgrammeError

KeyPath = tuple[str | int, ...]

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_HEADER = re.compile(rf"(\[\[?)[ \t]*({_DOTTED})[ \t]*\]\]?[^\n]*")
_ASSIGNMENT = re.compile(rf"({_DOTTED})[ \t]*=")
_PART = re.compile(_KEY)
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|#[^\n]*|.|\n",
    re.DOTALL,
)
_TOMLLIB_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class TomlSource:
    """A TOML file: its values, its text, the digest of its bytes, and the line (from 1) of each key."""

    name: str
    text: str
    digest: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def line(self, path: KeyPath) -> int | None:
        """Give the line of a key or table, or of the nearest table around it; None above the first."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_toml(file: Path) -> TomlSource:
    """Read a file. ProgrammeError: it cannot be opened, is not UTF-8, or is not TOML."""
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProgrammeError(str(file), [Problem(None, "", f"cannot be read: {reason}")]) from error
    return parse_toml(content, name=str(file))


def parse_toml(content: bytes, *, name: str) -> TomlSource:
    """Take a file's bytes apart. ProgrammeError: not UTF-8, or not TOML."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8: save the file with that encoding"
        raise ProgrammeError(name, [Problem(line, "", message)]) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProgrammeError(name, [_syntax_problem(str(error), text)]) from error
    return TomlSource(name, text, hashlib.sha256(content).hexdigest(), data, find_lines(text))


def find_lines(text: str) -> dict[KeyPath, int]:
    """Map each table and key of a valid TOML text to its line, counted from 1.

    Tables in an array have their index in the path: `("benefit", 1, "part", 0, "amount")`.
    """
    lines: dict[KeyPath, int] = {}
    arrays: defaultdict[KeyPath, int] = defaultdict(lambda: -1)
    table: KeyPath = ()
    for kind, key, line in _statements(text):
        if kind == "=":
            lines[table + key] = line
            continue
        table = _resolve(key, arrays, adds=kind == "[[")
        lines[table] = line
        lines.setdefault(table[:-1] if kind == "[[" else table, line)
    return lines


def _statements(text: str) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Yield each table header (`[` or `[[`) and each assignment (`=`) with its key and line."""
    position, end = 0, len(text)
    while (position := _skip(text, position)) < end:
        line = text.count("\n", 0, position) + 1
        if header := _HEADER.match(text, position):
            yield header[1], _parts(header[2]), line
            position = header.end()
        elif assignment := _ASSIGNMENT.match(text, position):
            yield "=", _parts(assignment[1]), line
            position = _after_value(text, assignment.end())
        else:
            raise ValueError(f"line {line} is neither a table nor a key")


def _skip(text: str, position: int) -> int:
    blank = _BLANK.match(text, position)
    return blank.end() if blank else position


def _after_value(text: str, position: int) -> int:
    """Find the line break that ends a value; one inside brackets or a long string does not."""
    depth = 0
    for token in _TOKEN.finditer(text, position):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        elif token[0] == "\n" and depth == 0:
            return token.start()
    return len(text)


def _resolve(key: tuple[str, ...], arrays: defaultdict[KeyPath, int], *, adds: bool) -> KeyPath:
    """Turn a header into a path: each array of tables on the way is entered at its newest table."""
    path: KeyPath = ()
    for position, part in enumerate(key):
        path += (part,)
        if adds and position == len(key) - 1:
            arrays[path] += 1
        if path in arrays:
            path += (arrays[path],)
    return path


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _syntax_problem(message: str, text: str) -> Problem:
    found = _TOMLLIB_LINE.search(message)
    line = int(found[1]) if found else text.count("\n") + 1
    return Problem(line, "", f"is not TOML: {_TOMLLIB_LINE.sub('', message)}")
