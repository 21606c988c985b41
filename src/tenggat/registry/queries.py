"""Reads of the registry."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tenggat.foundation import database, sql
from tenggat.registry.models import BlacklistEntry, NikKey, Person

_SQL = sql.load("tenggat.registry", "registry.sql")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a person is on the blacklist; `since` and `reason` of the entry in force."""

    blacklisted: bool
    since: datetime | None = None
    reason: str | None = None


class Reached(NamedTuple):
    """Somebody whom an address reaches."""

    person_id: UUID
    name: str


def people_at(*, channel: str, address: str) -> list[Reached]:
    """Everybody with this mobile number (`sms`, E.164) or e-mail address (`email`); a family may share one."""
    name = "people_by_email" if channel == "email" else "people_by_phone"
    return [Reached(*row) for row in database.rows(_SQL[name], {"address": address})]


def person_of(*, fingerprint: UUID) -> UUID | None:
    """The person whom a NIK (as a fingerprint) leads to today, or None."""
    return NikKey.objects.filter(fingerprint=fingerprint, until_at=None).values_list("person_id", flat=True).first()


def name_of(*, person_id: UUID) -> str:
    """What a person is called; "" where that is not known."""
    return Person.objects.filter(person_id=person_id).values_list("name", flat=True).first() or ""


def standing(*, person_id: UUID | None) -> Standing:
    """Whether somebody is on the blacklist; nobody unknown is."""
    entry = BlacklistEntry.objects.filter(person_id=person_id, lifted_at=None).first() if person_id else None
    if entry is None:
        return Standing(blacklisted=False)
    return Standing(blacklisted=True, since=entry.since_at, reason=entry.reason)
