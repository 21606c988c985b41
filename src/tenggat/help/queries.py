"""Finding questions: by PostgreSQL's stemmer, by the beginning of a word, and past a slip of the finger."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from django.db import connection

from tenggat.foundation import sql
from tenggat.help.models import CONFIGURATIONS, Question
from tenggat.help.reading import written

MOST = 10
"""Questions that a search shows."""

_STATEMENTS = sql.load(__package__, "help.sql")
_ALIKE = 0.75  # of 1: "pelatian" for "pelatihan", but not any word of the same length
_WORDS_OF_A_SEARCH = 12
# Words of every sentence find every question: they are left out where all words together found nothing.
_COMMON = {
    "id": "ada adalah agar aku apa apakah atau bagaimana bagi bisa boleh buat cara dan dapat dari di dengan gimana "
          "harus ini itu jika juga kah kalau kami kapan karena kartu ke kenapa kita lagi mana mau mengapa oleh pada "
          "prakerja program saat saja sampai saya sudah supaya tidak untuk yang",
    "en": "a about am an and any are at be by can card did do does for from get has have how i if in is it me my "
          "not of on or prakerja programme should that the then there they this to was what when where which "
          "who why will with you",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A question that a search found."""

    slug: str
    title: str
    topic: str


@dataclass(frozen=True, slots=True)
class Search:
    """What a search came to; `instead` is what was looked for where the words as typed found nothing."""

    found: tuple[Found, ...]
    instead: str = ""


def questions(language: str) -> list[Question]:
    """All questions of a language in their order."""
    return list(Question.objects.filter(language=language).defer("search", "body").order_by("place"))


def question(language: str, slug: str) -> Question | None:
    """One question with its answer."""
    return Question.objects.filter(language=language, slug=slug).defer("search").first()


def find(text: str, *, language: str) -> Search:
    """The questions that have all words; else those after mending slips; else those with any word that says much."""
    typed = re.findall(r"[^\W_]+", text.casefold())[:_WORDS_OF_A_SEARCH]
    if not typed:
        return Search(())
    if found := _having(typed, " & ", language):
        return Search(found)
    mended = [_mended(word, language) for word in typed]
    if mended != typed and (found := _having(mended, " & ", language)):
        return Search(found, " ".join(mended))
    telling = [word for word in mended if word not in _COMMON[language].split()]
    instead = " ".join(telling) if mended != typed else ""
    return Search(_having(telling, " | ", language), instead) if telling else Search(())


def _having(words: Sequence[str], joined: str, language: str) -> tuple[Found, ...]:
    parameters: dict[str, Any] = {
        "configuration": CONFIGURATIONS[language],
        "stems": joined.join(words),  # letters and digits only: nothing in it is an operator
        "beginnings": joined.join(f"{word}:*" for word in words if len(word) > 2) or words[0],
        "language": language,
        "limit": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(str(_STATEMENTS["find"]), parameters)
        return tuple(Found(*row) for row in cursor.fetchall())


def _mended(word: str, language: str) -> str:
    known = _lexicon(language)
    if len(word) < 4 or word in known:
        return word
    return next(iter(get_close_matches(word, known, n=1, cutoff=_ALIKE)), word)


@functools.cache
def _lexicon(language: str) -> tuple[str, ...]:
    """The words of titles and of what people also say."""
    texts = " ".join(f"{one.title} {one.also}" for one in written(language)).casefold()
    return tuple(sorted({word for word in re.findall(r"[^\W\d_]+", texts) if len(word) > 3}))


@dataclass(frozen=True, slots=True)
class Said:
    """What readers said of a question: how many answered, and how many of them were helped."""

    slug: str
    answers: int
    helped: int


@dataclass(frozen=True, slots=True)
class NotFound:
    """Words that were looked for in vain, and how often."""

    language: str
    text: str
    times: int


def opinions(first_day: date, last_day: date) -> list[Said]:
    """Of every question that anybody spoke of, both days included; the most talked of first."""
    with connection.cursor() as cursor:
        cursor.execute(str(_STATEMENTS["opinions"]), {"first_day": first_day, "last_day": last_day})
        return [Said(*row) for row in cursor.fetchall()]


def not_found(first_day: date, last_day: date, *, limit: int = 100) -> list[NotFound]:
    """Searches in vain, both days included; the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(str(_STATEMENTS["not_found"]), {"first_day": first_day, "last_day": last_day, "limit": limit})
        return [NotFound(*row) for row in cursor.fetchall()]
