"""The small changes of the mutation tests: each is made once, in its place, and what readers need is left alone."""

import ast
from pathlib import Path

from proof.mutating import mutants

TEXT = '''
"""A module."""
LIMIT = 2

class Rule:
    def holds(self, first: int | None, *, strict: bool = True) -> bool:
        """Tell."""
        if not first or first < LIMIT:
            raise ValueError(f"{first + 1} is too few")
        return max(first, 1) == LIMIT
'''


def changes(tmp_path: Path, text: str = TEXT) -> dict[str, str]:
    file = tmp_path / "rule.py"
    file.write_text(text, "utf-8")
    return {mutant.change: mutant.place for mutant in mutants("rule", file)}


def test_each_change_is_told_with_its_place(tmp_path: Path) -> None:
    assert changes(tmp_path) == {
        "LIMIT = 2 -> LIMIT = 3": "",
        "def holds(self, first: int | None, *, strict: bool=True) -> bool: -> "
        "def holds(self, first: int | None, *, strict: bool=False) -> bool:": "Rule.holds",
        "if not first or first < LIMIT: -> if not first and first < LIMIT:": "Rule.holds",
        "if not first or first < LIMIT: -> if first or first < LIMIT:": "Rule.holds",
        "if not first or first < LIMIT: -> if not first or first <= LIMIT:": "Rule.holds",
        "raise ValueError(f'{first + 1} is too few') -> pass": "Rule.holds",
        "return max(first, 1) == LIMIT -> return None": "Rule.holds",
        "return max(first, 1) == LIMIT -> return max(first, 1) != LIMIT": "Rule.holds",
        "return max(first, 1) == LIMIT -> return min(first, 1) == LIMIT": "Rule.holds",
        "return max(first, 1) == LIMIT -> return max(first, 2) == LIMIT": "Rule.holds",
    }


def test_a_mutant_differs_from_the_module_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "rule.py"
    file.write_text(TEXT, "utf-8")
    before = ast.unparse(ast.parse(TEXT)).splitlines()
    for mutant in mutants("rule", file):
        after = ast.unparse(mutant.tree).splitlines()
        assert [(one, other) for one, other in zip(before, after, strict=True) if one != other] != []
        assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_of_a_long_line_only_what_is_around_the_change_is_told(tmp_path: Path) -> None:
    long = ", ".join(f"name{number}" for number in range(100))
    [told] = [change for change in changes(tmp_path, f"x = ({long}, 41, {long})\n") if "41" in change]
    assert "name99, 41, name0" in told
    assert "name99, 42, name0" in told
    assert len(told) < 400


def test_the_same_change_of_a_line_again_has_a_number(tmp_path: Path) -> None:
    assert list(changes(tmp_path, "x = 1\nx = 1\n")) == ["x = 1 -> x = 2", "x = 1 -> x = 2 #2"]
