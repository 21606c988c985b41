"""Reads of the registry."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenggat.registry.models import BlacklistEntry, NikKey


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a person is on the blacklist; `since` and `reason` of the entry in force."""

    blacklisted: bool
    since: datetime | None = None
    reason: str | None = None


def person_of(*, fingerprint: UUID) -> UUID | None:
    """The person whom a NIK (as a fingerprint) leads to today, or None."""
    return (
        NikKey.objects.filter(fingerprint=fingerprint, until_at=None)
        .values_list("person_id", flat=True)
        .first()
    )


def standing(*, person_id: UUID | None) -> Standing:
    """Whether somebody is on the blacklist; nobody unknown is."""
    entry = BlacklistEntry.objects.filter(person_id=person_id, lifted_at=None).first() if person_id else None
    if entry is None:
        return Standing(blacklisted=False)
    return Standing(blacklisted=True, since=entry.since_at, reason=entry.reason)
