"""Bringing the ciphertext of card numbers under the current key."""

from collections.abc import Callable

from tenggat.foundation.keys import Keys
from tenggat.foundation.sql import load
from tenggat.registry.rotation import SLICE, rotate


def rotate_cards(*, keys: Keys, progress: Callable[[int], None] | None = None, size: int = SLICE) -> int:
    """Encrypt anew every card number that is not under the current key; gives how many there were.

    Each slice is a transaction of its own: after an interruption, the next call does what is left.
    """
    sql = load("tenggat.waves", "waves.sql")
    return rotate(
        find=sql["cards_to_rotate"], store=sql["store_cards"], keys=keys, progress=progress, size=size
    )
