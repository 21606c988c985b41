"""What should be true of one person, told by what happened, what was told when, and what officers decided.

Pure Python, written from the rules and not from the engine, with which it shares no code. Times are event times; the
order of the calls is the order of arrival.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")
DAYS = 3
TOTAL, PRICE = 3_550_000, 40_000

Scope = str | int | None
"""Whom a decision is about: a person or a platform by name, a wave by number, or everyone."""


def midnight_after(starts_at: datetime) -> datetime:
    """The first instant that is too late: the day of the start is day 1, the last day counts to its end."""
    day = starts_at.astimezone(WIB) + timedelta(days=DAYS)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass
class Bought:
    """A purchase that was told: `late` is kept as an event only."""

    occurred_at: datetime
    course: str
    late: bool
    cancelled_at: datetime | None = None

    def qualifies(self, end: datetime | None) -> bool:
        """In time, and not taken back in time."""
        in_time = not self.late and (end is None or self.occurred_at < end)
        return in_time and (self.cancelled_at is None or (end is not None and self.cancelled_at >= end))


@dataclass(eq=False)
class Extension:
    """An officer's decision: the first instant that is too late is `until`."""

    scope: Scope
    effective_at: datetime
    until: datetime


@dataclass(eq=False)
class Hold(Extension):
    """Another one: nobody is revoked before `until`. `had` is who was ever held by it: nobody is twice."""

    had: set[str] = field(default_factory=set)
    lifted: bool = False


