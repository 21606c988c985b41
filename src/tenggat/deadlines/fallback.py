"""The next channel for whom a message did not reach: after a lasting failure, or a silence that means something."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.messaging.planning import notice_windows
from tenggat.messaging.wording import NO_TEXT
from tenggat.rules.programme import Programme, Step

LATELY = timedelta(days=1)
"""The span whose receipts are judged, up to the moment from which on silence may be mere slowness."""

BEFORE = timedelta(days=28)
"""The span that it is compared with."""

_SQL = sql.load("tenggat.deadlines", "fallback.sql")
_REMINDERS = sql.load("tenggat.deadlines", "reminders.sql")
_STATES = {"all": ["accepted", "bought", "completed", "revoked"], "not_bought": ["accepted"]}
_ENOUGH = 30  # messages below which a share says nothing
_LEAST_SHARE = 0.5  # an operator that seldom tells anything is never silent by exception
_NEVER = datetime(1900, 1, 1).astimezone()


@dataclass(frozen=True, slots=True)
class OperatorReceipts:
    """Text messages handed over to an operator lately and before, and how many of each were receipted."""

    lately: int
    told_lately: int
    before: int
    told_before: int

    @property
    def as_usual(self) -> bool:
        """Whether receipts come as usual, so that silence about one message means something.

        A Shewhart p-chart: the share of lately stands not more than three standard errors below that of before
        (Montgomery, Introduction to Statistical Quality Control, control chart for fraction nonconforming).
        """
        if min(self.lately, self.before) < _ENOUGH:
            return False
        usual = (self.told_before + 1) / (self.before + 2)  # Laplace: a record without a miss is no promise of none
        lowest = usual - 3 * sqrt(usual * (1 - usual) / self.lately)
        return usual >= _LEAST_SHARE and self.told_lately / self.lately >= lowest


def plan_fallbacks(*, programme: Programme, now: datetime) -> dict[str, int]:
    """Plan the next channel for each step that has one; gives how many messages are new, per step."""
    steps = [step for step in programme.steps if len(step.channels) > 1]
    if not steps:
        return {}
    with transaction.atomic():
        database.rows(_REMINDERS["share_waves"])  # a new deadline is seen here, or what stands here is seen there
        return {step.name: _plan(programme, step, now=now) for step in steps}


def operator_receipts(*, programme: Programme, hours: int, now: datetime) -> dict[str, OperatorReceipts]:
    """Give each operator's receipts, over the messages that have had so many hours to be told of."""
    until = now - timedelta(hours=hours)
    prefixes = [(prefix, operator.name) for operator in programme.operators for prefix in operator.prefixes]
    if not prefixes:
        return {}
    spans = {"since": until - LATELY - BEFORE, "lately": until - LATELY, "until": until}
    columns = {"prefixes": [prefix for prefix, _ in prefixes], "operators": [name for _, name in prefixes]}
    found = database.rows(_SQL["receipts_by_operator"], {**spans, **columns, "prefix_length": prefix_length(programme)})
    return {name: OperatorReceipts(*counts) for name, *counts in found}


def prefix_length(programme: Programme) -> int:
    """Give the length of the beginnings of numbers, which the programme file has all alike; 0 where it has none."""
    return next((len(prefix) for operator in programme.operators for prefix in operator.prefixes), 0)


def _plan(programme: Programme, step: Step, *, now: datetime) -> int:
    silent_since, trusted = _NEVER, list[str]()
    if step.fallback_after is not None:
        told = operator_receipts(programme=programme, hours=step.fallback_after, now=now)
        usual = {name for name, receipts in told.items() if receipts.as_usual}
        silent_since = now - timedelta(hours=step.fallback_after)
        trusted = [prefix for one in programme.operators if one.name in usual for prefix in one.prefixes]
    windows = notice_windows(programme, now=now)
    return database.execute(
        _SQL["plan_fallback"],
        {
            "step": step.name,
            "channels": list(step.channels),
            "states": _STATES[step.audience],
            "zones": windows["zones"],
            "not_before": windows["not_before"],
            "unsendable": [NO_TEXT],
            "silent_since": silent_since,
            "trusted": trusted,
            "prefix_length": prefix_length(programme),
            "now": now,
        },
    )
