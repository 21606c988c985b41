"""Invented people: person `index` of a wave is the same for the same seed, and nobody else has the number.

A person's number holds its place in the whole replay (`serial`), turned around so that it looks like any other. The
regency code is 99, which no real district has. Random bits come from SHAKE-128 in blocks, so that each block can be
made alone, on any version of Python.
"""

from array import array
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import shake_128
from typing import NamedTuple

from tenggat.replay.chances import quantiles
from tenggat.replay.names import full_names

BLOCK = 1024
"""People who are made together."""

HEADER = "nik,kk,name,birth_date,phone,email,province\n"

# Recipients of 2020 by province, per mille. Jawa Barat's share was published (793,400 of 5.6 million; Kompas 26 Feb
# 2021); the others follow their share of the census of 2020. Codes of the Ministry of Home Affairs.
_PROVINCES = {
    "11": 21, "12": 58, "13": 22, "14": 25, "15": 14, "16": 33, "17": 8, "18": 35, "19": 6, "21": 9,
    "31": 44, "32": 142, "33": 142, "34": 15, "35": 155, "36": 47,
    "51": 17, "52": 21, "53": 21, "61": 21, "62": 10, "63": 16, "64": 15, "65": 3,
    "71": 10, "72": 12, "73": 36, "74": 10, "75": 5, "76": 6, "81": 7, "82": 5, "91": 16, "92": 5,
}  # fmt: skip

# Prefixes of mobile operators; few people write their number with hyphens.
_PREFIXES = (
    811, 812, 813, 821, 822, 852, 853, 851, 814, 815, 816, 855, 856, 857, 858, 817,
    818, 819, 859, 877, 878, 831, 832, 833, 838, 895, 896, 897, 898, 899, 881, 882,
)  # fmt: skip
_UNUSABLE = ("-", "08", "021-5550123", "tidak ada", "0000000000", "08123", "belum punya", "1234567890")

_DISTRICTS, _SERIALS = 99, 9999
_ROOM = _DISTRICTS * _SERIALS  # numbers of one place and one day
_CLASSES = 6  # days are dealt into classes, so that two rounds through the room never share a day
_TURN = 611_953  # shares no divisor with _ROOM = 3^4 x 11^2 x 101, so that turning is one to one
_DRAWS = 4096
_CENSUS_ON = date(2020, 4, 11)  # ages are counted on the day on which registration began


