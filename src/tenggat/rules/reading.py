"""Hold a programme file against the schema and gather every mistake with its line."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from tenggat.rules.problems import Problem
from tenggat.rules.schema import FILE, Table
from tenggat.rules.toml_source import KeyPath, TomlSource

Row = dict[str, Any]  # the good values of a table; a table inside it is a list of rows


class Reader:
    """Reads one file: `values` has what is good, `problems` all that is not."""

    def __init__(self, source: TomlSource) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.values = self._row(source.data, FILE, ())

    def problem(self, path: KeyPath, message: str) -> None:
        """Note a mistake at a key or table."""
        self.problems.append(Problem(self.source.line(path), spelled(path), message))

    def _row(self, data: Mapping[str, Any], table: Table, path: KeyPath) -> Row:
        row: Row = {}
        for key in table.keys:
            if key.name in data:
                try:
                    row[key.name] = key.check(data[key.name])
                except ValueError as error:
                    self.problem((*path, key.name), str(error))
            elif key.required:
                self.problem((*path, key.name), "is missing")
        for inner in table.tables:
            row[inner.name] = self._rows(data.get(inner.name), inner, (*path, inner.name))
        self._strangers(data, [key.name for key in table.keys] + [inner.name for inner in table.tables], path)
        return row

    def _rows(self, value: object, table: Table, path: KeyPath) -> list[Row]:
        header = f"[[{table.name}]]" if table.repeats else f"[{table.name}]"
        if value is None or value == []:
            if table.needed:
                self.problem(path, f"is missing: write a table {header}")
            return []
        if isinstance(value, dict) and not table.repeats:
            return [self._row(value, table, path)]
        if isinstance(value, list) and table.repeats and all(isinstance(row, dict) for row in value):
            return [self._row(row, table, (*path, number)) for number, row in enumerate(value)]
        self.problem(path, f"must be written as {header}")
        return []

    def _strangers(self, data: Mapping[str, Any], known: list[str], path: KeyPath) -> None:
        for name in data:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
                self.problem((*path, name), f"is not known; {hint}")


def spelled(path: KeyPath) -> str:
    """Write a path as people count: `benefit 2, part 1, amount`."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int):
            words[-1] += f" {part + 1}"
        else:
            words.append(part)
    return ", ".join(words)
