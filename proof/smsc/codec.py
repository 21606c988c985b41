"""As much of SMPP 3.4 as an SMSC needs, by hand: headers, strings that end in a zero, optional parameters."""

import struct
from typing import NamedTuple

GENERIC_NACK = 0x80000000
BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 0x1, 0x2, 0x9
SUBMIT_SM, DELIVER_SM, UNBIND, ENQUIRE_LINK = 0x4, 0x5, 0x6, 0x15
RESPONSE = 0x80000000

OK, BAD_COMMAND, BAD_BIND, BAD_ADDRESS, BAD_PASSWORD, THROTTLED = 0x0, 0x3, 0x4, 0xB, 0xE, 0x58

MARK, RECEIPTED_ID, MESSAGE_STATE = 0x0204, 0x001E, 0x0427
"""Optional parameters: user_message_reference, receipted_message_id, message_state."""

_HEADER = struct.Struct(">IIII")
_TLV = struct.Struct(">HH")
_LONGEST = 65536


class Broken(Exception):  # noqa: N818 -- what came was no SMPP; the connection ends
    """What came is no PDU."""


class Pdu(NamedTuple):
    """One unit off the wire."""

    command: int
    status: int
    sequence: int
    body: bytes


class Submitted(NamedTuple):
    """The fields of a submit_sm that a ledger or a receipt needs; numbers as strings, `until` as it came."""

    source: str
    to: str
    until: str
    wants_receipt: bool
    coding: int
    text: bytes
    mark: int | None


def split(buffer: bytearray) -> list[Pdu]:
    """Take the whole units off the front of the buffer. Raises Broken."""
    found, start = [], 0
    while len(buffer) - start >= _HEADER.size:
        length, command, status, sequence = _HEADER.unpack_from(buffer, start)
        if not _HEADER.size <= length <= _LONGEST:
            raise Broken
        if len(buffer) - start < length:
            break
        found.append(Pdu(command, status, sequence, bytes(buffer[start + _HEADER.size : start + length])))
        start += length
    del buffer[:start]
    return found


def pdu(command: int, sequence: int, body: bytes = b"", *, status: int = OK) -> bytes:
    """One unit for the wire."""
    return _HEADER.pack(_HEADER.size + len(body), command, status, sequence) + body


def bind_fields(body: bytes) -> tuple[str, str]:
    """The system_id and the password of a bind. Raises Broken."""
    system_id, at = _string(body, 0)
    password, _ = _string(body, at)
    return system_id, password


def submitted(body: bytes) -> Submitted:
    """Read a submit_sm. Raises Broken."""
    try:
        _, at = _string(body, 0)
        source, at = _string(body, at + 2)
        to, at = _string(body, at + 2)
        _, at = _string(body, at + 3)
        until, at = _string(body, at)
        receipt, coding, length = body[at], body[at + 2], body[at + 4]
    except IndexError:
        raise Broken from None
    text = body[at + 5 : at + 5 + length]
    mark = optional(body, at + 5 + length).get(MARK)
    return Submitted(source, to, until, bool(receipt & 1), coding, text, int.from_bytes(mark) if mark else None)


def optional(body: bytes, at: int) -> dict[int, bytes]:
    """The optional parameters from there to the end."""
    found = {}
    while at + _TLV.size <= len(body):
        tag, length = _TLV.unpack_from(body, at)
        found[tag] = body[at + _TLV.size : at + _TLV.size + length]
        at += _TLV.size + length
    return found


def receipt(*, source: str, to: str, text: str, optionals: dict[int, bytes]) -> bytes:
    """The body of a deliver_sm that carries a receipt (esm_class 0x04)."""
    words = text.encode("ascii")
    return b"".join(
        (
            b"\0\1\1" + source.encode("latin-1") + b"\0",
            b"\5\0" + to.encode("latin-1") + b"\0",
            b"\4\0\0\0\0\0\0\0\0",
            bytes([len(words)]) + words,
            *(_TLV.pack(tag, len(value)) + value for tag, value in optionals.items()),
        )
    )


def _string(body: bytes, at: int) -> tuple[str, int]:
    end = body.find(b"\0", at)
    if end < 0:
        raise Broken
    return body[at:end].decode("latin-1"), end + 1
