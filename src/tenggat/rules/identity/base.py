"""What every numbering scheme answers."""

from datetime import date
from typing import Literal, NamedTuple

Sex = Literal["female", "male"]


class IdentityError(ValueError):
    """A number that cannot be one: a code, and a sentence that says what to do and leaves the number out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)  # both, so that it can come back from another process
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class UnknownScheme(LookupError):  # noqa: N818 -- it names what was asked for
    """No numbering scheme has this name."""


class Identity(NamedTuple):  # a tuple, since an import makes millions of these
    """A number read: its one spelling, and what it says about the person where the scheme says anything.

    `birth_date` is None where the number has none or its century stays open; `province` is None where the
    number names no known province. `warnings` are codes of what looks odd without being a reason to refuse:
    `unknown_place`, `synthetic_place`, `unknown_serial`, `birth_date_differs`, `birth_date_unclear`.
    """

    number: str
    birth_date: date | None = None
    sex: Sex | None = None
    place_code: str | None = None
    province: str | None = None
    warnings: tuple[str, ...] = ()


class IdentityScheme:
    """Reads the numbers of people, of households, or of both."""

    name: str
    numbers_people = False
    numbers_households = False

    def read(self, text: str, *, birth_date: date | None, on: date) -> Identity:
        """Read a person's number as written. IdentityError: it cannot be one.

        `birth_date` is the date that the person gave, if any; `on` is the day of reading, which decides
        the century where no date was given.
        """
        raise UnknownScheme(f"{self.name} does not number people")

    def read_household(self, text: str) -> str:
        """Give the one spelling of a household's number. IdentityError: it cannot be one."""
        raise UnknownScheme(f"{self.name} does not number households")
