"""Writing down what happened. Each verb runs inside the transaction of the change it records."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tenggat.foundation.actors import Actor
from tenggat.journal.models import Act, Event


def record(
    *,
    person_id: UUID,
    kind: str,
    occurred_at: datetime,
    now: datetime,
    actor: Actor,
    wave: int | None = None,
    moved: tuple[str | None, str] | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one event of one person; `moved` is the state left and the state reached."""
    before, after = moved or (None, None)
    Event.objects.create(
        person_id=person_id,
        wave=wave,
        kind=kind,
        from_state=before,
        to_state=after,
        occurred_at=occurred_at,
        recorded_at=now,
        actor=str(actor),
        details=details,
    )


def act(*, kind: str, occurred_at: datetime, now: datetime, actor: Actor, details: Mapping[str, Any]) -> None:
    """Write one act of the programme that concerns no single person."""
    Act.objects.create(kind=kind, occurred_at=occurred_at, recorded_at=now, actor=str(actor), details=dict(details))
