"""What a template may say: one plain SMS whoever it goes to, an absolute moment, no number to call, no foreign link."""

import re
from datetime import date, datetime, time
from functools import cache
from string import Formatter

from tenggat.messaging import gsm7
from tenggat.messaging.planning import zones_of
from tenggat.messaging.texts import LONGEST_NAME, TemplateUnusable, last_minute, sendable, template
from tenggat.rules.programme import Programme, Step

ONE_SEGMENT = 160

_FIELDS = {"otp": ("title", "name", "code", "minutes"), "answer": ("title", "name")}
_OTHERS = ("title", "name", "deadline")

_DIGITS = re.compile(r"\+?\d(?:[\d ().,/-]*\d)?")
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")  # 3.550.000
_FEWEST_TO_CALL = 5  # digits: nothing shorter is sold as a number that citizens call, and years have four
_LINK = re.compile(r"(?:[a-z]+://|www\.)[^\s]*|(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#][^\s]*)?\.?", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:besok|lusa|hari ini|malam ini|kemarin|tomorrow|today|tonight|yesterday"
    r"|\w+ hari lagi|(?:tinggal|dalam|sisa) \w+ hari|\w+ days? left|in \w+ days?)\b",
    re.IGNORECASE,
)


def check_texts(programme: Programme) -> None:
    """Every step of the programme can be sent. Raises TemplateUnusable with the first fault."""
    found = [fault for step in programme.steps for fault in faults(programme, step)]
    if found:
        more = f" There is more to mend ({len(found)} in all): tenggat texts check FILE" if found[1:] else ""
        raise TemplateUnusable(found[0] + more)


def faults(programme: Programme, step: Step, *, language: str = "") -> list[str]:
    """Give what is wrong with the words of a step, in all its variants: a sentence each."""
    names = [variant.name for variant in step.variants] or [""]
    return [fault for name in names for fault in faults_of(programme, step, language or programme.language, name)]


@cache
def faults_of(programme: Programme, step: Step, language: str, variant: str = "") -> tuple[str, ...]:
    """Give what is wrong with one text."""
    whose = f"The text of {step.name}{f' (variant {variant})' if variant else ''}"
    try:
        text = template(step, language, variant)
    except TemplateUnusable as none:
        return (none.message,)
    known = fields_of(step)
    if not _are_known(text, known):
        names = [f"{{{name}}}" for name in known]
        return (f"{whose} has {_unknown(text, known)}; it may use {', '.join(names[:-1])} and {names[-1]}.",)
    sample = text.format(**_longest(programme, language, known))
    found = [*_of_length(sample), *_of_numbers(text), *_of_links(sample, programme.domain), *_of_days(text, step)]
    return tuple(f"{whose} {fault}" for fault in found)


def fields_of(step: Step) -> tuple[str, ...]:
    """Give the fields that the words of a step may use."""
    return _FIELDS.get(step.name, _OTHERS)


def longest(programme: Programme, step: Step, language: str, variant: str = "") -> str:
    """Give a text at its longest: the longest name, deadline and code that it can come to carry."""
    return template(step, language, variant).format(**_longest(programme, language, fields_of(step)))


def _unknown(text: str, known: tuple[str, ...]) -> str:
    """What is wrong with the fields of a text, in words that follow "has"."""
    try:
        odd = [name for _, name, *_ in Formatter().parse(text) if name is not None and name not in known]
    except ValueError:
        return "a { or } that stands alone"
    return f"an unknown field, {{{odd[0]}}}" if odd else "a field with more than its name in it"


def _are_known(text: str, known: tuple[str, ...]) -> bool:
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return False
    return all(name is None or (name in known and not spec and not turned) for _, name, spec, turned in parts)


def _longest(programme: Programme, language: str, fields: tuple[str, ...]) -> dict[str, str]:
    values = {
        "title": sendable(programme.title),
        "name": "M" * LONGEST_NAME,
        "deadline": _longest_deadline(programme, language),
        "code": "0" * 8,
        "minutes": "120",
    }
    return {name: values[name] for name in fields}


@cache
def _longest_deadline(programme: Programme, language: str) -> str:
    """A day of two digits, in each month and zone; midnight, so that the other clocks name another day."""
    midnights = [datetime.combine(date(2026, month, 20), time(), programme.zone) for month in range(1, 13)]
    told = [
        last_minute(midnight, language=language, zone=zone, programme_zone=programme.time_zone)
        for midnight in midnights
        for zone in zones_of(programme)
    ]
    return max(told, key=gsm7.length)


def _of_length(sample: str) -> list[str]:
    if odd := gsm7.outside(sample):
        return [f"has {odd[0]!r}, which no plain SMS can carry: write it without."]
    if gsm7.split(sample).plain:
        return []
    return [f"has up to {gsm7.length(sample)} characters; an SMS has {ONE_SEGMENT}: shorten it."]


def _of_numbers(text: str) -> list[str]:
    """Only in the words themselves: a field is filled by us."""
    words = "\n".join(literal for literal, *_ in Formatter().parse(text))
    runs = [run for run in _DIGITS.findall(words) if not _AMOUNT.fullmatch(run)]
    if any(sum(letter.isdigit() for letter in run) >= _FEWEST_TO_CALL for run in runs):
        return ["has what looks like a telephone number: operators refuse it, and fraud looks so. Leave it out."]
    return []


def _of_links(sample: str, domain: str) -> list[str]:
    for link in _LINK.findall(sample):
        host = _HOST.fullmatch(link)
        if not (domain and host and f".{host[1].lower()}".endswith(f".{domain}")):
            own = f"only {domain} may stand there" if domain else "without a domain in [programme] none may stand there"
            return [f"has what looks like a link ({link}): {own}."]
    return []


def _of_days(text: str, step: Step) -> list[str]:
    """A message may be read, or even be sent, some days late."""
    if found := _RELATIVE.search(text):
        return [f'says "{found[0]}", which is untrue for whoever reads it later: name the moment, {{deadline}}.']
    if step.by_days and "{deadline}" not in text:
        return ["does not name the {deadline}: without day, hour and zone nobody knows until when."]
    return []
