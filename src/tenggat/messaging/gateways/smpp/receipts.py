"""Delivery receipts as they come: the optional parameters, the text of Appendix B, and what SMSCs make of either."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from tenggat.messaging.gateways import Fate, Receipt
from tenggat.messaging.gateways.smpp.settings import Ids

_KIND, _FINAL, _INTERMEDIATE = 0x3C, 0x04, 0x20
"""Of esm_class: the bits that tell what a deliver_sm is, and the two kinds that are about a message of ours."""

MARK = 0x0204
"""user_message_reference: 16 bits of ours that an SMSC may give back."""

_ID_GIVEN, _STATE_GIVEN = 0x001E, 0x0427  # receipted_message_id, message_state
_STATES = ("", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD")
_FATES = {
    "DELIVRD": Fate.DELIVERED,
    "EXPIRED": Fate.FAILED,
    "DELETED": Fate.FAILED,
    "UNDELIV": Fate.FAILED,
    "REJECTD": Fate.FAILED,
}  # whatever else it says: under way, as far as anybody knows
_FIELD = re.compile(r"\b(id|stat|err|submit date|done date)\s*:\s*([^\s:]+)", re.IGNORECASE)
_TEXT = re.compile(r"\btext\s*:", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]{2,10}")
_ERROR = re.compile(r"[0-9A-Za-z]{1,5}")
_ID = re.compile(r"[!-~]{1,65}")
_NUMBER = re.compile(r"\+?([0-9]{5,15})")
_BASES: dict[Ids, int] = {"hex": 16, "decimal": 10}


class _Optional(Protocol):
    @property
    def tag(self) -> int: ...
    @property
    def value(self) -> bytes: ...


def canonical(gateway_id: str, ids: Ids) -> str:
    """An id as it is compared: the number in decimal where it is one, else as it stands."""
    if ids == "text" or not gateway_id.isalnum():
        return gateway_id
    try:
        return str(int(gateway_id, _BASES[ids]))
    except ValueError:
        return gateway_id


def read(
    *, esm_class: int, source: str, text: bytes, optionals: Sequence[_Optional], ids: Ids, zone: str
) -> Receipt | None:
    """What a deliver_sm tells of a message of ours; None where it is none, or names no message."""
    given = {optional.tag: optional.value for optional in optionals}
    kind = esm_class & _KIND
    if kind not in (_FINAL, _INTERMEDIATE) and _ID_GIVEN not in given:
        return None  # somebody wrote to us; words of theirs that look like a receipt are none
    fields = _fields(text) if kind in (_FINAL, _INTERMEDIATE) else {}
    named = given.get(_ID_GIVEN, b"").split(b"\0")[0].decode("latin-1") or fields.get("id", "")
    if not _ID.fullmatch(named):
        return None
    stat = _state(given) or fields.get("stat", "").upper()
    stat = stat if _WORD.fullmatch(stat) else ""
    error = fields.get("err", "")
    number = _NUMBER.fullmatch(source)
    mark = given.get(MARK, b"")
    return Receipt(
        gateway_id=canonical(named, ids),
        fate=Fate.UNDERWAY if kind == _INTERMEDIATE else _FATES.get(stat, Fate.UNDERWAY),
        code=":".join(part for part in (stat, error if _ERROR.fullmatch(error) else "") if part),
        to=f"+{number[1]}" if number else "",
        at=_moment(fields.get("done date", ""), zone),
        mark=int.from_bytes(mark, "big") if len(mark) == 2 else None,
        submitted=_moment(fields.get("submit date", ""), zone),
    )


def _fields(text: bytes) -> dict[str, str]:
    """The fields of Appendix B, the first of each; what follows `text:` is our own message again."""
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(_TEXT.split(text.decode("latin-1"), maxsplit=1)[0]):
        found.setdefault(name.lower(), value)
    return found


def _state(given: Mapping[int, bytes]) -> str:
    value = given.get(_STATE_GIVEN, b"")
    return _STATES[value[0]] if len(value) == 1 and value[0] < len(_STATES) else ""


def _moment(date: str, zone: str) -> datetime | None:
    if not zone or not re.fullmatch(r"[0-9]{10}(?:[0-9]{2})?", date):
        return None
    try:
        moment = datetime.strptime(date.ljust(12, "0"), "%y%m%d%H%M%S")  # noqa: DTZ007 -- its zone comes next
        return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
