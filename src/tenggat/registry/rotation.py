"""Bringing ciphertext under the current key, a slice at a time."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tenggat.foundation.keys import Keys
from tenggat.foundation.sql import Statement, load

SLICE = 1_000  # persons locked at once


def rotate_identities(*, keys: Keys, progress: Callable[[int], None] | None = None, size: int = SLICE) -> int:
    """Encrypt anew every identity that is not under the current key; gives how many there were.

    Each slice is a transaction of its own: after an interruption, the next call does what is left.
    """
    sql = load("tenggat.registry", "registry.sql")
    return rotate(
        find=sql["identities_to_rotate"],
        store=sql["store_identities"],
        keys=keys,
        progress=progress,
        size=size,
    )


def rotate(
    *,
    find: Statement,
    store: Statement,
    keys: Keys,
    progress: Callable[[int], None] | None = None,
    size: int = SLICE,
) -> int:
    """The loop of a rotation: `find` gives (person_id, wave, cipher) after a key, `store` takes them back."""
    done, after = 0, (UUID(int=0), 0)
    while found := _rotate_slice(find, store, keys, after, size):
        done, after = done + len(found), found[-1]
        if progress is not None:
            progress(done)
    return done


def _rotate_slice(
    find: Statement, store: Statement, keys: Keys, after: tuple[UUID, int], size: int
) -> list[tuple[UUID, int]]:
    with transaction.atomic(), connection.cursor() as cursor:
        asked: dict[str, Any] = {
            "person_id": after[0],
            "wave": after[1],
            "version": keys.current,
            "size": size,
        }
        cursor.execute(str(find), asked)
        rows = cursor.fetchall()
        ciphers = []
        for person_id, _, cipher in rows:
            plain = keys.decrypt(bytes(cipher), owner=person_id.bytes)
            ciphers.append(keys.encrypt(plain, owner=person_id.bytes))
        people, waves = [row[0] for row in rows], [row[1] for row in rows]
        cursor.execute(str(store), {"people": people, "waves": waves, "ciphers": ciphers})
        return list(zip(people, waves, strict=True))
