"""The questions as files of this package: questions/LANGUAGE/TOPIC.md, in one order for both languages.

# The topic
## The question, as people ask it?
slug: its-address
also: other words, by which people look for it

The answer in Markdown, with {fields} for whatever the programme file knows.
"""

import functools
import re
from dataclasses import dataclass
from importlib.resources import files

TOPICS = ("deadline", "buying", "sign-in", "money", "after", "safety")
_FORM = re.compile(r"(?P<title>[^\n]+)\nslug: (?P<slug>[a-z0-9-]+)\nalso: (?P<also>[^\n]+)\n\n(?P<body>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """A question as it stands in a file."""

    language: str
    topic: str
    slug: str
    title: str
    also: str
    body: str


@functools.cache
def written(language: str) -> tuple[Written, ...]:
    """All questions of a language in their order. Raises ValueError where a file is not of the form."""
    return tuple(one for topic in TOPICS for one in _of_file(language, topic))


def _of_file(language: str, topic: str) -> list[Written]:
    text = files(__package__).joinpath("questions", language, f"{topic}.md").read_text("utf-8")
    head, *questions = re.split(r"^## ", text, flags=re.MULTILINE)
    if not head.startswith("# "):
        raise ValueError(f"{language}/{topic}.md must begin with a line: # Topic")
    return [_one(language, head[2:].strip(), question) for question in questions]


def _one(language: str, topic: str, text: str) -> Written:
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{language}: {text.splitlines()[0]!r} needs a slug, a line of other words, and an answer")
    return Written(language, topic, found["slug"], found["title"].strip(), found["also"], found["body"].strip())
