"""What can be wrong with a programme file, said all at once and with line numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the line (None where the file has none to point at), the key, and what to do about it."""

    line: int | None
    where: str
    message: str

    def in_file(self, name: str) -> str:
        """Give `FILE:LINE: where: message`, leaving out what is not known."""
        place = name if self.line is None else f"{name}:{self.line}"
        return ": ".join(part for part in (place, self.where, self.message) if part)


class ProgrammeError(Exception):
    """A programme file that cannot be used. `problems` has every mistake, in the order of the file."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        super().__init__("\n".join(problem.in_file(file) for problem in self.problems))


class NotInForce(LookupError):  # noqa: N818 -- it names the state of the rule
    """A rule was asked for on a day before its first value."""

    def __init__(self, rule: str, on: date, first: date) -> None:
        self.rule, self.on, self.first = rule, on, first
        super().__init__(f"{rule}: nothing is in force on {on}; the programme file begins on {first}")
