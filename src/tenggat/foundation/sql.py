"""Set-based statements live in `.sql` files beside the Python that runs them (decision D3).

A file holds statements, each under a header of comments:

    -- name: revoke_slice
    -- Revokes one slice of the people whose deadline has passed without a purchase.
    -- reads: waves_participation
    -- writes: waves_participation, journal_event
    UPDATE ...

The header is checked: a statement without a story line is refused, and the tests of the house hold `reads:`
and `writes:` against the tables that the text really names.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_HEADER = re.compile(r"^-- name: (?P<name>[a-z][a-z0-9_]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One named statement: its story, the tables it declares, and its text with `%(name)s` parameters."""

    name: str
    story: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return self.text


@cache
def load(package: str, file: str) -> dict[str, Statement]:
    """All statements of `file` in `package`, by name. Raises ValueError when a header is incomplete."""
    return parse(files(package).joinpath(file).read_text("utf-8"), where=f"{package}/{file}")


def parse(text: str, *, where: str) -> dict[str, Statement]:
    """Split a file's text into its statements."""
    heads = list(_HEADER.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    statements = {}
    for head, end in zip(heads, ends, strict=True):
        statement = _statement(head["name"], text[head.end() : end], where=where)
        if statement.name in statements:
            raise ValueError(f"{where}: the name {statement.name} stands twice")
        statements[statement.name] = statement
    return statements


def _statement(name: str, block: str, *, where: str) -> Statement:
    lines = block.strip().splitlines()
    comments = [line.removeprefix("--").strip() for line in _leading_comments(lines)]
    body = "\n".join(lines[len(comments) :]).strip().removesuffix(";")
    story = " ".join(line for line in comments if not line.startswith(("reads:", "writes:")))
    if not story or not body:
        raise ValueError(f"{where}: {name} needs a story line and a statement")
    return Statement(name, story, _tables(comments, "reads:"), _tables(comments, "writes:"), body)


def _leading_comments(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if not line.startswith("--"):
            return lines[:at]
    return lines


def _tables(comments: list[str], label: str) -> tuple[str, ...]:
    for line in comments:
        if line.startswith(label):
            return tuple(word.strip() for word in line.removeprefix(label).split(",") if word.strip())
    return ()
