"""The nation of a run: how many people in which waves, when everything happens, and what they are called."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tenggat.foundation.keys import Keys, derive
from tenggat.rules.programme import Programme, load

WIB = ZoneInfo("Asia/Jakarta")
ANNOUNCED = datetime(2020, 10, 2, 12, tzinfo=WIB)
BOUGHT = datetime(2020, 10, 20, 10, tzinfo=WIB)
REMINDING = datetime(2020, 10, 24, 6, tzinfo=WIB)  # two hours before the first message of H-7 may go
SENDING = datetime(2020, 10, 24, 10, tzinfo=WIB)  # inside the sending hours of all three zones
IMPORTING = datetime(2020, 10, 25, 3, tzinfo=WIB)
DEADLINE = datetime(2020, 11, 1, tzinfo=WIB)
NIGHT = datetime(2020, 11, 1, 2, 30, tzinfo=WIB)

TOTAL, TRAINING, PRICE = 3_550_000, 1_000_000, 400_000
PUBLISHED_PEOPLE, PUBLISHED_REVOKED = 5_600_000, 373_745
# Accepted per wave of 2020. In 2020 their deadlines were spread over months; here all come due in one night.
_ACCEPTED = (168_111, 288_154, 224_615, 800_000, 800_000, 800_000, 800_000, 800_000, 800_000, 116_261)


@dataclass(frozen=True, slots=True)
class Nation:
    """How many people there are, and which share of them has bought nothing."""

    people: int
    seed: int = 1
    due_share: float = PUBLISHED_REVOKED / PUBLISHED_PEOPLE

    def waves(self) -> dict[int, int]:
        """People per wave, in the proportions of 2020; the last wave takes what rounding leaves."""
        sizes = {number: self.people * size // sum(_ACCEPTED) for number, size in enumerate(_ACCEPTED, 1)}
        sizes[len(sizes)] += self.people - sum(sizes.values())
        return sizes

    def keys(self) -> Keys:
        """The same people for the same seed."""
        return derive(self.seed)


def programme() -> Programme:
    """The shipped rules."""
    return load("prakerja")


def nik(serial: int) -> str:
    """The number of the nth person: district code 99 (no real one), a date of birth from 1950 to 1999."""
    day, month, year = 1 + serial % 28, 1 + serial // 28 % 12, 50 + serial // 336 % 50
    return f"990101{day:02d}{month:02d}{year:02d}{1 + serial // 16_800:04d}"
