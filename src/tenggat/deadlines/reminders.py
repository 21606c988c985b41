"""Planning reminders: the rule says when (rules/reminders.py), one statement per step plans them for everyone."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from typing import Any

from tenggat.foundation import database, sql
from tenggat.foundation.database import Parameters
from tenggat.foundation.keys import Keys
from tenggat.foundation.side_by_side import HALVES, in_one_piece
from tenggat.messaging.planning import zones_of
from tenggat.rules.programme import Programme, Step
from tenggat.rules.reminders import schedule

AHEAD = timedelta(hours=24)
"""`remind` plans what falls due within a day, so that a daily call never misses a step."""

_SQL = sql.load("tenggat.deadlines", "reminders.sql")
_STATES = {"all": ["accepted", "bought", "completed"], "not_bought": ["accepted"]}
_COLUMNS = ("waves", "deadlines", "zones", "not_before", "expires_at")
_SLACK = timedelta(days=2)  # zones differ, and the day of H-n begins before 24 hours ahead
_ENDLESS = datetime(9999, 1, 1, tzinfo=UTC)

_Coming = tuple[int, datetime, datetime]  # wave, announced_at, deadline_at


@dataclass(slots=True)
class Planned:
    """Messages planned per step (0 where all stood already), and people of those steps whom no channel reaches."""

    messages: dict[str, int] = field(default_factory=dict)
    unreachable: dict[str, int] = field(default_factory=dict)


def plan_reminders(*, programme: Programme, now: datetime, keys: Keys | None = None, dry_run: bool = False) -> Planned:
    """Plan what falls due within 24 hours. A dry run runs the same statements and takes them back.

    `keys` draw the lots where a step has variants; ValueError: they are needed and missing.
    """
    steps = [step for step in programme.steps if step.by_days]
    if not steps:
        return Planned()
    due = _due(programme, steps, keys, now=now)
    halves = [partial(_plan, steps, due, first, last, now=now) for first, last in HALVES]
    planned = Planned({step.name: 0 for step in steps}, {step.name: 0 for step in steps})
    for half in in_one_piece(halves, keep=not dry_run):
        for name, messages in half.items():
            planned.messages[name] += messages
    for name, parameters in due.items():
        planned.unreachable[name] = database.rows(_SQL["unreachable"], parameters)[0][0]
    return planned


def lots(step: Step, keys: Keys | None) -> dict[str, Any]:
    """Give what the statements draw variants with: their names, the lot (of 100) each begins at, and the key."""
    if step.variants and keys is None:
        raise ValueError(f"step {step.name} has variants, and there are no keys to draw lots with")
    begins = accumulate((variant.share for variant in step.variants[:-1]), initial=0)
    return {
        "variants": [variant.name for variant in step.variants],
        "shares": list(begins) if step.variants else [],
        "lots": keys.lots() if keys else b"",
    }


def _due(programme: Programme, steps: list[Step], keys: Keys | None, *, now: datetime) -> dict[str, Parameters]:
    """Give the steps that fall due, each with its windows by wave, deadline and time zone, and whom it is for."""
    coming = _coming_deadlines(steps, now=now)
    due: dict[str, Parameters] = {}
    for step in steps:
        windows = [
            (wave, deadline, zone, *window)
            for wave, announced_at, deadline in coming
            for zone in zones_of(programme)
            if (
                window := schedule(programme, step, announced_at=announced_at, deadline_at=deadline, zone=zone, now=now)
            )
            and window.not_before <= now + AHEAD
        ]
        if windows:
            columns = {name: [window[at] for window in windows] for at, name in enumerate(_COLUMNS)}
            people = {"states": _STATES[step.audience], "channels": list(step.channels)}
            how = {"step": step.name, "skip_if_bought": step.skip_if_bought, "once": step.days_after is not None}
            due[step.name] = {**columns, **people, **how, **lots(step, keys)}
    return due


def _coming_deadlines(steps: list[Step], *, now: datetime) -> list[_Coming]:
    """Give the deadlines that a step may look at; from the announcement on, however far they lie ahead."""
    furthest = max(step.days_before or 0 for step in steps)
    counted_down = all(step.days_after is None for step in steps)
    horizon = now + timedelta(days=furthest) + AHEAD + _SLACK if counted_down else _ENDLESS
    return [
        (row[0], row[1], row[2]) for row in database.rows(_SQL["coming_deadlines"], {"now": now, "horizon": horizon})
    ]


def _plan(steps: list[Step], due: dict[str, Parameters], first: str, last: str, *, now: datetime) -> dict[str, int]:
    """Plan for the people between two ids; gives how many messages are new, per step."""
    people = {"first_person": first, "last_person": last}
    database.rows(_SQL["share_waves"])
    planned = {
        name: database.execute(_SQL["plan_reminder"], {**parameters, **people, "now": now})
        for name, parameters in due.items()
    }
    database.execute(_SQL["cancel_outdated"], {"steps": [step.name for step in steps], **people})
    return planned
