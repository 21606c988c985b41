"""The end of spending, in slices of one transaction each. What a slice does stands in spending.sql.

It waits as a revocation does: for the settlement time, and for every required feed, so that a purchase made in time
and told late finds the balance it needs. Should one come later still, its money is committed again
(training/purchases.sql).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.foundation.actors import Actor
from tenggat.journal import actions as journal
from tenggat.rules.programme import Programme
from tenggat.waves.queries import spending_ends

SLICE = 1000

_SQL = sql.load("tenggat.deadlines", "spending.sql")


@dataclass(frozen=True, slots=True)
class SpentOver:
    """People whose unused training balance returned when spending was over, and how much it was in whole rupiah."""

    people: int = 0
    returned: int = 0


def unspent(*, programme: Programme, cutoff_at: datetime) -> SpentOver:
    """What a run with this cut-off would return."""
    waves = list(_over(programme, cutoff_at))
    return SpentOver(*database.rows(_SQL["unspent"], {"waves": waves})[0]) if waves else SpentOver()


def give_back(*, programme: Programme, cutoff_at: datetime, now: datetime, actor: Actor) -> SpentOver:
    """Return it, from the first person on; what an interrupted call has returned stays returned."""
    ends = _over(programme, cutoff_at)
    if not unspent(programme=programme, cutoff_at=cutoff_at).people:
        return SpentOver()
    parameters: dict[str, Any] = {
        "waves": list(ends),
        "spending_waves": list(ends),
        "spending_ends": list(ends.values()),
        "rule_digest": programme.digest,
        "size": SLICE,
        "now": now,
        "actor": str(actor),
    }
    people = returned = 0
    after: tuple[UUID, int] | None = (UUID(int=0), 0)
    while after is not None:
        with transaction.atomic():
            where = {"after_person": after[0], "after_wave": after[1]}
            found = database.one(_SQL["return_slice"], {**parameters, **where})
        after = (found[2], found[3]) if found else None
        if found:
            people, returned = people + found[0], returned + found[1]
    details = {"waves": list(ends), "people": people, "returned": returned}
    journal.act(kind="training_returned", occurred_at=cutoff_at, now=now, actor=actor, details=details)
    return SpentOver(people, returned)


def _over(programme: Programme, cutoff_at: datetime) -> dict[int, datetime]:
    return {wave: ends_at for wave, ends_at in spending_ends(programme).items() if ends_at <= cutoff_at}
