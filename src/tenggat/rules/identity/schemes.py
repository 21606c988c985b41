"""Find a numbering scheme by its name in the programme file."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from tenggat.rules.identity.base import Identity, IdentityError, IdentityScheme, UnknownScheme
from tenggat.rules.identity.indonesia import FamilyCard, Nik

__all__ = ["Identity", "IdentityError", "IdentityScheme", "UnknownScheme", "scheme"]

_OWN: tuple[IdentityScheme, ...] = (Nik(), FamilyCard())
_STDNUM = re.compile(r"stdnum:([a-z]{2})\.([a-z][a-z0-9_]*)")


# A RUT may have a zero before it, which its check digit does not see: one person would have two numbers.
_PADDED: dict[str, Callable[[str], str]] = {"stdnum.cl.rut": lambda number: number.lstrip("0")}


class Stdnum(IdentityScheme):
    """`stdnum:CC.NAME`: any numbering that python-stdnum knows, for people or for households."""

    numbers_people = True
    numbers_households = True

    def __init__(self, name: str, module: Any) -> None:
        self.name = name
        self._module = module

    def read(self, text: str, *, birth_date: date | None, on: date) -> Identity:
        """Read a person's number. IdentityError `identity_invalid`."""
        number = self.read_household(text)
        born = self._birth_date(number)
        differs = birth_date is not None and born is not None and born != birth_date
        return Identity(number, born, warnings=("birth_date_differs",) if differs else ())

    def read_household(self, text: str) -> str:
        """Give the number's one spelling. IdentityError `identity_invalid`."""
        message = "This is no valid number: copy it from the card again."
        if not text.isascii():  # stdnum takes some signs of other scripts; one person, one spelling
            raise IdentityError("identity_invalid", message)
        try:
            number = str(self._module.validate(text))
        except ValidationError as error:
            raise IdentityError("identity_invalid", message) from error
        return _PADDED.get(self._module.__name__, str)(number)

    def _birth_date(self, number: str) -> date | None:
        read = getattr(self._module, "get_birth_date", None)
        return read(number) if read else None


@cache
def scheme(name: str) -> IdentityScheme:
    """Give the scheme of a name: `id.nik`, `id.kk`, or any of `stdnum:CC.NAME`. UnknownScheme."""
    for own in _OWN:
        if own.name == name:
            return own
    if found := _STDNUM.fullmatch(name):
        module = get_cc_module(found[1], found[2])
        if hasattr(module, "validate"):
            return Stdnum(name, module)
    raise UnknownScheme(f'{name!r} is no known numbering: use "id.nik", "id.kk" or one like "stdnum:cl.rut"')
