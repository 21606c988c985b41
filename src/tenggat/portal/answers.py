"""An answer as a page shows it: the programme's values filled in, Markdown made HTML."""

import functools
from collections.abc import Mapping
from datetime import datetime

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

from tenggat.help.fields import filled, values
from tenggat.pages import words
from tenggat.rules.programme import Programme

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def fields(programme: Programme, *, now: datetime) -> dict[str, str]:
    """The fields of answers in the language that is active."""
    found = values(programme, now=now)
    until = words.clock(int(found["until_hour"]), int(found["until_minute"]))
    told = {name: _told(name, value, programme.currency) for name, value in found.items()}
    return {**told, "until": until}


def _told(name: str, value: int | str, currency: str) -> str:
    if isinstance(value, str):
        return value
    return words.money(value, currency) if name.startswith("rupiah_") else words.count(value)


def answer(body: str, told: Mapping[str, str]) -> SafeString:
    """The HTML of an answer."""
    return _html(filled(body, told))


@functools.lru_cache(maxsize=512)
def _html(text: str) -> SafeString:
    rendered: str = _MARKDOWN.render(text)
    return SafeString(rendered)  # the package's own texts, and the renderer lets no HTML through
