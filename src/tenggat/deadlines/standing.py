"""Holds that go on: who comes into the scope of one later -- imported, announced, extended -- is held by it as well.

The engine carries every hold in force out again before it decides anybody; whom it holds already is passed over.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from tenggat.deadlines.deciding import carry_out
from tenggat.deadlines.models import Decision
from tenggat.foundation.actors import Actor
from tenggat.rules.programme import Programme


def in_force(*, cutoff_at: datetime) -> QuerySet[Decision]:
    """The holds that a run with this cut-off has to respect, in the order in which they were decided."""
    return Decision.objects.filter(kind="hold", lifted_at=None, until_at__gt=cutoff_at).order_by("decision_id")


def sweep(*, programme: Programme, cutoff_at: datetime, now: datetime, actor: Actor) -> int:
    """Carry the holds in force out for whoever came since; gives how many participations that were."""
    return sum(
        _again(decision_id, programme, now=now, actor=actor)
        for decision_id in list(in_force(cutoff_at=cutoff_at).values_list("decision_id", flat=True))
    )


@transaction.atomic
def _again(decision_id: int, programme: Programme, *, now: datetime, actor: Actor) -> int:
    """Locked, so that it cannot be lifted while it is carried out."""
    decision = Decision.objects.select_for_update().get(decision_id=decision_id)
    return carry_out(decision, programme, now=now, actor=actor).affected if decision.lifted_at is None else 0
