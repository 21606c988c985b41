"""What a programme file may say: every table and key, and what makes a value a good one.

`docs/programme-file.md` explains each key; a test holds the two together.
"""
# ruff: noqa: TRY004 -- a wrong type is a mistake in the file like any other: a ValueError, gathered as a problem

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tenggat.rules.identity import UnknownScheme, scheme

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CHANNELS = ("sms", "email", "whatsapp")
_MOST_MONEY = 10**12  # per person, far from what a bigint column holds for millions of them

_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number with a fraction",
    str: "a text",
    list: "an array",
    dict: "a table",
    datetime: "a moment",
    date: "a day",
    time: "a time",
}

Check = Callable[[Any], Any]  # gives the value to use, or raises ValueError with what is wrong


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table: how its value is checked, and whether the file must have it."""

    name: str
    check: Check
    required: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `repeats` for an array of tables, `needed` where the file must have (at least) one."""

    name: str
    keys: tuple[Key, ...]
    repeats: bool = False
    needed: bool = False
    tables: tuple["Table", ...] = ()


def text(value: object) -> str:
    """Check a text that is not empty."""
    if not isinstance(value, str):
        raise ValueError(f"must be a text in quotes, not {_kind(value)}")
    if not value.strip():
        raise ValueError("must not be empty")
    return value


def matching(pattern: str, example: str) -> Check:
    """Check a text by its form."""
    form = re.compile(pattern)

    def check(value: object) -> str:
        if not form.fullmatch(text(value)):
            raise ValueError(f'must look like "{example}", not {value!r}')
        return str(value)

    return check


def one_of(*choices: str) -> Check:
    """Check a text that must be one of a few."""

    def check(value: object) -> str:
        if text(value) not in choices:
            raise ValueError(f"must be {_either(choices)}, not {value!r}")
        return str(value)

    return check


def whole(least: int, most: int, unit: str) -> Check:
    """Check a whole number from `least` to `most`; the bounds catch slips of the keyboard."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"must be a whole number of {unit}, not {_kind(value)}")
        if not least <= value <= most:
            raise ValueError(f"must be from {least} to {most} {unit}, not {value}")
        return value

    return check


def flag(value: object) -> bool:
    """Check true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_kind(value)}")
    return value


