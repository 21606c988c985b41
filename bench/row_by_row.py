"""The verbs of a night as a careful programmer would write them with the ORM: one person, one transaction."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from bench import world
from tenggat.foundation.actors import ENGINE
from tenggat.journal.models import Event
from tenggat.ledger.models import Entry
from tenggat.messaging.models import Message
from tenggat.registry.models import BlacklistEntry
from tenggat.waves.models import Participation


def revoke(*, limit: int) -> int:
    """Revoke up to `limit` people; gives how many."""
    due = Participation.objects.filter(state="accepted", first_purchase_at=None, deadline_at__lte=world.NIGHT)
    people = list(due.order_by("deadline_at", "person_id").values_list("person_id", "wave_id")[:limit])
    return sum(_revoke_one(person_id, wave) for person_id, wave in people)


@transaction.atomic
def _revoke_one(person_id: UUID, wave: int) -> bool:
    participation = Participation.objects.select_for_update().get(person_id=person_id, wave_id=wave)
    if participation.state != "accepted" or participation.first_purchase_at is not None:
        return False
    if participation.held_until is not None and participation.held_until > world.NIGHT:
        return False
    _write(participation, participation.balance, participation.training_balance)
    participation.state, participation.ended_at = "revoked", world.NIGHT
    participation.balance = participation.training_balance = 0
    participation.save(update_fields=["state", "ended_at", "balance", "training_balance"])
    return True


def _write(participation: Participation, balance: int, training: int) -> None:
    now, person_id, wave = world.NIGHT, participation.person_id, participation.wave_id
    BlacklistEntry.objects.create(person_id=person_id, since_at=now, source="deadline", reason="no first training")
    Entry.objects.create(
        person_id=person_id,
        wave=wave,
        kind="returned",
        amount=-balance,
        training=-training,
        reference="run 1",
        occurred_at=now,
        recorded_at=now,
    )
    Event.objects.create(
        person_id=person_id,
        wave=wave,
        kind="revoked",
        from_state="accepted",
        to_state="revoked",
        occurred_at=participation.deadline_at or now,
        recorded_at=now,
        actor=str(ENGINE),
        details={"run": 1},
    )
    Message.objects.create(
        person_id=person_id,
        wave=wave,
        step="revoked",
        channel=participation.channel,
        deadline_version=participation.deadline_version,
        deadline_at=participation.deadline_at or now,
        not_before=now,
        expires_at=now + timedelta(days=7),
        skip_if_bought=False,
        planned_at=now,
    )
