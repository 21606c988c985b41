"""From accepted to bought, held or revoked: the rule for one person, as pure functions.

All moments are aware. A deadline is the first instant that is too late. The same rule for everyone at once
stands in SQL in the room `deadlines`; a test there holds the two together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from tenggat.rules.programme import FirstPurchaseRule, Programme

Outcome = Literal["undecided", "bought", "held", "revoked", "withdrawn"]

_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class PurchaseFact:
    """A purchase: when it happened, and when it was cancelled, both by event time and not by arrival."""

    occurred_at: datetime
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Keeps a person from being revoked, from `effective_at` until just before `until` (None: open).

    Lifted, it keeps nobody any longer; a hold that began while it stood still joins it.
    """

    effective_at: datetime
    until: datetime | None = None
    lifted_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """The earlier of its end and its lifting; None while neither is known."""
        return min((end for end in (self.until, self.lifted_at) if end is not None), default=None)


def last_day(rule: FirstPurchaseRule, start_on: date) -> date:
    """Give the last day to buy: with inclusive counting the starting day is day 1."""
    days = rule.days - 1 if rule.counting == "inclusive" else rule.days
    return start_on + timedelta(days=days)


def deadline_at(programme: Programme, *, starts_at: datetime) -> datetime:
    """Give the first instant (UTC) that is too late for someone whose clock starts at a moment.

    The rule in force on the local day of `starts_at` counts (Permenko 11/2020 art. 20(2) for prakerja).
    ValueError: a moment without offset. NotInForce: before the programme's first rule.
    """
    if starts_at.tzinfo is None:
        raise ValueError("starts_at must have an offset")
    start_on = starts_at.astimezone(programme.zone).date()
    rule = programme.first_purchase(start_on)
    return end_of_minute(last_day(rule, start_on), rule.until, programme.zone)


def spending_ends_at(programme: Programme, *, announced_at: datetime) -> datetime | None:
    """Give the first instant (UTC) at which the training balance of a wave cannot be spent; None: no such end."""
    end = programme.spending_end(announced_at.astimezone(programme.zone).date())
    return end_of_minute(end.last_day, end.until, programme.zone) if end else None


def end_of_minute(day: date, minute: time, zone: ZoneInfo) -> datetime:
    """Give the first instant (UTC) after a local minute is over for the last time.

    Where clocks go back and the minute comes twice, the second one counts, since a person may rely on either.
    Where clocks go forward past it and it never comes, it is over at the jump.
    """
    later = datetime.combine(day, minute, zone).replace(fold=1)
    instant = later.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == later.replace(tzinfo=None):
        return instant + _MINUTE
    return _jump(later.replace(fold=0).astimezone(UTC), zone)


def _jump(after: datetime, zone: ZoneInfo) -> datetime:
    """Find the instant at which the clock jumped forward, in the day before `after`, to the second."""
    offset = after.astimezone(zone).utcoffset()
    low, high = after - timedelta(days=1), after
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == offset else (middle, high)
    return high


def qualifies(purchase: PurchaseFact, *, deadline_at: datetime) -> bool:
    """Tell whether a purchase happened in time and was not taken back in time.

    One cancelled at or after the deadline still qualifies: nothing was left for the person to do by then.
    """
    if purchase.occurred_at >= deadline_at:
        return False
    return purchase.cancelled_at is None or purchase.cancelled_at >= deadline_at


def first_purchase_at(purchases: Iterable[PurchaseFact], *, deadline_at: datetime) -> datetime | None:
    """Give the event time of the earliest purchase that qualifies, or None."""
    in_time = (fact.occurred_at for fact in purchases if qualifies(fact, deadline_at=deadline_at))
    return min(in_time, default=None)


def is_held(holds: Iterable[Hold], *, at: datetime) -> bool:
    """Tell whether a hold is effective at an instant."""
    return any(hold.effective_at <= at and (hold.ends_at is None or at < hold.ends_at) for hold in holds)


def due_at(holds: Iterable[Hold], *, deadline_at: datetime) -> datetime | None:
    """Give the first instant from the deadline on at which no hold is effective; None while one is open.

    A hold that begins after that instant comes too late to matter, whenever the engine ran: otherwise the
    outcome would depend on how soon it did. One that began while an earlier hold stood goes on when that is lifted.
    """
    due = reaches = deadline_at
    for hold in sorted(holds, key=lambda hold: hold.effective_at):
        if hold.effective_at > reaches:
            break
        if hold.ends_at is None:
            return None
        reaches = max(reaches, hold.ends_at)
        if hold.lifted_at is None:
            due = max(due, hold.ends_at)
    return due


def is_due(*, deadline_at: datetime, holds: Iterable[Hold] = (), cutoff_at: datetime) -> bool:
    """Tell whether a run with a cut-off decides this person: the deadline and every hold over it are past."""
    due = due_at(holds, deadline_at=deadline_at)
    return due is not None and due <= cutoff_at


def outcome(
    *,
    accepted_at: datetime,
    deadline_at: datetime,
    purchases: Iterable[PurchaseFact],
    holds: Iterable[Hold],
    withdrawn: bool,
    cutoff_at: datetime,
) -> Outcome:
    """Decide one person at a cut-off, up to which all that happened is known (design, invariant I1).

    `withdrawn` is a participation that was withdrawn or void. A purchase before the acceptance is none.
    The order of purchases and of holds does not matter.
    """
    if withdrawn:
        return "withdrawn"
    own = [purchase for purchase in purchases if purchase.occurred_at >= accepted_at]
    if first_purchase_at(own, deadline_at=deadline_at) is not None:
        return "bought"
    if cutoff_at < deadline_at:
        return "undecided"
    return "revoked" if is_due(deadline_at=deadline_at, holds=holds, cutoff_at=cutoff_at) else "held"


def cutoff(now: datetime, settlement: timedelta, watermarks: Mapping[str, datetime]) -> datetime:
    """Give the instant up to which everything is known: settlement over, every required feed past it.

    `watermarks` has the required feeds only; a silent one holds everybody.
    """
    return min(now - settlement, *watermarks.values()) if watermarks else now - settlement
