"""Receipts: an inbox that keeps each word once, and what the words say of the messages, in batches, the surest last.

A receipt may come twice, too early, in the wrong order, or for no message of ours. In Indonesia receipts are
unreliable: nothing that is decided about a person depends on one.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.messaging.gateways import Receipt, mark
from tenggat.messaging.outbox import Key, key_columns, outward

PATIENCE = timedelta(minutes=10)
"""How long a receipt may wait for the answer that names its message: receipts overtake answers."""

HALF_A_DAY = timedelta(hours=12)
"""A gateway's date of a message lies not further from ours: more than clocks are apart, or a wrong zone makes."""

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
        "mark": [receipt.mark for receipt in receipts],
        "submitted_at": [receipt.submitted for receipt in receipts],
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


class _Row(NamedTuple):
    """A receipt of the inbox."""

    receipt_id: int
    route: str
    reference: str
    mark: int | None
    address: str
    submitted_at: datetime | None
    received_at: datetime

    @property
    def place(self) -> tuple[str, str]:
        return self.route, stand_in(self.address)

    def may_mean(self, key: Key, claimed_at: datetime) -> bool:
        """Whether nothing that it tells speaks against this message to its address."""
        outside = outward(key)
        return (
            outside.startswith(self.reference)
            and self.mark in (None, mark(outside))
            and (self.submitted_at is None or abs(self.submitted_at - claimed_at) <= HALF_A_DAY)
        )


@transaction.atomic
def _apply(after: int, *, now: datetime) -> tuple[int, int, int]:
    taken = [_Row._make(row) for row in database.rows(_SQL["take_inbox"], {"after_receipt": after, "size": BATCH})]
    if not taken:
        return 0, 0, after
    # Looked for before the names are: what is answered in between has its name then.
    routes = sorted({row.route for row in taken if row.address})
    busy = {(route, stand_in(to)) for route, to in database.rows(_SQL["under_way"], {"routes": routes}) if to}
    applied = _tell([row.receipt_id for row in taken], now=now)
    rest = [row for row in taken if row.receipt_id not in applied and row.place not in busy]
    if rest and _name_found(rest, now=now):
        applied |= _tell([row.receipt_id for row in rest], now=now)
    left = [row.receipt_id for row in rest if row.receipt_id not in applied]
    nobodys = database.execute(_SQL["nobodys"], {"receipts": left, "now": now, "patience_ends": now - PATIENCE})
    return len(taken), len(applied) + nobodys, taken[-1].receipt_id


def _tell(receipts: list[int], *, now: datetime) -> set[int]:
    return {row[0] for row in database.rows(_SQL["tell_named"], {"receipts": receipts, "now": now})}


def _name_found(receipts: Sequence[_Row], *, now: datetime) -> int:
    """Give messages whose answer was lost the name that a receipt to their address carries.

    Only where one alone can be meant: by our reference, or the 16 bits of it that came back, and by the gateway's date.
    Without anything of our reference only when whatever was under way as the receipt came has long been answered: the
    number may have changed hands since.
    """
    ripe = [
        row
        for row in receipts
        if row.address and (row.reference or row.mark is not None or row.received_at < now - PATIENCE)
    ]
    if not ripe:
        return 0
    routes, stand_ins = (sorted(set(column)) for column in zip(*(row.place for row in ripe), strict=True))
    lost: dict[tuple[str, str], list[tuple[Key, datetime]]] = {}
    for *key, route, name, claimed_at in database.rows(_SQL["candidates"], {"routes": routes, "stand_ins": stand_ins}):
        lost.setdefault((route, name), []).append((Key(*key), claimed_at))
    found: dict[Key, int] = {}
    for row in ripe:
        meant = [key for key, claimed_at in lost.get(row.place, ()) if row.may_mean(key, claimed_at)]
        if len(meant) == 1:
            found.setdefault(meant[0], row.receipt_id)
    if not found:
        return 0
    return database.execute(_SQL["name_found"], {**key_columns(list(found)), "receipts": list(found.values())})


def _digest(route: str, receipt: Receipt) -> bytes:
    words = (route, receipt.gateway_id, receipt.fate.value, receipt.code, receipt.reference, receipt.to)
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).digest()


def _stored(text: str) -> str:
    """What the database can keep of a text that came from outside, at most LONGEST characters."""
    return text.replace("\0", "")[:LONGEST].encode("utf-8", "replace").decode()
