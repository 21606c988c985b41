"""Giving a place back before the deadline, by the person's own wish: no revocation, and the money returns."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenggat.foundation.actors import Actor
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Event
from tenggat.ledger.models import Entry
from tenggat.messaging.models import Message
from tenggat.registry.actions import reason_of
from tenggat.registry.models import BlacklistEntry
from tenggat.registry.queries import standing
from tenggat.rules.journey import MOVES
from tenggat.rules.programme import Programme
from tenggat.waves.models import HouseholdSeat, Participation

WITHDRAWAL = "withdrawal"
"""The source of a blacklist entry that a withdrawal makes, where the programme file says so."""


class NotWithdrawn(Refusal):
    """There is no place to give back, or not any more. `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc]  # one class, several reasons


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The person, the wave, what returned (whole rupiah), and whether the person is barred from now on."""

    person_id: UUID
    wave: int
    returned: int
    blacklisted: bool


@transaction.atomic
def withdraw(*, person_id: UUID, reason: str, programme: Programme, now: datetime, actor: Actor) -> Withdrawn:
    """Give the place back: the money returns, the seat of the family card is free, what was still to be sent is not.

    Only before the deadline, and before anything is bought: the row is locked, so that a purchase or a run comes
    before this or after it. A purchase that a platform tells of later finds no participation and is refused there.
    Raises ReasonMissing, ReasonUnusable, NotWithdrawn (`no_withdrawal`, `not_accepted`, `deadline_over`).
    """
    why = reason_of(reason)
    rule = programme.withdrawal(now.astimezone(programme.zone).date())
    if rule is None:
        raise NotWithdrawn("no_withdrawal", "The programme has no rule by which a place can be given back today.")
    participation = _locked(person_id, now=now)
    returned = _return_money(participation, now=now)
    HouseholdSeat.objects.filter(person_id=person_id, wave=participation.wave_id).delete()
    Message.objects.filter(person_id=person_id, wave=participation.wave_id, state="planned").update(state="cancelled")
    if rule.blacklists and not standing(person_id=person_id).blacklisted:
        BlacklistEntry.objects.create(person_id=person_id, since_at=now, source=WITHDRAWAL, reason=why)
    Event.objects.create(
        person_id=person_id,
        wave=participation.wave_id,
        kind="withdrawn",
        from_state=participation.state,
        to_state=MOVES["withdraw"].after.value,
        occurred_at=now,
        recorded_at=now,
        actor=str(actor),
        details={"reason": why, "returned": returned, "blacklisted": rule.blacklists},
    )
    participation.state = MOVES["withdraw"].after.value
    participation.ended_at = now
    participation.balance = participation.training_balance = 0
    participation.save(update_fields=["state", "ended_at", "balance", "training_balance"])
    return Withdrawn(person_id, participation.wave_id, returned, rule.blacklists)


def _locked(person_id: UUID, *, now: datetime) -> Participation:
    found = Participation.objects.select_for_update().filter(person_id=person_id, state="accepted").first()
    if found is None or found.first_purchase_at is not None:
        message = "Only a place with which nothing has been bought yet can be given back: look the person up."
        raise NotWithdrawn("not_accepted", message)
    if found.deadline_at is not None and found.deadline_at <= now:
        message = "The deadline is over: a place can only be given back before it. The next run decides."
        raise NotWithdrawn("deadline_over", message)
    return found


def _return_money(participation: Participation, *, now: datetime) -> int:
    if participation.balance:
        Entry.objects.create(
            person_id=participation.person_id,
            wave=participation.wave_id,
            kind="returned",
            amount=-participation.balance,
            training=-participation.training_balance,
            reference="withdrawn",
            occurred_at=now,
            recorded_at=now,
        )
    return participation.balance
