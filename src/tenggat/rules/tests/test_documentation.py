"""docs/programme-file.md explains the keys there are, and no others."""

from collections.abc import Iterator
from pathlib import Path

from tenggat.rules.schema import FILE, Table

PAGE = Path(__file__).parents[4] / "docs" / "programme-file.md"


def keys(table: Table, prefix: str = "") -> Iterator[tuple[str, str]]:
    name = f"{prefix}{table.name}"
    for key in table.keys:
        yield name, key.name
    for inner in table.tables:
        yield from keys(inner, f"{name}." if name else "")


def test_every_key_is_explained_in_the_documentation() -> None:
    page = PAGE.read_text()
    for table, key in keys(FILE):
        heads = [f"### `[{table}]`", f"### `[[{table}]]`"]
        section = next((part for part in page.split("\n### ") if f"### {part}".startswith(tuple(heads))), "")
        assert f"\n| `{key}` | " in section, f"[{table}] {key} is not in docs/programme-file.md"


def test_the_documentation_explains_no_key_that_is_not_there() -> None:
    page = PAGE.read_text()
    explained = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(explained) == sorted(key for _, key in keys(FILE))
