"""Writing down what happened. Each verb runs inside the transaction of the change it records."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tenggat.foundation.actors import Actor
from tenggat.journal.models import Act


def act(*, kind: str, occurred_at: datetime, now: datetime, actor: Actor, details: Mapping[str, Any]) -> None:
    """Write one act of the programme that concerns no single person."""
    Act.objects.create(kind=kind, occurred_at=occurred_at, recorded_at=now, actor=str(actor), details=dict(details))
