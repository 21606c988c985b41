"""Fingerprints by the hundred thousand: what Keys.fingerprint gives, as bytes, in a quarter of the time."""

from collections.abc import Iterable
from hashlib import sha256

from tenggat.foundation.keys import Keys

_BLOCK = 64  # bytes of SHA-256


def fingerprints(keys: Keys, kind: str, numbers: Iterable[str]) -> list[bytes]:
    """The fingerprint (16 bytes) of each number; a test holds this and Keys.fingerprint together.

    An HMAC begins with two blocks that are the secret's alone (RFC 2104): they are digested once.
    """
    secret = keys.secret.ljust(_BLOCK, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in secret) + f"{kind}:".encode())
    outer = sha256(bytes(byte ^ 0x5C for byte in secret))
    found = []
    for number in numbers:
        first, second = inner.copy(), outer.copy()
        first.update(number.encode())
        second.update(first.digest())
        sign = bytearray(second.digest()[:16])
        sign[6] = sign[6] & 0x0F | 0x80
        sign[8] = sign[8] & 0x3F | 0x80
        found.append(bytes(sign))
    return found
