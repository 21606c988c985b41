"""Planning reminders: the rule says when (rules/reminders.py), one statement per step plans them for everyone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.messaging.planning import zones_of
from tenggat.rules.programme import Programme, Step
from tenggat.rules.reminders import schedule

AHEAD = timedelta(hours=24)
"""`remind` plans what falls due within a day, so that a daily call never misses a step."""

_SQL = sql.load("tenggat.deadlines", "reminders.sql")
_STATES = {"all": ["accepted", "bought", "completed"], "not_bought": ["accepted"]}
_SLACK = timedelta(days=2)  # zones differ, and the day of H-n begins before 24 hours ahead


@dataclass(slots=True)
class Planned:
    """Messages planned per step (0 where all stood already), and people of those steps whom no channel reaches."""

    messages: dict[str, int] = field(default_factory=dict)
    unreachable: dict[str, int] = field(default_factory=dict)


def plan_reminders(*, programme: Programme, now: datetime, dry_run: bool = False) -> Planned:
    """Plan what falls due within 24 hours. A dry run runs the same statements and takes them back."""
    planned = Planned()
    with transaction.atomic():
        steps = [step for step in programme.steps if step.days_before is not None]
        deadlines = _coming_deadlines(steps, now=now)
        for step in steps:
            _plan(programme, step, deadlines, planned, now=now)
        database.execute(_SQL["cancel_outdated"], {"steps": [step.name for step in steps]})
        if dry_run:
            transaction.set_rollback(True)
    return planned


def _coming_deadlines(steps: list[Step], *, now: datetime) -> list[datetime]:
    if not steps:
        return []
    horizon = now + timedelta(days=max(step.days_before or 0 for step in steps)) + AHEAD + _SLACK
    return [row[0] for row in database.rows(_SQL["coming_deadlines"], {"now": now, "horizon": horizon})]


def _plan(programme: Programme, step: Step, deadlines: list[datetime], planned: Planned, *, now: datetime) -> None:
    windows = [
        (deadline, zone, window.not_before, window.expires_at)
        for deadline in deadlines
        for zone in zones_of(programme)
        if (window := schedule(programme, step, deadline_at=deadline, zone=zone, now=now))
        and window.not_before <= now + AHEAD
    ]
    planned.messages[step.name] = planned.unreachable[step.name] = 0
    if not windows:
        return
    columns = [list(column) for column in zip(*windows, strict=True)]
    schedules = dict(zip(("deadlines", "zones", "not_before", "expires_at"), columns, strict=True))
    people = {"states": _STATES[step.audience], "channels": list(step.channels)}
    planned.messages[step.name] = database.execute(
        _SQL["plan_reminder"],
        {**schedules, **people, "step": step.name, "skip_if_bought": step.skip_if_bought, "now": now},
    )
    planned.unreachable[step.name] = database.rows(_SQL["unreachable"], {"deadlines": columns[0], **people})[0][0]
