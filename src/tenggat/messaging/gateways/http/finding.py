"""Where something stands in an answer: a path into JSON (`messages.0.id`), or `re:` and a pattern with one group."""

import json
import re
from functools import lru_cache

from tenggat.messaging.gateways import GatewayUnusable
from tenggat.messaging.gateways.reading import at, parsed

_PATTERN = "re:"


class Found:
    """A text in which places can be looked up; JSON is read once, and only where a path asks for it."""

    def __init__(self, text: str, document: object = None) -> None:
        self.text = text
        self._document = document

    def at(self, place: str) -> str:
        """What stands there, as text; "" where nothing does, or the place is none."""
        if place.startswith(_PATTERN):
            found = re.search(place.removeprefix(_PATTERN), self.text)
            return (found[1] or "").strip() if found else ""
        value = self.value(place) if place else None
        return "" if value is None or isinstance(value, (dict, list)) else _plain(value)

    def value(self, place: str) -> object:
        """The JSON value at a path; the whole document at ""."""
        if self._document is None:
            self._document = parsed(self.text)
        steps = place.split(".") if place else []
        return at(self._document, *(int(step) if step.isdecimal() else step for step in steps))


@lru_cache(maxsize=64)
def check_place(place: str) -> None:
    """Raises GatewayUnusable."""
    if place.startswith(_PATTERN):
        try:
            groups = re.compile(place.removeprefix(_PATTERN)).groups
        except re.error:
            groups = 0
        if groups != 1:
            raise GatewayUnusable(f"A place that begins with {_PATTERN} needs a pattern with exactly one group.")


def _plain(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