class Birthday(NamedTuple):
    """A day of birth as DDMMYY for men, for women (day + 40), and in ISO 8601."""

    man: str
    woman: str
    iso: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people of one wave. `offset`: how many people there are in the waves before it."""

    seed: int
    wave: int
    size: int
    offset: int


def people(crowd: Crowd, *, first: int) -> tuple[list[str], list[str]]:
    """Give the NIKs, and the lines of the participants file, of up to BLOCK people from index `first` on."""
    size = min(BLOCK, crowd.size - first)
    bits = draws(crowd, what="people", first=first, size=2 * size)
    tables, turn = _tables(), crowd.seed * 7_919
    niks, lines = [], []
    province = kk = ""
    for index in range(size):
        here, there = bits[2 * index], bits[2 * index + 1]
        serial = crowd.offset + first + index
        if not (index & 1 and _one_family(serial)):  # the second of a family has the card of the one before
            province = tables.provinces[here & 1023]
            kk = ""
        around, turned = serial // _ROOM, (serial * _TURN + turn) % _ROOM
        ending, place = tables.serials[turned % _SERIALS], tables.districts[turned // _SERIALS]
        born = tables.births[around][here >> 10 & 4095]
        woman = here >> 22 & 1
        nik = f"{province}99{place}{born[woman]}{ending}"
        kk = kk or f"{province}99{place}{tables.issued[around][here >> 23 & 511]}{ending}"
        name = tables.names[woman][here >> 32 & 4095]
        niks.append(nik)
        lines.append(f"{nik},{kk},{name},{born[2]},{_contacts(tables, name, serial, there)}\n")
    return niks, lines


def draws(crowd: Crowd, *, what: str, first: int, size: int) -> "array[int]":
    """Give `size` random integers of 64 bits, the same for the same seed, wave, purpose and first index."""
    stream = shake_128(f"{crowd.seed}/{crowd.wave}/{what}/{first}".encode())
    numbers = array("Q", stream.digest(8 * size))
    if array("H", b"\1\0")[0] != 1:  # the same people on a big-endian machine
        numbers.byteswap()
    return numbers


def stranger(nik: str) -> str:
    """Give a number that nobody has: no invented person lives in district 00."""
    return f"{nik[:4]}00{nik[6:]}"


def _one_family(serial: int) -> bool:
    """Tell whether this person shares a family card with the one before: one pair in eight."""
    return (serial >> 1) * 0x9E37 >> 4 & 7 == 0


def _contacts(tables: "_Tables", name: str, serial: int, bits: int) -> str:
    """Phone, e-mail and province: 1 in 128 phones unusable, 1 in 16 without e-mail, 1 in 25 moved."""
    if bits >> 35 & 127:
        phone = f"{tables.phones[bits & 255]}{(bits >> 8 & 0x7FFFFFF) % 100_000_000:08}"
    else:
        phone = _UNUSABLE[bits & 7]
    email = f"{tables.slugs[name]}{serial}@example.org" if bits >> 42 & 15 else ""
    moved = tables.provinces[bits >> 54] if (bits >> 46 & 127) < 5 else ""
    return f"{phone},{email},{moved}"


@dataclass(frozen=True, slots=True)
class _Tables:
    provinces: list[str]
    births: list[list[Birthday]]
    issued: list[list[str]]
    names: tuple[list[str], list[str]]
    slugs: dict[str, str]
    phones: list[str]
    districts: list[str]
    serials: list[str]


@cache
def _tables() -> _Tables:
    women, men = full_names()
    return _Tables(
        provinces=quantiles(_PROVINCES, size=1024),
        births=[_births(kind) for kind in range(_CLASSES)],
        issued=[_issued(kind) for kind in range(_CLASSES)],
        names=(men, women),
        slugs={name: name.lower().replace(" ", ".") for name in (*men, *women)},
        phones=[_phone(at) for at in range(256)],
        districts=[f"{district:02}" for district in range(1, _DISTRICTS + 1)],
        serials=[f"{serial:04}" for serial in range(1, _SERIALS + 1)],
    )


def _phone(at: int) -> str:
    prefix = _PREFIXES[at % len(_PREFIXES)]
    if at == 0:
        return f"0{prefix}-"
    return f"+62{prefix}" if at % 7 == 0 else f"62{prefix}" if at % 11 == 0 else f"0{prefix}"


def _births(kind: int) -> list[Birthday]:
    """Days of birth of one class: 77 % are 18 to 35 years old, most about 23; the oldest are 64."""
    days = {}
    for back in range(18 * 366, 64 * 365):
        born = _CENSUS_ON - timedelta(days=back)
        if born.toordinal() % _CLASSES == kind:
            days[born] = _weight(back / 365.25)
    return [_birthday(born) for born in quantiles(days, size=_DRAWS)]


def _weight(age: float) -> float:
    """How many are of an age: both brackets are scaled to their share (areas of the shapes: 20.73 and 420.5)."""
    if age < 36:
        return 77 / 20.73 * (1.6 - abs(age - 23) / 12)
    return 23 / 420.5 * (65 - age)


def _birthday(born: date) -> Birthday:
    return Birthday(f"{born:%d%m%y}", f"{born.day + 40}{born:%m%y}", born.isoformat())


def _issued(kind: int) -> list[str]:
    """Days on which family cards of one class were issued, as DDMMYY."""
    days = (date(2006, 1, 1) + timedelta(days=day) for day in range(14 * 365))
    evenly = {day: 1 for day in days if day.toordinal() % _CLASSES == kind}
    return [f"{day:%d%m%y}" for day in quantiles(evenly, size=512)]
