"""How a text travels as SMS: in which alphabet, and cut into which segments (3GPP TS 23.038 and 23.040).

The GSM 7-bit default alphabet counts septets: 160 in a lone segment, 153 in each of several. A character of its
extension table counts two, an escape and itself, and both lie in one segment. A text with any other character goes as
UCS-2 and counts UTF-16 units: 70, or 67 in each of several; the two halves of a surrogate pair lie in one segment.
"""

from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters of one septet."""

EXTENDED = frozenset("^{}\\[~]|€\f")
"""Characters of two septets."""

_ALPHABET = BASIC | EXTENDED
_LIMITS = {"gsm7": (160, 153), "ucs2": (70, 67)}


@dataclass(frozen=True, slots=True)
class Sms:
    """A text as it travels: its alphabet, and its segments in order, which together are the text."""

    alphabet: Literal["gsm7", "ucs2"]
    segments: tuple[str, ...]

    @property
    def plain(self) -> bool:
        """Whether it is one segment in the alphabet that every telephone has."""
        return self.alphabet == "gsm7" and len(self.segments) == 1


def outside(text: str) -> list[str]:
    """Give the characters that the GSM alphabet lacks, each once, in order of code."""
    return sorted(set(text) - _ALPHABET)


def length(text: str) -> int:
    """Count septets, or UTF-16 units where the GSM alphabet lacks a character."""
    if _ALPHABET.issuperset(text):
        return len(text) + sum(letter in EXTENDED for letter in text)
    return len(text) + sum(letter > "\uffff" for letter in text)


def split(text: str) -> Sms:
    """Cut a text into as few segments as it can travel in; a text of nothing travels in one."""
    alphabet: Literal["gsm7", "ucs2"] = "gsm7" if _ALPHABET.issuperset(text) else "ucs2"
    alone, each = _LIMITS[alphabet]
    if length(text) <= alone:
        return Sms(alphabet, (text,))
    segments, start, filled = [], 0, 0
    for at, letter in enumerate(text):
        size = 2 if (letter in EXTENDED if alphabet == "gsm7" else letter > "\uffff") else 1
        if filled + size > each:
            segments.append(text[start:at])
            start, filled = at, 0
        filled += size
    return Sms(alphabet, (*segments, text[start:]))
