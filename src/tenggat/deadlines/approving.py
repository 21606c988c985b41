"""The brake's answer: two different people let a run go that waits."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from tenggat.deadlines.models import Approval, Run
from tenggat.foundation.actors import Actor
from tenggat.foundation.refusals import Refusal
from tenggat.journal import actions as journal
from tenggat.registry.actions import signed
from tenggat.rules.brake import APPROVALS


class RunUnknown(Refusal):
    """There is no run of that number."""

    code = "run_unknown"


class RunNotWaiting(Refusal):
    """The run waits for nobody: it was approved before, or the brake never stopped it."""

    code = "run_not_waiting"


class ApprovedBefore(Refusal):
    """One person counts once."""

    code = "approved_before"


@transaction.atomic
def approve(*, run_id: int, by: str, now: datetime, actor: Actor) -> tuple[Run, int]:
    """Write one person's approval down; with the second the run may go. Gives the run and how many have approved.

    Raises RunUnknown, RunNotWaiting, NameUnusable, ApprovedBefore.
    """
    name = signed(by, "An approval")
    person = "".join(by.split()).casefold()
    run = Run.objects.select_for_update().filter(run_id=run_id).first()
    if run is None:
        raise RunUnknown(f"There is no run {run_id}; tenggat revoke says which one waits.")
    if run.state != "waiting":
        raise RunNotWaiting(f"Run {run_id} waits for no approval: it is {run.state}.")
    if run.approval_set.filter(person=person).exists():
        raise ApprovedBefore(f"{name} has approved run {run_id} before; the other approval must be somebody else's.")
    Approval.objects.create(run=run, name=name, person=person, approved_at=now)
    approvals = run.approval_set.count()
    details = {"run": run_id, "by": name, "approvals": approvals, "expected": run.expected}
    journal.act(kind="run_approved", occurred_at=now, now=now, actor=actor, details=details)
    if approvals >= APPROVALS:
        run.state = "open"
        run.save(update_fields=["state"])
    return run, approvals


def answer_brake(*, run_id: int, now: datetime, actor: Actor) -> None:
    """Approve as two officers who exist in a sandbox only, or as the one whom an interrupted call has left out.

    Raises RunUnknown, RunNotWaiting.
    """
    for by in ("first sandbox officer", "second sandbox officer"):
        with suppress(ApprovedBefore):
            approve(run_id=run_id, by=by, now=now, actor=actor)
