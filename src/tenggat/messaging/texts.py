"""What a message says: its template in words for one reader. What a template may say: proofreading.py."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from tenggat.foundation.refusals import Refusal
from tenggat.messaging.gsm7 import BASIC
from tenggat.rules.programme import Step

LONGEST_NAME = 16
"""Characters of a name that a text has room for; a longer one is cut at a word."""

_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


class TemplateUnusable(Refusal):
    """A template that could not be sent as it is."""

    code = "template_unusable"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the programme's title, language ("id" or "en") and zone, and the person's name and zone."""

    title: str
    language: str
    programme_zone: str
    name: str
    time_zone: str


def render(
    step: Step, reader: Reader, *, deadline_at: datetime, variant: str = "", values: Mapping[str, str] | None = None
) -> str:
    """The text of a step for one person. `values`: fields of this message alone (a code); KeyError: one is missing."""
    zones = (reader.time_zone, reader.programme_zone)
    text, fields = _frame(step, variant, (reader.language, reader.title), zones, deadline_at)
    return text.format(name=short_name(reader.name), **fields, **(values or {}))


@lru_cache(maxsize=4096)
def _frame(
    step: Step, variant: str, programme: tuple[str, str], zones: tuple[str, str], deadline_at: datetime
) -> tuple[str, dict[str, str]]:
    """The template, and the fields that are the same for everyone: put together once, not for each message."""
    language, title = programme
    deadline = last_minute(deadline_at, language=language, zone=zones[0], programme_zone=zones[1])
    return template(step, language, variant), {"title": sendable(title), "deadline": deadline}


def template(step: Step, language: str, variant: str = "") -> str:
    """The words of a variant, else of the step, else those that ship. Raises TemplateUnusable: there are none.

    A variant that the programme file has no more says what the step says: who was to be told is told.
    """
    of_variant = next((known.text for known in step.variants if known.name == variant), None)
    return of_variant or step.text or _shipped(step.name, language)


@cache
def _shipped(name: str, language: str) -> str:
    try:
        return files("tenggat.messaging").joinpath(f"templates/{language}/{name}.txt").read_text("utf-8").strip()
    except FileNotFoundError:
        message = f'The step {name} has no text, and none ships for it in "{language}": give it a text in its [[step]].'
        raise TemplateUnusable(message) from None


def sendable(text: str) -> str:
    """The text in letters that an SMS can carry: an accent falls away, what has no plain letter becomes "?"."""
    return "".join(letter if letter in BASIC else _plain(letter) for letter in text)


def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base in BASIC else "?"


def short_name(name: str) -> str:
    """At most LONGEST_NAME characters, cut after a word, in letters that an SMS can carry."""
    plain = " ".join(name.split())
    if not BASIC.issuperset(plain):
        plain = sendable(plain)
    if len(plain) <= LONGEST_NAME:
        return plain
    cut = plain[: LONGEST_NAME + 1].rsplit(" ", 1)[0]
    return cut[:LONGEST_NAME]


@lru_cache(maxsize=4096)
def last_minute(deadline_at: datetime, *, language: str, zone: str, programme_zone: str) -> str:
    """The last minute before a deadline, as day, hour and zone; elsewhere than in the programme's zone, both."""
    minute = deadline_at - timedelta(minutes=1)
    local = minute.astimezone(ZoneInfo(zone))
    text = f"{local.day} {_MONTHS[language][local.month - 1]} {local.year} {_clock(local, language)} {_zone(local)}"
    home = minute.astimezone(ZoneInfo(programme_zone))
    if home.utcoffset() != local.utcoffset():
        text += f" ({_hour(home, language)} {_zone(home)})"
    return text


def _clock(moment: datetime, language: str) -> str:
    return f"pukul {_hour(moment, language)}" if language == "id" else _hour(moment, language)


def _hour(moment: datetime, language: str) -> str:
    return f"{moment:%H.%M}" if language == "id" else f"{moment:%H:%M}"


def _zone(moment: datetime) -> str:
    return _ZONES.get(str(moment.tzinfo), moment.strftime("%Z"))
