"""One row about a person, read by the programme's rules. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from tenggat.registry import contacts
from tenggat.rules.identity import scheme
from tenggat.rules.programme import Programme

COLUMNS = ("nik", "kk", "name", "birth_date", "phone", "email", "province")
FIRST_YEAR = 1900

_FLAGS = {
    "unknown_place": ("place_unknown",),
    "birth_date_differs": ("birth_date_differs",),
    "birth_date_unclear": ("birth_date_unusable",),
    "synthetic_place": (),  # invented people are no mistake
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a programme decides how a row is read, in plain values that travel between processes.

    `today` is the day of reading in the programme's zone; `regions` maps a province code to its IANA zone.
    """

    scheme: str
    household_scheme: str | None
    phone_region: str
    regions: Mapping[str, str]
    time_zone: str
    today: date


class Applicant(NamedTuple):  # a tuple, since an import makes millions of these
    """A person as the row says, in one spelling. `kk` is "" in a programme without households.

    `flags` names what was unusable or odd; `channel` is sms, email or none.
    """

    nik: str
    kk: str
    name: str
    birth_date: date | None
    phone: str | None
    email: str | None
    province: str
    time_zone: str
    channel: str
    flags: tuple[str, ...]


def terms(programme: Programme, *, now: datetime) -> Terms:
    """The terms of a programme on the day of `now`."""
    rules = programme.identity
    today = now.astimezone(programme.zone).date()
    return Terms(
        rules.scheme,
        rules.household_scheme,
        rules.phone_region,
        dict(rules.regions),
        programme.time_zone,
        today,
    )


def read_applicant(values: tuple[str, ...], terms: Terms) -> Applicant:
    """Read the values of COLUMNS. IdentityError: no NIK, or no KK, can be this."""
    nik, kk, name, born, phone, email, province = values
    given = _day(born, terms.today)
    identity = scheme(terms.scheme).read(nik, birth_date=given, on=terms.today)
    household = scheme(terms.household_scheme).read_household(kk) if terms.household_scheme else ""
    flags: list[str] = []
    for warning in identity.warnings:
        flags += _FLAGS[warning]
    if born and given is None and "birth_date_unusable" not in flags:
        flags.append("birth_date_unusable")
    mobile = contacts.mobile(phone, region=terms.phone_region) if phone else None
    address = contacts.email(email) if email else None
    if phone and mobile is None:
        flags.append("phone_unusable")
    if email and address is None:
        flags.append("email_unusable")
    channel = "sms" if mobile else "email" if address else "none"
    if channel == "none":
        flags.append("unreachable")
    if province in terms.regions:
        home = province
    else:
        home = identity.province or ""
        if province and "place_unknown" not in flags:
            flags.append("place_unknown")
    zone = terms.regions.get(home, terms.time_zone)
    person = given or identity.birth_date
    return Applicant(
        identity.number,
        household,
        _one_line(name),
        person,
        mobile,
        address,
        home,
        zone,
        channel,
        tuple(flags),
    )


def _one_line(name: str) -> str:
    """A name without line ends and control characters, which neither a text message nor a table wants."""
    if name.isprintable():
        return name
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())


@lru_cache(maxsize=1 << 17)
def _day(text: str, today: date) -> date | None:
    """A day as ISO 8601 writes it, in the past; else None."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= FIRST_YEAR and day <= today else None
