"""Putting the questions where they are searched, and counting what readers say of them."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from tenggat.foundation import sql
from tenggat.foundation.refusals import Refusal
from tenggat.help.models import CONFIGURATIONS, LANGUAGES, LONGEST
from tenggat.help.reading import written

_STATEMENTS = sql.load(__package__, "help.sql")


class QuestionUnknown(Refusal):
    """There is no such question."""

    code = "unknown_question"


@transaction.atomic
def load() -> int:
    """Make the table say what the files of this package say; gives how many questions changed. Again: none."""
    rows = [(place, one) for language in LANGUAGES for place, one in enumerate(written(language))]
    parameters: dict[str, Any] = {
        "languages": [one.language for _, one in rows],
        "configurations": [CONFIGURATIONS[one.language] for _, one in rows],
        "slugs": [one.slug for _, one in rows],
        "places": [place for place, _ in rows],
        "topics": [one.topic for _, one in rows],
        "titles": [one.title for _, one in rows],
        "words": [one.also for _, one in rows],
        "bodies": [one.body for _, one in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(str(_STATEMENTS["load"]), parameters)
        changed: int = cursor.rowcount
        cursor.execute(str(_STATEMENTS["forget"]), parameters)
        changed += cursor.rowcount
    return changed


def say(*, language: str, slug: str, helped: bool, zone: ZoneInfo, now: datetime) -> None:
    """Count one reader's answer on today's page of the programme's calendar. Raises QuestionUnknown."""
    with connection.cursor() as cursor:
        cursor.execute(
            str(_STATEMENTS["say"]),
            {"language": language, "slug": slug, "on_day": _day(now, zone), "helped": helped},
        )
        if not cursor.rowcount:
            raise QuestionUnknown("There is no such question; nothing was counted.")


def miss(*, language: str, text: str, zone: ZoneInfo, now: datetime) -> None:
    """Count a search that found nothing, without digits and addresses; nothing is counted where no word is left."""
    kept = masked(text)
    if not re.search(r"\w", kept):
        return
    with connection.cursor() as cursor:
        cursor.execute(str(_STATEMENTS["miss"]), {"language": language, "missed": kept, "on_day": _day(now, zone)})


def masked(text: str) -> str:
    """At most 80 characters in small letters: a digit is #, a mail address is @, so that no NIK is kept."""
    plain = re.sub(r"\S*@\S*", "@", text.casefold())
    plain = "".join(
        "#" if one.isdigit() or one.isnumeric() else one for one in plain if one.isprintable() or one.isspace()
    )
    return " ".join(plain.split())[:LONGEST].strip()


def _day(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()
