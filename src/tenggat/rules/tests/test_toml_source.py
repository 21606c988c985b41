"""The line finder agrees with tomllib about which keys there are, and knows where each stands."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tenggat.rules.toml_source import KeyPath, find_lines, parse_toml

FOLDER = Path(__file__).parents[1] / "programmes"

AWKWARD = '''\
# a comment with [brackets] and = signs
top = 1
"quoted key" = 2   # [not.a.table]

[ spaced . name ]
a.b = """
[[fake]]
x = 1
"""
list = [
  "]", # ]
  '[',
  { x = 1, y = [2] },
]
raw = \'\'\'
[fake]\'\'\'
last = 3

[[row]]
one = "a \\" b # no comment"

[[row.inner]]
two = 2

[[row.inner]]
two = 22
[[row]]
[[row.inner]]
two = 222
[row.plain]
three = 3
'''


def paths(value: Any, at: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the path of every key, without going into inline tables inside arrays."""
    for key, inner in value.items():
        yield (*at, key)
        if isinstance(inner, dict):
            yield from paths(inner, (*at, key))
        elif isinstance(inner, list) and inner and all(isinstance(row, dict) for row in inner):
            for number, row in enumerate(inner):
                yield (*at, key, number)
                yield from paths(row, (*at, key, number))


def test_each_key_has_its_line() -> None:
    lines = find_lines(AWKWARD)
    text = AWKWARD.splitlines()
    found = {path: text[line - 1] for path, line in lines.items()}
    assert found == {
        ("top",): "top = 1",
        ("quoted key",): '"quoted key" = 2   # [not.a.table]',
        ("spaced", "name"): "[ spaced . name ]",
        ("spaced", "name", "a", "b"): 'a.b = """',
        ("spaced", "name", "list"): "list = [",
        ("spaced", "name", "raw"): "raw = '''",
        ("spaced", "name", "last"): "last = 3",
        ("row",): "[[row]]",
        ("row", 0): "[[row]]",
        ("row", 0, "one"): 'one = "a \\" b # no comment"',
        ("row", 0, "inner"): "[[row.inner]]",
        ("row", 0, "inner", 0): "[[row.inner]]",
        ("row", 0, "inner", 0, "two"): "two = 2",
        ("row", 0, "inner", 1): "[[row.inner]]",
        ("row", 0, "inner", 1, "two"): "two = 22",
        ("row", 1): "[[row]]",
        ("row", 1, "inner"): "[[row.inner]]",
        ("row", 1, "inner", 0): "[[row.inner]]",
        ("row", 1, "inner", 0, "two"): "two = 222",
        ("row", 1, "plain"): "[row.plain]",
        ("row", 1, "plain", "three"): "three = 3",
    }
    assert lines["row",] == lines["row", 0]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_every_key_of_a_shipped_file_is_found(file: Path) -> None:
    text = file.read_text()
    lines = find_lines(text)
    assert set(lines) == set(paths(tomllib.loads(text)))
    for path, line in lines.items():
        assert str(next(part for part in reversed(path) if isinstance(part, str))) in text.splitlines()[line - 1]


def test_a_key_that_is_not_there_has_the_line_of_the_table_around_it() -> None:
    source = parse_toml(b"a = 1\n\n[b]\nc = 2\n", name="x.toml")
    assert source.line(("b", "missing")) == 3
    assert source.line(("b", "c", "deeper")) == 4
    assert source.line(("missing",)) is None


def test_a_file_may_begin_with_an_empty_line_and_end_within_one() -> None:
    assert find_lines("\na = 1") == {("a",): 2}


def test_what_tomllib_would_not_have_let_pass_has_no_lines() -> None:
    with pytest.raises(ValueError, match="line 2 is neither"):
        find_lines("a = 1\nb\n")
