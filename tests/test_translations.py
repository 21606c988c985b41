"""Every text of the pages has its Indonesian, compiled as it is written."""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[1] / "src" / "tenggat"
ROOMS = sorted(file.parents[3].name for file in SOURCE.glob("*/locale/id/LC_MESSAGES/django.po"))
_CALLED = re.compile(
    r"""\b(?:gettext|gettext_lazy|ngettext|ngettext_lazy|_)\(\s*u?(['"])((?:\\.|(?!\1).)+)\1""", re.DOTALL
)


def catalogue(room: str) -> gettext.GNUTranslations:
    with (SOURCE / room / "locale" / "id" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def texts(room: str) -> Iterator[tuple[Path, str]]:
    """What the templates and the code of a room ask to be told."""
    for file in sorted((SOURCE / room).rglob("*.html")):
        for _, text in _CALLED.findall(templatize(file.read_text("utf-8"))):
            yield file, text.replace('\\"', '"').replace("\\'", "'")
    for file in sorted((SOURCE / room).rglob("*.py")):
        if "tests" not in file.parts:
            for _, text in _CALLED.findall(file.read_text("utf-8")):
                yield file, text


def test_the_pages_are_among_the_rooms_that_speak() -> None:
    assert {"pages", "portal"} <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_has_its_indonesian(room: str) -> None:
    known = catalogue(room)
    found = list(texts(room))
    assert found
    for file, text in found:
        told = known.gettext(text) != text or known.ngettext(text, text, 1) != text
        assert told, f"{file.name}: {text!r} has no Indonesian; call scripts/write-translations"


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_compiled_is_what_is_written(room: str) -> None:
    written = (SOURCE / room / "locale" / "id" / "LC_MESSAGES" / "django.po").read_text("utf-8")
    assert "fuzzy" not in written
    known = catalogue(room)
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', written, re.MULTILINE)
    assert pairs
    for text, told in pairs:
        plain, said = (one.replace('\\"', '"').replace("\\n", "\n") for one in (text, told))
        assert said, f"{room}: {plain!r} has no Indonesian"
        assert known.gettext(plain) == said, f"{room}: {plain!r}: scripts/write-translations"
