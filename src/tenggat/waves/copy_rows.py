"""Rows in PostgreSQL's binary COPY format, made ahead of time and filtered at the last moment.

A value is its length (4 bytes) and its bytes; a row is the number of its values (2 bytes) and the values.
"""

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
UUID_LENGTH = (16).to_bytes(4)

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_TEXT_OID = 25


def columns(count: int) -> bytes:
    """The beginning of a row."""
    return count.to_bytes(2)


_SIZES = tuple(length.to_bytes(4) for length in range(512))


def size(length: int) -> bytes:
    """The length of a value as it stands before it."""
    return _SIZES[length] if length < 512 else length.to_bytes(4)


def raw(value: bytes) -> bytes:
    """A bytea, a UUID's bytes, or text as UTF-8."""
    return size(len(value)) + value


def text(value: str | None) -> bytes:
    """A text or NULL."""
    if value is None:
        return NULL
    written = value.encode()
    return size(len(written)) + written


def whole(value: int, width: int) -> bytes:
    """A smallint (2), integer (4) or bigint (8)."""
    return raw(value.to_bytes(width, signed=True))


def moment(value: datetime | None) -> bytes:
    """A timestamptz or NULL."""
    return NULL if value is None else whole((value - _EPOCH) // _MICROSECOND, 8)


@lru_cache(maxsize=1 << 17)
def day(value: date | None) -> bytes:
    """A date or NULL."""
    return NULL if value is None else whole(value.toordinal() - _FIRST_DAY, 4)


@lru_cache(maxsize=1 << 12)
def texts(values: tuple[str, ...]) -> bytes:
    """A text[]."""
    head = bytes(8) + _TEXT_OID.to_bytes(4)
    if not values:
        return raw(head)
    sizes = (1).to_bytes(4) + bytes(4) + _TEXT_OID.to_bytes(4) + len(values).to_bytes(4) + (1).to_bytes(4)
    return raw(sizes + b"".join(map(text, values)))


def document(value: dict[str, Any] | None) -> bytes:
    """A jsonb or NULL."""
    return NULL if value is None else raw(b"\x01" + json.dumps(value).encode())


@dataclass(slots=True)
class Rows:
    """Finished rows of one table, in the order in which they are written.

    `ends` has where each row ends in `data`; `order` the place in the file's chunk that each row belongs to.
    """

    data: bytes | bytearray
    ends: "array[int]"
    order: "array[int]"

    def of(self, kept: Sequence[int]) -> bytes:
        """The rows of those places in the chunk that are marked with 1."""
        if all(kept):
            return bytes(self.data)
        starts = (0, *self.ends)
        return b"".join(
            self.data[start:end]
            for start, end, place in zip(starts, self.ends, self.order, strict=False)
            if kept[place]
        )

    def row(self, place: int) -> bytes:
        """The row of one place."""
        start, end = self._bounds(place)
        return bytes(self.data[start:end])

    def replace(self, place: int, row: bytes) -> None:
        """Put another row of the same length where a place's row stands."""
        start, end = self._bounds(place)
        assert len(row) == end - start
        self.data = bytearray(self.data)
        self.data[start:end] = row

    def _bounds(self, place: int) -> tuple[int, int]:
        at = self.order.index(place)
        return self.ends[at - 1] if at else 0, self.ends[at]


def gather(rows: Sequence[bytes], order: "array[int]") -> Rows:
    """Rows by place in the chunk, put in order and joined."""
    ordered = [rows[place] for place in order]
    return Rows(b"".join(ordered), array("I", accumulate(map(len, ordered))), order)