@dataclass
class Person:
    """One participation. `unresolved` and `doubtful` are references of purchases that hold the person.

    `free_at` is the latest end of what held the person once and does no more; `spoilt` is a record that cannot be
    processed, `apart` one that a run has met. `revocations` are deadline versions: one notice each.
    """

    name: str
    wave: int
    accepted_at: datetime
    deadline_at: datetime | None
    version: int
    purchases: dict[str, Bought] = field(default_factory=dict)
    early: dict[str, set[datetime]] = field(default_factory=dict)
    unresolved: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    holds: list[Hold] = field(default_factory=list)
    free_at: datetime | None = None
    spoilt: bool = False
    apart: bool = False
    revoked: bool = False
    revocations: set[int] = field(default_factory=set)

    # How somebody stands

    def first_purchase(self, end: datetime | None) -> datetime | None:
        """The earliest purchase that qualifies by a deadline."""
        return min((each.occurred_at for each in self.purchases.values() if each.qualifies(end)), default=None)

    @property
    def first_purchase_at(self) -> datetime | None:
        """The one that counts."""
        return self.first_purchase(self.deadline_at)

    @property
    def state(self) -> str:
        """Where the participation stands."""
        if self.revoked:
            return "revoked"
        return "accepted" if self.first_purchase_at is None else "bought"

    @property
    def balance(self) -> int:
        """What is still committed, in whole rupiah."""
        standing = [each for each in self.purchases.values() if not each.late and each.cancelled_at is None]
        return 0 if self.revoked else TOTAL - PRICE * len(standing)

    @property
    def waits(self) -> bool:
        """Whether something has to be cleared up first."""
        return bool(self.unresolved or self.doubtful or self.apart)

    def is_over(self, at: datetime) -> bool:
        """Whether the deadline is."""
        return self.deadline_at is not None and self.deadline_at <= at

    def is_due(self, cutoff: datetime) -> bool:
        """Whether a run with this cut-off must revoke the person."""
        held = self.waits or any(hold.until > cutoff for hold in self.holds)
        return self.is_over(cutoff) and self.state == "accepted" and not held

    def within(self, scope: Scope) -> bool:
        """Whether a decision is about the person; a platform's people are those of whom it told anything."""
        told = (*self.purchases, *self.early, *self.unresolved)
        return scope in (None, self.name, self.wave) or any(ref.startswith(f"{scope}-") for ref in told)

    # What platforms tell

    def told_purchase(self, ref: str, at: datetime, course: str, known: Collection[str], *, now: datetime) -> None:
        """A platform tells a purchase, or tells it again; what was taken back before it was told follows at once."""
        if ref in self.purchases and not (self.purchases[ref].late and ref in self.unresolved):
            self._resolve(ref, now)
        else:
            self._judge(ref, Bought(at, course, late=False), known, now=now)

    def _judge(self, ref: str, bought: Bought, known: Collection[str], *, now: datetime) -> None:
        at = bought.occurred_at
        if at < self.accepted_at:
            self._resolve(ref, now)
        elif self.first_purchase_at is None and self.is_over(at):
            bought.late, self.purchases[ref] = True, bought
            self._resolve(ref, now)
        elif bought.course in known:
            self.purchases[ref], self.revoked = bought, False
            self._clear_doubts(now)
            self._resolve(ref, now)
        elif self.state != "revoked" and not self.is_over(at):
            self.unresolved.add(ref)
        for moment in sorted(self.early.get(ref, ())):
            self.told_cancellation(ref, moment, now=now)

    def told_cancellation(self, ref: str, at: datetime, *, now: datetime) -> None:
        """A platform tells that a purchase was taken back; the first moment told is the one that counts."""
        purchase = self.purchases.get(ref)
        if purchase is None or purchase.late:
            self.early.setdefault(ref, set()).add(at)
            if self.deadline_at is not None and not self.is_over(at):
                self._resolve(ref, now)
        elif purchase.cancelled_at is None and at >= purchase.occurred_at:
            before, purchase.cancelled_at = self.state, at
            if self.is_over(now) and before == "bought" and self.state == "accepted":
                self.doubtful.add(ref)

    def _resolve(self, ref: str, now: datetime) -> None:
        if ref in self.unresolved:
            self.unresolved.remove(ref)
            self.let_go(now)

    def _clear_doubts(self, now: datetime) -> None:
        if self.state == "bought" and self.doubtful:
            self.doubtful.clear()
            self.let_go(now)

    # What officers decide

    def take(self, hold: Hold) -> bool:
        """A hold protects whom nothing has left unprotected since; who was revoked meanwhile is back (I2)."""
        end = self.deadline_at
        reaches = [moment for moment in (end, self.free_at, *(each.until for each in self.holds)) if moment]
        if end is None or end >= hold.until or not (self.waits or hold.effective_at <= max(reaches)):
            return False
        self.holds.append(hold)
        if self.revoked:  # under a new version, so that another revocation is told again
            self.revoked, self.version = False, self.version + 1
        return True

    def let_go(self, until: datetime) -> None:
        """Something that held the person ends."""
        self.free_at = max(until, self.free_at or until)

    def can_gain(self, extension: Extension) -> bool:
        """Whether the deadline was not over when an extension began, lies before the new one, and costs no purchase."""
        end = self.deadline_at
        if end is None or not extension.effective_at < end < extension.until:
            return False
        return self.first_purchase_at is None or self.first_purchase(extension.until) is not None

    def extend(self, until: datetime, version: int, known: Collection[str], *, now: datetime) -> None:
        """A later deadline: who was revoked is back, and what was too late for the old one is judged again."""
        before, self.deadline_at, self.version, self.revoked = self.deadline_at, until, version, False
        self._clear_doubts(now)
        late = [item for item in self.purchases.items() if item[1].late and before and item[1].occurred_at >= before]
        for ref, each in sorted(late, key=lambda item: item[1].occurred_at):
            if each.occurred_at < until:
                self._judge(ref, Bought(each.occurred_at, each.course, late=False), known, now=now)

    def reinstate(self, now: datetime) -> None:
        """An officer undoes a revocation; a deadline that is over is renewed."""
        self.revoked = False
        if self.is_over(now):
            self.deadline_at, self.version = midnight_after(now), self.version + 1

    def revoke(self) -> None:
        """A run takes the person, or sets apart the record that cannot be processed."""
        if self.spoilt:
            self.apart = True
        else:
            self.revoked = True
            self.revocations.add(self.version)

    def retry(self, now: datetime) -> None:
        """The record goes back to the runs, unless a purchase has decided meanwhile."""
        if self.apart and self.state == "accepted":
            self.apart = False
            self.let_go(now)
