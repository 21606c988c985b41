"""Reading a JSON file that somebody hands in, whatever is in it: each value is asked for with its type."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

LARGEST = 64 * 1024 * 1024
"""Bytes: a thousand times what a case needs."""

T = TypeVar("T")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


class Disagrees(Exception):  # noqa: N818 -- an answer about a file
    """The first thing that is not as it should be, in a sentence."""


def read_json(path: Path, what: str) -> Any:
    """The document in a file. Raises Disagrees: none, or one that two readers could read differently; OSError."""
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise Disagrees(f"The file is no {what}: it is larger than {LARGEST // 1024 // 1024} MB")
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Disagrees(f"The file is no {what}: it is not JSON, or says something twice") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def typed(value: object, kind: type[T], where: str) -> T:
    """The value, if it is of that type exactly (a truth value is no number). Raises Disagrees."""
    if type(value) is not kind:
        raise Disagrees(f"{where} is missing, or not what it should be")
    return value


def get(mapping: dict[str, Any], name: str, kind: type[T], where: str = "the file") -> T:
    """A member of an object. Raises Disagrees."""
    return typed(mapping.get(name), kind, f"{name!r} of {where}")


def objects(mapping: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects. Raises Disagrees."""
    return [typed(one, dict, f"a member of {name!r}") for one in get(mapping, name, list)]


def digest(value: object, where: str) -> bytes:
    """A digest, as it was written: 64 small hexadecimal digits. Raises Disagrees."""
    text = typed(value, str, where)
    if len(text) != 64 or not _HEX.fullmatch(text):
        raise Disagrees(f"{where} is no digest")
    return bytes.fromhex(text)


def moment(value: object, where: str) -> datetime:
    """An instant in UTC; one without an offset is in UTC already, as sealed rows have it. Raises Disagrees."""
    try:
        found = datetime.fromisoformat(typed(value, str, where))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Disagrees(f"{where} is no moment") from None
