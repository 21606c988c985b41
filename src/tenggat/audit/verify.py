"""Recompute what must always hold (I1, I3-I8) from the raw rows; see verify.sql. Nothing is written.

Each statement sees one snapshot, so that commands may go on beside it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from itertools import count
from typing import Any, TypeVar

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.foundation.database import Parameters
from tenggat.foundation.side_by_side import in_sessions
from tenggat.journal import sealing
from tenggat.messaging.planning import notice_channels
from tenggat.rules.deadlines import deadline_at
from tenggat.rules.problems import NotInForce
from tenggat.rules.programme import Programme

T = TypeVar("T")

_SQL = sql.load("tenggat.audit", "verify.sql")
_AT_ONCE = 2

Progress = Callable[[int, int], None]
"""Called with (checks done, checks in all) after each check, from the thread that made it."""


def _nothing(done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing recomputed. `detail` says over how much, or which rows disagree: by person_id and wave alone."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a check looks at, the statements it runs -- the first one counts everything -- and their parameters."""

    name: str
    nouns: str
    statements: tuple[str, ...]
    parameters: Callable[[Programme], Parameters]


def verify(*, programme: Programme, progress: Progress = _nothing) -> list[Check]:
    """Run every check, two at a time, and give them in the order books, states, ..., seals."""
    ended = count(1)
    checks: list[Callable[[Programme], Check]] = [_seals]  # the longest goes first
    checks += [partial(_run, plan) for plan in _PLANS]

    def job(check: Callable[[Programme], Check]) -> Check:
        found = check(programme)
        progress(next(ended), len(checks))
        return found

    first, *others = in_sessions([partial(job, check) for check in checks], at_once=_AT_ONCE)
    return [*others, first]


def _seals(programme: Programme) -> Check:
    """Recompute each seal from the rows that belong to it today; what no seal covers yet is told, and no fault."""
    broken = sealing.broken_link()
    if broken is not None:
        return Check("seals", ok=False, detail=f"seal {broken} does not follow from the one before")
    rows = seals = 0
    for seal in sealing.chain():
        if sealing.recompute(seal) != seal.digest:
            detail = f"the rows of seal {seal.seal_id} of {seal.sealed_at.isoformat()} are not those that were sealed"
            return Check("seals", ok=False, detail=detail)
        rows, seals = rows + seal.rows, seals + 1
    open_rows = sealing.uncovered()
    rest = f"; {open_rows:,} not sealed yet" if open_rows else ""
    return Check("seals", ok=True, detail=f"all {rows:,} rows of {seals:,} seals{rest}")


@transaction.atomic
def _run(plan: _Plan, programme: Programme) -> Check:
    database.rows(_SQL["room_to_work"])
    parameters = plan.parameters(programme)
    everything, faults = 0, []
    for place, name in enumerate(plan.statements):
        for fault, rows, first in database.rows(_SQL[name], parameters):
            everything += 0 if place else rows
            if fault is not None:
                faults.append(f"{fault}: {rows:,} (first: {first})")
    looked_at = f"{everything:,} {plan.nouns}"
    detail = f"of {looked_at}, {'; '.join(sorted(faults))}" if faults else f"all {looked_at}"
    return Check(plan.name, not faults, detail)


def _promises(programme: Programme) -> Parameters:
    """What the programme file gives to people accepted on each day on which somebody was."""
    days = [day for (day,) in database.rows(_SQL["acceptance_days"], {"zone": programme.time_zone})]
    known, benefits = _in_force(days, programme.benefit)
    return {
        "zone": programme.time_zone,
        "days": known,
        "totals": [benefit.total for benefit in benefits],
        "trainings": [benefit.training for benefit in benefits],
    }


def _clocks(programme: Programme) -> Parameters:
    """The deadline of a clock that starts on each day on which one did."""
    common: dict[str, Any] = {"zone": programme.time_zone, "personal": programme.clock_starts == "balance"}
    days = [day for (day,) in database.rows(_SQL["clock_days"], common)]

    def deadline(day: date) -> datetime:
        return deadline_at(programme, starts_at=datetime.combine(day, time(12), programme.zone))

    known, deadlines = _in_force(days, deadline)
    return common | {"days": known, "deadlines": deadlines}


def _in_force(days: Iterable[date], rule: Callable[[date], T]) -> tuple[list[date], list[T]]:
    """The days for which there is a rule, and what it gives: the others must show as disagreements."""
    known, values = [], []
    for day in days:
        try:
            value = rule(day)
        except NotInForce:
            continue
        known.append(day)
        values.append(value)
    return known, values


def _steps(programme: Programme) -> Parameters:
    reminders = [step.name for step in programme.steps if step.by_days]
    return {"steps": reminders, "channels": notice_channels(programme, "revoked")}


_PLANS = (
    _Plan("books", "participations", ("books",), _promises),
    _Plan("states", "participations", ("states",), lambda _: {}),
    _Plan("deadlines", "deadlines of people and waves", ("deadlines",), _clocks),
    _Plan("revoked", "people revoked", ("revoked", "escaped", "still_blacklisted"), lambda _: {}),
    _Plan(
        "quotas",
        "seats of households",
        ("seats", "wave_counts", "live_twice", "households_over"),
        lambda programme: {"limit": programme.identity.household_limit},
    ),
    _Plan("messages", "messages", ("messages", "sent_twice", "untold"), _steps),
    _Plan("blacklist", "participations of people with an entry", ("blacklist",), lambda _: {}),
)
