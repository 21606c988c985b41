"""Journal rows of nobody in particular, with fixed moments."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tenggat.foundation.actors import Actor
from tenggat.journal.actions import act
from tenggat.journal.models import Event

NOW = datetime(2020, 10, 31, 17, tzinfo=UTC)
OFFICER = Actor("officer", "test")
AYU = UUID("11aa0000-0000-8000-8000-000000000001")
BUDI = UUID("11bb0000-0000-8000-8000-000000000002")
CITRA = UUID("cc000000-0000-8000-8000-000000000003")


def event(person: UUID = AYU, kind: str = "accepted", **more: Any) -> None:
    """One event of a person."""
    Event.objects.create(
        person_id=person, wave=10, kind=kind, to_state=kind, occurred_at=NOW, recorded_at=NOW, actor="test", **more
    )


def deed(kind: str = "wave_opened") -> None:
    """One act of the programme."""
    act(kind=kind, occurred_at=NOW, now=NOW, actor=OFFICER, details={"wave": 10})


def as_insider(statement: str, *values: Any) -> None:
    """What the tables' owner can do, who may switch the guards off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")
