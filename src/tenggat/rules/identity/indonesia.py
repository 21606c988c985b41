"""The Indonesian identity number (NIK) and family card number (KK): 16 digits each.

A NIK is PPRRDD DDMMYY SSSS: province, regency and district where it was first issued, the date of birth with
40 added to the day for women, and a serial number from 0001 (PP 37/2007 art. 37).
python-stdnum's `id.nik` reads every year as 19YY wherever that date exists, and holds places against the
codes of the statistics office, which differ from those on the cards; so both are done here.
"""

from datetime import date
from functools import lru_cache

from tenggat.rules.identity.base import Identity, IdentityError, IdentityScheme, Sex
from tenggat.rules.identity.places import place_of

YOUNGEST, OLDEST = 17, 100  # years: a card is issued at 17, and centenarians are the last to be sure of

_IGNORED = {ord(sign): None for sign in " .-"}


class Nik(IdentityScheme):
    """`id.nik`."""

    name = "id.nik"
    numbers_people = True

    def read(self, text: str, *, birth_date: date | None, on: date) -> Identity:
        """Read a NIK. IdentityError `nik_length` or `nik_date`.

        A serial of 0000 is never given out; it is a warning, since only length and date refuse a person.
        """
        plain = len(text) == 16 and text.isascii() and text.isdigit()
        number = text if plain else _sixteen(text, "NIK", "nik_length")
        sex, in_1900s, in_2000s = _dates(number[6:12])
        place, province, warnings = place_of(number[:6])
        if number.endswith("0000"):
            warnings = (*warnings, "unknown_serial")
        if birth_date is None:
            born = _by_age(in_1900s, in_2000s, on)
            if born is None:
                warnings = (*warnings, "birth_date_unclear")
        elif birth_date in (in_1900s, in_2000s):
            born = birth_date
        else:
            born = _nearest(in_1900s, in_2000s, birth_date)
            warnings = (*warnings, "birth_date_differs")
        return Identity(number, born, sex, place, province, warnings)


class FamilyCard(IdentityScheme):
    """`id.kk`: any 16 digits, since cards of every age are in use."""

    name = "id.kk"
    numbers_households = True

    def read_household(self, text: str) -> str:
        """Read a KK number. IdentityError `kk_length`."""
        if len(text) == 16 and text.isascii() and text.isdigit():
            return text
        return _sixteen(text, "KK number", "kk_length")


def _sixteen(text: str, what: str, code: str) -> str:
    """Leave out dots, dashes and spaces. Digits of other scripts are refused: one person, one spelling."""
    number = text.translate(_IGNORED)
    if len(number) == 16 and number.isascii() and number.isdigit():
        return number
    raise IdentityError(code, f"A {what} has 16 digits, 0 to 9: copy it from the card again.")


@lru_cache(maxsize=1 << 17)  # more than the 74,400 valid forms of DDMMYY, so an import reads each once
def _dates(written: str) -> tuple[Sex, date | None, date | None]:
    """Read DDMMYY: the sex, and the date in the 1900s and in the 2000s, None where it did not exist then."""
    day, month, year = int(written[:2]), int(written[2:4]), int(written[4:])
    sex: Sex = "female" if day > 40 else "male"
    day -= 40 if day > 40 else 0
    in_1900s, in_2000s = _date(1900 + year, month, day), _date(2000 + year, month, day)
    if in_1900s is None and in_2000s is None:
        message = "The birth date inside this NIK does not exist: copy the NIK from the card again."
        raise IdentityError("nik_date", message)
    return sex, in_1900s, in_2000s


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(in_1900s: date | None, in_2000s: date | None, birth_date: date) -> date:
    """Choose the century nearest to the date given: a slip by a year must not make a person a hundred."""
    return min((born for born in (in_1900s, in_2000s) if born), key=lambda born: abs(born - birth_date))


def _by_age(in_1900s: date | None, in_2000s: date | None, on: date) -> date | None:
    """Choose the century in which the person is 17 to 100 years old on a day; there is at most one."""
    for born in (in_1900s, in_2000s):
        if born is not None:
            age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
            if YOUNGEST <= age <= OLDEST:
                return born
    return None
