"""Receipts: an inbox that keeps each word once, and what the words say of the messages, in batches, the surest last.

A receipt may come twice, too early, in the wrong order, or for no message of ours. In Indonesia receipts are
unreliable: nothing that is decided about a person depends on one.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.messaging.gateways import Receipt
from tenggat.messaging.outbox import Key, key_columns, outward

PATIENCE = timedelta(minutes=10)
"""How long a receipt may wait for the answer that names its message: receipts overtake answers."""

BATCH = 5000

LONGEST = 200
"""Characters of a gateway's name for a message, here and on the message: Meta's may have so many."""

_SQL = sql.load("tenggat.messaging", "receipts.sql")


def stand_in(address: str) -> str:
    """What a message has for the gateway's name while the answer that would have told it is lost."""
    return "?" + hashlib.sha256(address.encode()).hexdigest()[:32]


def take_in(route: str, told: Sequence[Receipt], *, now: datetime) -> int:
    """Write receipts into the inbox; gives how many are new. Safe to call again with the same."""
    if not told:
        return 0
    digests = {_digest(route, receipt): receipt for receipt in told}
    receipts = list(digests.values())
    columns = {
        "digest": list(digests),
        "gateway_id": [_stored(receipt.gateway_id) for receipt in receipts],
        "fate": [receipt.fate.value for receipt in receipts],
        "code": [_stored(receipt.code) for receipt in receipts],
        "reference": [_stored(receipt.reference) for receipt in receipts],
        "address": [_stored(receipt.to) for receipt in receipts],
        "at": [receipt.at for receipt in receipts],
    }
    return database.execute(_SQL["take_in"], {**columns, "route": route, "now": now})


def apply(*, now: datetime) -> int:
    """Go through the inbox once; gives how many receipts are done with. What finds no message yet stays in it."""
    done = after = 0
    while True:
        taken, applied, after = _apply(after, now=now)
        done += applied
        if taken < BATCH:
            return done


@transaction.atomic
def _apply(after: int, *, now: datetime) -> tuple[int, int, int]:
    taken = database.rows(_SQL["take_inbox"], {"after_receipt": after, "size": BATCH})
    if not taken:
        return 0, 0, after
    applied = _tell([row[0] for row in taken], now=now)
    rest = [row for row in taken if row[0] not in applied]
    if rest and _name_found(rest, now=now):
        applied |= _tell([row[0] for row in rest], now=now)
    left = [row[0] for row in rest if row[0] not in applied]
    nobodys = database.execute(_SQL["nobodys"], {"receipts": left, "now": now, "patience_ends": now - PATIENCE})
    return len(taken), len(applied) + nobodys, taken[-1][0]


def _tell(receipts: list[int], *, now: datetime) -> set[int]:
    return {row[0] for row in database.rows(_SQL["tell_named"], {"receipts": receipts, "now": now})}


def _name_found(receipts: list[tuple[int, str, str, str, datetime]], *, now: datetime) -> int:
    """Give messages whose answer was lost the name that a receipt to their address carries.

    With our reference only the message that has it. Without, only where one alone can be meant, and only when whatever
    was under way as the receipt came has been answered: it may be that one's, ahead of its answer.
    """
    ripe = [row[:4] for row in receipts if row[3] and (row[2] or row[4] < now - PATIENCE)]
    by_address = {(route, stand_in(address)) for _, route, _, address in ripe}
    if not by_address:
        return 0
    routes, stand_ins = (sorted(set(column)) for column in zip(*by_address, strict=True))
    lost: dict[tuple[str, str], list[Key]] = {}
    for *key, route, name in database.rows(_SQL["candidates"], {"routes": routes, "stand_ins": stand_ins}):
        lost.setdefault((route, name), []).append(Key(*key))
    found: dict[Key, int] = {}
    for receipt, route, reference, address in ripe:
        meant = [key for key in lost.get((route, stand_in(address)), ()) if outward(key).startswith(reference)]
        if len(meant) == 1:
            found.setdefault(meant[0], receipt)
    if not found:
        return 0
    return database.execute(_SQL["name_found"], {**key_columns(list(found)), "receipts": list(found.values())})


def _digest(route: str, receipt: Receipt) -> bytes:
    words = (route, receipt.gateway_id, receipt.fate.value, receipt.code, receipt.reference, receipt.to)
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).digest()


def _stored(text: str) -> str:
    """What the database can keep of a text that came from outside, at most LONGEST characters."""
    return text.replace("\0", "")[:LONGEST].encode("utf-8", "replace").decode()
