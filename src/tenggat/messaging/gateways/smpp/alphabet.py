"""Texts as octets, one segment long: the GSM 7-bit default alphabet (3GPP TS 23.038), Latin-1 or UCS-2."""

import codecs

from tenggat.messaging.gateways.smpp.settings import Alphabet

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = dict(zip("\f^{}\\[~]|€", (0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65), strict=True))
_GSM7 = {ord(letter): bytes([code]) for code, letter in enumerate(_BASIC) if letter != "\x1b"}
_GSM7.update({ord(letter): bytes([0x1B, code]) for letter, code in _EXTENSION.items()})

CODING: dict[Alphabet, int] = {"gsm7": 0, "latin-1": 3, "ucs2": 8}
"""data_coding of each alphabet."""

_LONGEST: dict[Alphabet, int] = {"gsm7": 160, "latin-1": 140, "ucs2": 140}


class Unsendable(ValueError):  # noqa: N818 -- an answer, as a refusal is
    """A text that one segment cannot carry; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def encode(text: str, alphabet: Alphabet) -> bytes:
    """The octets of one segment; GSM letters unpacked, one to an octet. Raises Unsendable."""
    try:
        if alphabet == "gsm7":
            octets = codecs.charmap_encode(text, "strict", _GSM7)[0]
        else:
            octets = text.encode("latin-1" if alphabet == "latin-1" else "utf-16-be")
    except UnicodeEncodeError:
        raise Unsendable("alphabet") from None
    if len(octets) > _LONGEST[alphabet]:
        raise Unsendable("too_long")
    return octets
