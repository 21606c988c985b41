"""What should be true of each person: a function of what happened, what was told when, and the runs' cut-offs.

Pure Python, written from the rules and not from the engine, with which it shares no code. Times are event times; the
order of the calls is the order of arrival.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")
DAYS = 3
SETTLEMENT = timedelta(hours=2)
BRAKE = 3
SEATS = 2
TOTAL, PRICE = 3_550_000, 100_000


def midnight_after(starts_at: datetime) -> datetime:
    """The first instant that is too late: the day of the start is day 1, the last day counts to its end."""
    day = starts_at.astimezone(WIB) + timedelta(days=DAYS)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass
class Bought:
    """A purchase that was told: `late` is kept as an event only."""

    occurred_at: datetime
    late: bool
    cancelled_at: datetime | None = None


@dataclass
class Person:
    """One participation. `unresolved` and `doubtful` are references of purchases that hold the person."""

    wave: int
    accepted_at: datetime
    deadline_at: datetime | None
    version: int
    purchases: dict[str, Bought] = field(default_factory=dict)
    early: dict[str, set[datetime]] = field(default_factory=dict)
    unresolved: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    revoked: bool = False
    revocations: set[int] = field(default_factory=set)
    """Deadline versions under which the person was revoked: one notice each."""

    @property
    def first_purchase_at(self) -> datetime | None:
        """The earliest purchase in time that was not taken back in time."""
        return min((each.occurred_at for each in self.purchases.values() if self._qualifies(each)), default=None)

    def _qualifies(self, purchase: Bought) -> bool:
        end = self.deadline_at
        in_time = not purchase.late and (end is None or purchase.occurred_at < end)
        return in_time and (purchase.cancelled_at is None or (end is not None and purchase.cancelled_at >= end))

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
    def held(self) -> bool:
        """Whether something has to be cleared up first."""
        return bool(self.unresolved or self.doubtful)

    def is_due(self, cutoff: datetime) -> bool:
        """Whether a run with this cut-off must revoke the person."""
        over = self.deadline_at is not None and self.deadline_at <= cutoff
        return over and self.state == "accepted" and not self.held

    def told_purchase(self, ref: str, at: datetime, *, known_course: bool, now: datetime) -> None:
        """A platform tells a purchase, or tells it again; what was taken back before it was told follows at once."""
        verdict = self._judge(ref, at, known_course=known_course)
        if verdict == "late":
            self.purchases[ref] = Bought(at, late=True)
        elif verdict == "counts":
            self.purchases[ref] = Bought(at, late=False)
            self.revoked = False
            if self.state == "bought":
                self.doubtful.clear()
        if verdict != "unknown_course":
            self.unresolved.discard(ref)
        elif self.state != "revoked" and (self.deadline_at is None or at < self.deadline_at):
            self.unresolved.add(ref)
        for moment in sorted(self.early.get(ref, ())):
            self.told_cancellation(ref, moment, now=now)

    def _judge(self, ref: str, at: datetime, *, known_course: bool) -> str:
        if ref in self.purchases:
            return "again"
        if at < self.accepted_at:
            return "before_acceptance"
        if self.first_purchase_at is None and self.deadline_at is not None and at >= self.deadline_at:
            return "late"
        return "counts" if known_course else "unknown_course"

    def told_cancellation(self, ref: str, at: datetime, *, now: datetime) -> None:
        """A platform tells that a purchase was taken back; the first moment told is the one that counts."""
        purchase = self.purchases.get(ref)
        if purchase is None or purchase.late:
            self.early.setdefault(ref, set()).add(at)
            if self.deadline_at is not None and at < self.deadline_at:
                self.unresolved.discard(ref)
        elif purchase.cancelled_at is None and at >= purchase.occurred_at:
            before, purchase.cancelled_at = self.state, at
            over = self.deadline_at is not None and self.deadline_at <= now
            if over and before == "bought" and self.state == "accepted":
                self.doubtful.add(ref)

    def reinstate(self, now: datetime) -> None:
        """An officer undoes a revocation; a deadline that is over is renewed."""
        self.revoked = False
        if self.deadline_at is not None and self.deadline_at <= now:
            self.deadline_at, self.version = midnight_after(now), self.version + 1


@dataclass
class Wave:
    """Seats, those gained from runs, and the moment of the announcement."""

    quota: int
    deadline_at: datetime | None = None
    announced_at: datetime | None = None


@dataclass
class Run:
    """A run that is not closed: approvals are the people who let it go; None: it never had to wait."""

    cutoff: datetime
    approvals: set[str] | None


@dataclass
class Oracle:
    """Everybody, by name; a `household` is a family card."""

    waves: dict[int, Wave]
    households: dict[str, str]
    people: dict[str, Person] = field(default_factory=dict)
    watermarks: dict[str, datetime] = field(default_factory=dict)
    released: int = 0
    run: Run | None = None

    def cutoff(self, now: datetime) -> datetime:
        """Everything up to here is known."""
        return min([now - SETTLEMENT, *self.watermarks.values()])

    def due(self, cutoff: datetime) -> set[str]:
        """Whom a run with this cut-off must revoke: these and nobody else."""
        return {name for name, person in self.people.items() if person.is_due(cutoff)}

    def revoke(self, names: set[str]) -> None:
        """A run has taken these."""
        for name in names:
            self.people[name].revoked = True
            self.people[name].revocations.add(self.people[name].version)

    def night(self, now: datetime) -> None:
        """A run as it must end, however it is driven: an open one first, then one for `now`."""
        if self.waits:
            return
        interrupted, self.run = self.run, None
        if interrupted:
            self.revoke(self.due(interrupted.cutoff))
        due = self.due(self.cutoff(now))
        if len(due) > BRAKE:
            self.run = Run(self.cutoff(now), set())
        else:
            self.revoke(due)

    @property
    def waits(self) -> bool:
        """Whether there is a run that fewer than two people have let go."""
        return self.run is not None and self.run.approvals is not None and len(self.run.approvals) < 2

    def bar(self, name: str, wave: int, now: datetime) -> str | None:
        """Why somebody cannot join a wave, or None."""
        person, end = self.people.get(name), self.waves[wave].deadline_at
        if person is not None:
            return "blacklisted" if person.revoked else "repeated"
        family = [other for other in self.people if self.households[other] == self.households[name]]
        if len(family) >= SEATS:
            return "household_full"
        if sum(each.wave == wave for each in self.people.values()) >= self.waves[wave].quota:
            return "quota_full"
        return "wave_over" if end is not None and end <= now else None

    def join(self, name: str, wave: int, now: datetime) -> None:
        """Somebody is accepted."""
        end = self.waves[wave].deadline_at
        self.people[name] = Person(wave, now, end, 0 if end is None else 1)

    def announce(self, number: int, at: datetime) -> None:
        """A wave's clock starts."""
        wave = self.waves[number]
        wave.announced_at, wave.deadline_at = at, midnight_after(at)
        for person in self.people.values():
            if person.wave == number:
                person.deadline_at, person.version = wave.deadline_at, 1

    def release(self, to_wave: int) -> None:
        """The seats of everybody who is gone now go to a wave, each once."""
        gone = sum(person.revoked for person in self.people.values())
        given = max(0, gone - self.released)
        self.released += given
        self.waves[to_wave].quota += given
