"""Fingerprints by the hundred thousand: what Keys.fingerprint gives, as bytes, in a third of the time."""

import hmac
from collections.abc import Iterable

from tenggat.foundation.keys import Keys


def fingerprints(keys: Keys, kind: str, numbers: Iterable[str]) -> list[bytes]:
    """The fingerprint (16 bytes) of each number; a test holds this and Keys.fingerprint together."""
    secret, digest, prefix = keys.secret, hmac.digest, f"{kind}:"
    found = []
    for number in numbers:
        sign = bytearray(digest(secret, (prefix + number).encode(), "sha256")[:16])
        sign[6] = sign[6] & 0x0F | 0x80
        sign[8] = sign[8] & 0x3F | 0x80
        found.append(bytes(sign))
    return found