def day(value: object) -> date:
    """Check a calendar day without a time."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"must be a day such as 2020-04-11 without quotes, not {_kind(value)}")
    return value


def minute(value: object) -> time:
    """Check a minute of the day, "23:59"."""
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f'must be a time such as "23:59" in quotes, not {value!r}')
    return time(int(found[1]), int(found[2]))


def zone(value: object) -> str:
    """Check an IANA time zone."""
    try:
        ZoneInfo(text(value))
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        if not isinstance(value, str) or not value.strip():
            raise
        raise ValueError(f"{value!r} is no IANA time zone (such as Asia/Jakarta)") from error
    return str(value)


def numbering(*, households: bool) -> Check:
    """Check the name of a scheme that numbers people, or households."""

    def check(value: object) -> str:
        try:
            found = scheme(text(value))
        except UnknownScheme as error:
            raise ValueError(str(error)) from error
        if not (found.numbers_households if households else found.numbers_people):
            raise ValueError(f"{value!r} does not number {'households' if households else 'people'}")
        return str(value)

    return check


def several(check: Check) -> Check:
    """Check an array of one or more values, none of them twice."""

    def check_all(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError(f"must be an array in brackets, not {_kind(value)}")
        if not value:
            raise ValueError("must have at least one entry")
        checked = tuple(check(entry) for entry in value)
        if len(set(checked)) < len(checked):
            raise ValueError("has an entry twice")
        return checked

    return check_all


def _kind(value: object) -> str:
    return _KINDS[type(value)]


def _either(choices: tuple[str, ...]) -> str:
    return " or ".join(f'"{choice}"' for choice in choices)


_FROM = Key("from", day)
_REFERENCE = Key("reference", text)
_NAME = matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "a-short-name")

FILE = Table("", (), tables=(
    Table("programme", (
        Key("name", _NAME),
        Key("title", text),
        Key("currency", matching(r"[A-Z]{3}", "IDR")),
        Key("time_zone", zone),
        Key("clock_starts", one_of("announcement", "balance")),
        Key("language", one_of("id", "en")),
        Key("domain", matching(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}", "prakerja.go.id"), required=False),
    ), needed=True),
    Table("contact", (
        Key("phone", matching(r"\+?[0-9](?:[0-9 ().-]{1,20})[0-9]", "0800-150-3001"), required=False),
        Key("email", matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "info@prakerja.go.id"), required=False),
        Key("form", matching(r"https://[^\s]+", "https://bantuan.prakerja.go.id"), required=False),
        Key("first_day", one_of(*WEEKDAYS), required=False),
        Key("last_day", one_of(*WEEKDAYS), required=False),
        Key("opens", minute, required=False),
        Key("closes", minute, required=False),
        _REFERENCE,
    )),
    Table("identity", (
        Key("scheme", numbering(households=False)),
        Key("household_scheme", numbering(households=True), required=False),
        Key("household_limit", whole(1, 100, "people"), required=False),
        Key("phone_region", matching(r"[A-Z]{2}", "ID")),
        Key("minimum_age", whole(0, 120, "years")),
        Key("card_prefix", matching(r"[0-9]{1,6}", "9")),
        Key("card_length", whole(8, 19, "digits")),
    ), needed=True),
    Table("zone", (
        Key("time_zone", zone),
        Key("provinces", several(matching(r"[0-9A-Z]{1,6}", "31"))),
    ), repeats=True),
    Table("first_purchase", (
        _FROM,
        Key("days", whole(1, 3_660, "days")),
        Key("counting", one_of("inclusive", "exclusive")),
        Key("until", minute),
        _REFERENCE,
    ), repeats=True, needed=True),
    Table("settlement", (
        _FROM,
        Key("minutes", whole(0, 10_080, "minutes")),
        _REFERENCE,
    ), repeats=True, needed=True),
    Table("brake", (
        _FROM,
        Key("least_percent", whole(0, 100, "percent")),
        Key("most_percent", whole(0, 100, "percent")),
        Key("smallest_wave", whole(1, 10**9, "people")),
        Key("people", whole(0, 10**9, "people")),
        _REFERENCE,
    ), repeats=True),
    Table("withdrawal", (
        _FROM,
        Key("blacklists", flag),
        _REFERENCE,
    ), repeats=True),
    Table("window", (
        _FROM,
        Key("opens", minute),
        Key("closes", minute),
        _REFERENCE,
    ), repeats=True, needed=True),
    Table("benefit", (
        _FROM,
        Key("training", whole(1, _MOST_MONEY, "units of the currency")),
        _REFERENCE,
    ), repeats=True, needed=True, tables=(
        Table("part", (
            Key("name", _NAME),
            Key("count", whole(1, 120, "payments")),
            Key("amount", whole(1, _MOST_MONEY, "units of the currency")),
        ), repeats=True),
    )),
    Table("spend_until", (
        Key("announced_from", day),
        Key("announced_until", day),
        Key("last_day", day),
        Key("until", minute),
        _REFERENCE,
    ), repeats=True),
    Table("operator", (
        Key("name", text),
        Key("prefixes", several(matching(r"\+[1-9][0-9]{2,9}", "+62811"))),
        _REFERENCE,
    ), repeats=True),
    Table("step", (
        Key("name", _NAME),
        Key("days_before", whole(0, 3_660, "days"), required=False),
        Key("days_after", whole(0, 3_660, "days"), required=False),
        Key("from", day, required=False),
        Key("audience", one_of("all", "not_bought")),
        Key("skip_if_bought", flag),
        Key("channels", several(one_of(*CHANNELS))),
        Key("text", text, required=False),
        Key("fallback_after", whole(1, 720, "hours"), required=False),
        Key("urgent", flag, required=False),
        Key("may_opt_out", flag, required=False),
        _REFERENCE,
    ), repeats=True, tables=(
        Table("variant", (
            Key("name", _NAME),
            Key("share", whole(1, 99, "percent")),
            Key("text", text, required=False),
        ), repeats=True),
    )),
))  # fmt: skip
