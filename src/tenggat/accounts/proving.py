"""What a person has proven to read, and how long it has been in use without a silence."""

from datetime import datetime, timedelta
from uuid import UUID

from tenggat.accounts.models import Contact
from tenggat.foundation import database, sql

_SQL = sql.load("tenggat.accounts", "accounts.sql")

SILENCE = timedelta(days=90)
"""After so long without use, an address counts as new: operators give numbers to others."""

STEADY = timedelta(hours=72)
"""For so long an address must have been in use before what it proves takes effect at once."""


def note_contact(*, person_id: UUID, channel: str, fingerprint: UUID, now: datetime) -> None:
    """A person has just read what was sent to an address."""
    noted = {
        "person": person_id, "channel": channel, "fingerprint": fingerprint, "now": now,
        "silent_since": now - SILENCE,
    }  # fmt: skip
    database.execute(_SQL["proven_contact"], noted)


def is_steady(*, person_id: UUID, channel: str, fingerprint: UUID, now: datetime) -> bool:
    """Whether an address has been in use for STEADY, without a silence, up to now."""
    return Contact.objects.filter(
        person_id=person_id,
        channel=channel,
        fingerprint=fingerprint,
        steady_since_at__lte=now - STEADY,
        last_used_at__gte=now - SILENCE,
    ).exists()
