"""Holds and extensions: what an officer decides about deadlines, carried out in one transaction.

A decision reaches whom it would have reached had it been carried out at its effective time: who was revoked meanwhile
is reinstated (I2). The statements stand in decided.sql and undoing.sql, the rule for one person in rules/deadlines.py.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from psycopg.types.json import Jsonb

from tenggat.deadlines import undoing
from tenggat.deadlines.models import Decision
from tenggat.deadlines.naming import check_moments, named
from tenggat.deadlines.scopes import Scope, scope_of
from tenggat.foundation import database, sql
from tenggat.foundation.actors import Actor
from tenggat.foundation.refusals import Refusal
from tenggat.journal import actions as journal
from tenggat.rules.programme import Programme
from tenggat.training.late import reconsider
from tenggat.waves.models import Participation, Wave
from tenggat.waves.queries import spending_ends
from tenggat.waves.refusals import WaveUnknown
from tenggat.waves.states import OPEN_END

_SQL = sql.load("tenggat.deadlines", "decided.sql")
_ROOMS = ("in_scope_table", "affected_table", "forget_in_scope", "forget_affected")


class NotAnnounced(Refusal):
    """What has no deadline cannot be extended."""

    code = "not_announced"


class SpendingOver(Refusal):
    """A deadline past the end of spending helps nobody."""

    code = "spending_over"


class DecisionUnknown(Refusal):
    """There is no decision of that number."""

    code = "decision_unknown"


class NothingToLift(Refusal):
    """No purchase of the person waits to be resolved."""

    code = "nothing_to_lift"


class CannotBeLifted(Refusal):
    """It is no hold, or it was lifted before."""

    code = "cannot_be_lifted"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, how many participations it changed, and how many of those were revoked before.

    `in_scope` is how many it is about and could have changed.
    """

    decision: Decision
    affected: int
    reinstated: int
    in_scope: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What is decided: about whom, until when and from when on, why, by whom, and who approved it ("": nobody)."""

    scope: Scope
    until: datetime
    effective_at: datetime
    reason: str
    by: str
    approved_by: str


@transaction.atomic
def hold(*, terms: Terms, programme: Programme, now: datetime, actor: Actor) -> Decided:
    """Let nobody of the scope be revoked before `until`, also who joins it later. The deadline stays.

    Raises WaveUnknown, NameUnusable, ReasonMissing, SamePerson, MomentRefused.
    """
    check_moments(until=terms.until, effective_at=terms.effective_at, now=now, must_come=True)
    return _decide("hold", terms, programme, now=now, actor=actor)


@transaction.atomic
def extend(*, terms: Terms, programme: Programme, now: datetime, actor: Actor) -> Decided:
    """Give the scope a later deadline: `until` is the first instant that is too late. None is ever shortened.

    Purchases that were too late for the old deadline and are not for the new one count from now on. Raises WaveUnknown,
    NotAnnounced, SpendingOver, NameUnusable, ReasonMissing, SamePerson, MomentRefused.
    """
    check_moments(until=terms.until, effective_at=terms.effective_at, now=now, must_come=False)
    wave = terms.scope.wave
    if wave is not None and Wave.objects.filter(number=wave, deadline_at=None).exists():
        raise NotAnnounced(f"Wave {wave} has no deadline yet: announce it, then it can be extended.")
    done = _decide("extension", terms, programme, now=now, actor=actor)
    _refuse_past_spending(terms, programme)
    _carry_on(done.decision, programme, now=now, actor=actor)
    return done


def _refuse_past_spending(terms: Terms, programme: Programme) -> None:
    changed = {wave for (wave,) in database.rows(_SQL["waves_changed"])} | {terms.scope.wave}
    for wave, ends_at in spending_ends(programme).items():
        if wave in changed and ends_at < terms.until:
            raise SpendingOver(
                f"The training balance of wave {wave} can be spent before {ends_at.isoformat()} only: a later deadline "
                "helps nobody; give an earlier --until.",
                wave=wave,
            )


def _decide(kind: str, terms: Terms, programme: Programme, *, now: datetime, actor: Actor) -> Decided:
    decided_by, approved_by, reason = named(terms.by, terms.approved_by, reason=terms.reason)
    scope = terms.scope
    if kind == "extension" or scope.person_id is None:
        _lock_waves(scope)
    decision = Decision.objects.create(
        kind=kind,
        scope=scope.kind,
        person_id=scope.person_id,
        wave=scope.wave,
        source=scope.source,
        effective_at=terms.effective_at,
        until_at=terms.until,
        decided_at=now,
        reason=reason,
        decided_by=decided_by,
        approved_by=approved_by,
    )
    done = carry_out(decision, programme, now=now, actor=actor)
    details = _about(decision) | {"affected": done.affected, "reinstated": done.reinstated}
    journal.act(kind=f"{kind}_decided", occurred_at=terms.effective_at, now=now, actor=actor, details=details)
    return done


def _carry_on(decision: Decision, programme: Programme, *, now: datetime, actor: Actor) -> None:
    """An extension written down before, that began after the old deadline, may begin before the new one (I2).

    So may another one before that one's: it goes on until nobody's deadline moves any more.
    """
    for (decision_id,) in database.rows(_SQL["go_on_with"], {"until": decision.until_at}):
        earlier = Decision.objects.get(decision_id=decision_id)
        carry_out(earlier, programme, now=now, actor=actor)
        _carry_on(earlier, programme, now=now, actor=actor)


def carry_out(decision: Decision, programme: Programme, *, now: datetime, actor: Actor) -> Decided:
    """Do what a decision says to everybody of its scope to whom it has not been done yet."""
    for room in _ROOMS:
        database.execute(_SQL[room])
    until = decision.until_at.isoformat()
    story = {"decision": decision.decision_id, "reason": "decision", "reference": str(decision.decision_id)}
    parameters: dict[str, Any] = {
        **scope_of(decision).parameters,
        "reference": str(decision.decision_id),
        "effective": decision.effective_at,
        "until": decision.until_at,
        "open_end": OPEN_END,
        "now": now,
        "actor": str(actor),
    }
    in_scope = database.execute(_SQL["find_in_scope"], parameters)
    if not in_scope and decision.kind == "hold":
        return Decided(decision, 0, 0, 0)
    _look_at("in_scope")
    database.execute(_SQL["find_held" if decision.kind == "hold" else "find_extended"], parameters)
    _look_at("affected")
    [(affected, reinstated)] = database.rows(_SQL["changed"])
    if reinstated:
        undoing.undo(
            reason=f"decision {decision.decision_id}: {decision.reason}",
            reference=f"decision {decision.decision_id}",
            details={"decision": decision.decision_id},
            now=now,
            actor=actor,
        )
    if decision.kind == "hold":
        database.execute(_SQL["hold_affected"], {**parameters, "details": Jsonb(story | {"until": until})})
    else:
        _extend(parameters, Jsonb({"decision": decision.decision_id, "deadline_at": until}), programme, now, actor)
    if reinstated:
        undoing.tell(programme=programme, now=now)
    return Decided(decision, affected, reinstated, in_scope)


def _extend(parameters: dict[str, Any], details: Jsonb, programme: Programme, now: datetime, actor: Actor) -> None:
    database.execute(_SQL["extend_affected"], {**parameters, "details": details})
    database.execute(_SQL["count_bought"], parameters)
    if parameters["whole_waves"]:
        database.execute(_SQL["extend_waves"], parameters)
    if people := database.rows(_SQL["with_late_purchases"], parameters):
        reconsider(people=people, programme=programme, now=now, actor=actor)


@transaction.atomic
def lift(*, decision_id: int, reason: str, by: str, now: datetime, actor: Actor) -> Decided:
    """End a hold; whoever nothing else holds is decided by the next run.

    Raises DecisionUnknown, CannotBeLifted, NameUnusable, ReasonMissing.
    """
    lifted_by, _, reason = named(by, "", reason=reason)
    decision = Decision.objects.select_for_update().filter(decision_id=decision_id).first()
    if decision is None:
        raise DecisionUnknown(f"There is no decision {decision_id}; tenggat decisions lists them.")
    if decision.kind != "hold":
        raise CannotBeLifted(f"Decision {decision_id} is an extension: what was promised to people stays.")
    if decision.lifted_at is not None:
        raise CannotBeLifted(f"Decision {decision_id} was lifted before, by {decision.lifted_by}.")
    for room in _ROOMS:
        database.execute(_SQL[room])
    parameters = {"reference": str(decision_id), "person": decision.person_id, "now": now, "actor": str(actor)}
    in_scope = database.execute(_SQL["find_held_by"], parameters)
    details = Jsonb({"decision": decision_id, "reason": "decision", "reference": str(decision_id)})
    affected = database.execute(_SQL["lift_hold"], {**parameters, "details": details, "open_end": OPEN_END})
    decision.lifted_at, decision.lifted_by, decision.lifted_reason = now, lifted_by, reason
    decision.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    told = _about(decision) | {"by": lifted_by, "affected": affected}
    journal.act(kind="hold_lifted", occurred_at=now, now=now, actor=actor, details=told)
    return Decided(decision, affected, 0, in_scope)


def _look_at(room: Literal["in_scope", "affected"]) -> None:
    """The planner has no idea of how many people a temporary table has."""
    database.execute(_SQL[f"look_at_{room}"])


@transaction.atomic
def lift_waiting(*, person_id: UUID, reason: str, by: str, now: datetime, actor: Actor) -> int:
    """Let the next run decide somebody whose purchase could not be resolved, or was taken back and told late.

    That decision the engine leaves to a human; whoever is to keep the place is given a hold or an extension instead.
    Gives how many holds ended. Raises NameUnusable, ReasonMissing, NothingToLift.
    """
    author, _, why = named(by, "", reason=reason)
    # before a slice or a purchase looks at the same row, or after it
    list(Participation.objects.select_for_update().filter(person_id=person_id).values_list("wave"))
    details = Jsonb({"by": author, "why": why})
    parameters = {"person": person_id, "details": details, "open_end": OPEN_END, "now": now, "actor": str(actor)}
    lifted = database.execute(_SQL["lift_waiting"], parameters)
    if not lifted:
        raise NothingToLift(
            "No purchase of this person waits to be resolved; a hold that somebody decided is lifted by its number: "
            "tenggat decisions lists them."
        )
    return lifted


def _lock_waves(scope: Scope) -> None:
    if not database.rows(_SQL["lock_waves"], scope.parameters) and scope.wave is not None:
        raise WaveUnknown(scope.wave)


def _about(decision: Decision) -> dict[str, Any]:
    return {
        "decision": decision.decision_id,
        "scope": decision.scope,
        "wave": decision.wave,
        "source": decision.source,
        "until": decision.until_at.isoformat(),
        "by": decision.decided_by,
        "approved_by": decision.approved_by,
    }
