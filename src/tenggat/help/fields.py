"""What an answer may name in braces: values of the programme file that are in force on a day, in the reader's form."""

import re
from collections.abc import Mapping
from datetime import datetime

from tenggat.rules.programme import Programme

Words = Mapping[str, str]
_FIELD = re.compile(r"\{([a-z_]+)\}")


class UnknownFieldError(ValueError):
    """An answer names a field that there is not."""


def values(programme: Programme, *, now: datetime) -> dict[str, int | str]:
    """The fields of a moment; numbers as numbers, amounts of money under names that begin with rupiah_."""
    on = now.astimezone(programme.zone).date()
    rule, benefit = programme.first_purchase(on), programme.benefit(on)
    parts = {part.name: part for part in benefit.parts}
    counts = {f"{name}_count": parts[name].count if name in parts else 0 for name in ("incentive", "survey")}
    amounts = {f"rupiah_{name}": parts[name].amount if name in parts else 0 for name in ("incentive", "survey")}
    reminders = [step.days_before for step in programme.steps if step.days_before]
    return {
        "programme": programme.title,
        "domain": programme.domain,
        "days": rule.days,
        "days_after": rule.days - 1 if rule.counting == "inclusive" else rule.days,
        "until_hour": rule.until.hour,
        "until_minute": rule.until.minute,
        "zone": f"{now.astimezone(programme.zone):%Z}",
        "reminder_days": max(reminders, default=0),
        "rupiah_training": benefit.training,
        "rupiah_total": benefit.total,
        **counts,
        **amounts,
        "card_length": programme.identity.card_length,
        "household_limit": programme.identity.household_limit,
        "minimum_age": programme.identity.minimum_age,
    }


def filled(text: str, words: Words) -> str:
    """The text with its fields. Raises UnknownFieldError."""

    def word(found: re.Match[str]) -> str:
        if found[1] not in words:
            raise UnknownFieldError(found[1])
        return words[found[1]]

    return _FIELD.sub(word, text)
