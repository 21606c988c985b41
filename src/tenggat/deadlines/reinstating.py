"""An officer's decision brings a revoked person back: with a reason, a name, and time to buy."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from tenggat.deadlines.models import Run
from tenggat.foundation.actors import Actor
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Event
from tenggat.ledger.models import Entry
from tenggat.messaging.models import Message
from tenggat.messaging.planning import notice_channels
from tenggat.registry.actions import reason_of, signed
from tenggat.registry.models import BlacklistEntry
from tenggat.registry.queries import standing
from tenggat.rules.deadlines import deadline_at
from tenggat.rules.journey import MOVES, State, allowed
from tenggat.rules.programme import Programme
from tenggat.rules.reminders import notice
from tenggat.waves.entitlement import deadline_details
from tenggat.waves.models import Participation
from tenggat.waves.states import NOT_LIVE


class NotRevoked(Refusal):
    """Only who was revoked can be reinstated."""

    code = "not_revoked"


@dataclass(frozen=True, slots=True)
class Reinstated:
    """The person, the deadline that now holds, what is committed again (whole rupiah), and who else still bars them."""

    person_id: UUID
    wave: int
    deadline_at: datetime
    deadline_version: int
    balance: int
    blacklisted: bool
    """By an officer's own entry, which this decision does not lift."""


@transaction.atomic
def reinstate(
    *, person_id: UUID, reason: str, by: str, programme: Programme, now: datetime, actor: Actor
) -> Reinstated:
    """Undo a revocation: the money is committed again, the blacklist entry lifted, the person told.

    A deadline that is still ahead is restored; one that is over is renewed, counted by the programme's rule from the
    day of the decision, under a new version. That is a new clock: a purchase that was kept as late stays late, also
    where the new deadline lies after it. (Whoever bought in time is reinstated by the purchase itself.)
    Raises NameUnusable, ReasonMissing, ReasonUnusable, NotRevoked, NotInForce.
    """
    name, why = signed(by, "A reinstatement"), reason_of(reason)
    participation = _locked(person_id)
    run = participation.run_id
    if run is not None:  # whoever releases the run's seats counts before this or after it, never in between
        Run.objects.select_for_update().get(run_id=run)
    deadline, clock = _deadline(participation, programme, now=now)
    _give_back(participation, now=now)
    BlacklistEntry.objects.filter(person_id=person_id, source="deadline", lifted_at=None).update(
        lifted_at=now, lifted_reason=why
    )
    Event.objects.create(
        person_id=person_id,
        wave=participation.wave_id,
        kind="reinstated",
        from_state=State.REVOKED.value,
        to_state=State.ACCEPTED.value,
        occurred_at=now,
        recorded_at=now,
        actor=str(actor),
        details={"by": name, "reason": why, "run": run} | clock,
    )
    _tell(participation, deadline, programme, now=now)
    return Reinstated(
        person_id,
        participation.wave_id,
        deadline,
        participation.deadline_version,
        participation.balance,
        standing(person_id=person_id).blacklisted,
    )


def _locked(person_id: UUID) -> Participation:
    """The participation, locked, so that a purchase told late and this decision do not both bring it back."""
    found = Participation.objects.select_for_update().filter(person_id=person_id).exclude(state__in=NOT_LIVE).first()
    if found is None:
        raise NotRevoked("This person takes part in no wave: there is nothing to reinstate.")
    if not allowed(State(found.state), "reinstate"):
        raise NotRevoked(
            f"This person is {found.state}, not revoked: there is nothing to reinstate.", state=found.state
        )
    return found


def _deadline(
    participation: Participation, programme: Programme, *, now: datetime
) -> tuple[datetime, dict[str, object]]:
    """The deadline that holds from now on, set on the participation, and what the journal says of it."""
    before = participation.deadline_at
    assert before is not None  # the database revokes nobody without one
    deadline, clock = before, dict[str, object]()
    if before <= now:
        deadline = deadline_at(programme, starts_at=now)
        participation.deadline_at = deadline
        participation.deadline_version += 1
        clock = {"starts_at": now.isoformat(), "before": before.isoformat()}
    return deadline, clock | deadline_details(deadline, participation.deadline_version)


def _give_back(participation: Participation, *, now: datetime) -> None:
    """What the revocation returned is committed again; the books say what is left."""
    books = Entry.objects.filter(person_id=participation.person_id, wave=participation.wave_id)
    returned = books.filter(kind="returned").aggregate(amount=Sum("amount"), training=Sum("training"))
    if returned["amount"]:
        Entry.objects.create(
            person_id=participation.person_id,
            wave=participation.wave_id,
            kind="returned",
            amount=-returned["amount"],
            training=-returned["training"],
            reference="reinstated",
            occurred_at=now,
            recorded_at=now,
        )
    left = books.aggregate(amount=Sum("amount"), training=Sum("training"))
    participation.state = MOVES["reinstate"].after.value
    participation.ended_at = participation.run_id = None
    participation.balance, participation.training_balance = left["amount"] or 0, left["training"] or 0
    participation.save(
        update_fields=[
            "state", "ended_at", "run_id", "balance", "training_balance", "deadline_at", "deadline_version",
        ]
    )  # fmt: skip


def _tell(participation: Participation, deadline: datetime, programme: Programme, *, now: datetime) -> None:
    """The notice of the revocation is not sent if it has not been; that of the reinstatement is planned."""
    who = {"person_id": participation.person_id, "wave": participation.wave_id}
    Message.objects.filter(**who, step="revoked", state="planned").update(state="cancelled")
    if participation.channel in notice_channels(programme, "reinstated"):
        window = notice(programme, at=now, zone=participation.time_zone)
        message = Message(
            **who,
            step="reinstated",
            channel=participation.channel,
            deadline_version=participation.deadline_version,
            deadline_at=deadline,
            not_before=window.not_before,
            expires_at=window.expires_at,
            skip_if_bought=False,
            planned_at=now,
        )
        Message.objects.bulk_create([message], ignore_conflicts=True)  # once per deadline version
