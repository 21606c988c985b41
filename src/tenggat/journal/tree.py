"""The digests of a seal, as pure functions: what the database seals is checked by these without one.

A leaf is one journal row, as text. The leaves of one person stand in one twig, by the second byte of the person_id;
twigs of one branch share the first byte. So one row is proved by the leaves of its twig, the twigs of its branch and
the branches: a small file, however large the seal. Acts concern no person and have a group of their own.

Each kind of digest begins with a byte of its own, so that none can be passed off as another.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby

LEAF, TWIG, BRANCH, ACTS, ROOT, SEAL = (bytes((kind,)) for kind in range(6))
LENGTH = 32  # bytes of a digest
FIRST = "0" * 2 * LENGTH
"""What the first seal names as the digest of the one before it."""

Numbered = Iterable[tuple[int, bytes]]
"""Digests of twigs or branches, each with its byte of the person_id, in the order of the bytes."""


def leaf(text: str) -> bytes:
    """The digest of one journal row."""
    return sha256(LEAF + text.encode()).digest()


def twig(leaves: Iterable[bytes]) -> bytes:
    """The digest of rows whose person_id begins with the same two bytes, in the order of (person_id, event_id)."""
    return sha256(TWIG + b"".join(leaves)).digest()


def branch(twigs: Numbered) -> bytes:
    """The digest of rows whose person_id begins with the same byte."""
    return sha256(BRANCH + join(twigs)).digest()


def acts(leaves: Iterable[bytes]) -> bytes:
    """The digest of the acts of a seal, in the order of their act_id."""
    return sha256(ACTS + b"".join(leaves)).digest()


def root(branches: bytes, acts_digest: bytes) -> str:
    """The digest of all rows of a seal; `branches` as `join` puts them together."""
    return sha256(ROOT + branches + acts_digest).hexdigest()


def join(numbered: Numbered) -> bytes:
    """Each digest behind its byte."""
    return b"".join(bytes((number,)) + digest for number, digest in numbered)


def parts(joined: bytes) -> list[tuple[int, bytes]]:
    """What `join` has put together."""
    size = 1 + LENGTH
    return [(joined[at], joined[at + 1 : at + size]) for at in range(0, len(joined), size)]


def twigs(leaves: Iterable[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """The twigs of a branch, of all its leaves in the order of (person_id, event_id), each with its second byte."""
    return [
        (second, twig(digest for _, digest in group)) for second, group in groupby(leaves, key=lambda pair: pair[0])
    ]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal says: its number, the digest of the one before, its snapshot, how many rows, their root, and when."""

    seal_id: int
    previous: str
    snapshot: str
    rows: int
    root: str
    sealed_at: datetime

    @property
    def moment(self) -> str:
        """When, as the text has it: ISO 8601 in UTC, to the microsecond."""
        return self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")

    @property
    def text(self) -> str:
        """The text whose digest closes the seal: a JSON array."""
        return json.dumps([self.seal_id, self.previous, self.snapshot, self.rows, self.root, self.moment])

    @property
    def digest(self) -> str:
        """The digest of the seal: the next seal names it as the one before."""
        return sha256(SEAL + self.text.encode()).hexdigest()
