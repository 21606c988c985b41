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


@dataclass(eq=False)
class Hold:
    """An officer's decision: nobody of the scope (a name or a wave) is revoked before `until`.

    `had` is who was ever held by it: nobody is twice.
    """

    scope: str | int
    effective_at: datetime
    until: datetime
    had: set[str] = field(default_factory=set)
    lifted: bool = False


@dataclass
class Person:
    """One participation. `unresolved` and `doubtful` are references of purchases that hold the person.

    `free_at` is the latest end of what held the person once and does no more.
    """

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
    def unclear(self) -> bool:
        """Whether something has to be cleared up first."""
        return bool(self.unresolved or self.doubtful)

    def is_due(self, cutoff: datetime) -> bool:
        """Whether a run with this cut-off must revoke the person."""
        over = self.deadline_at is not None and self.deadline_at <= cutoff
        held = self.unclear or any(hold.until > cutoff for hold in self.holds)
        return over and self.state == "accepted" and not held

    def take(self, hold: Hold) -> bool:
        """A hold protects whom nothing has left unprotected since; who was revoked meanwhile is back (I2)."""
        end = self.deadline_at
        reaches = [moment for moment in (end, self.free_at, *(each.until for each in self.holds)) if moment]
        if end is None or end >= hold.until or not (self.unclear or hold.effective_at <= max(reaches)):
            return False
        self.holds.append(hold)
        if self.revoked:  # under a new version, so that another revocation is told again
            self.revoked, self.version = False, self.version + 1
        return True

    def let_go(self, until: datetime) -> None:
        """Something that held the person ends."""
        self.free_at = max(until, self.free_at or until)

    def told_purchase(self, ref: str, at: datetime, *, known_course: bool, now: datetime) -> None:
        """A platform tells a purchase, or tells it again; what was taken back before it was told follows at once."""
        verdict = self._judge(ref, at, known_course=known_course)
        if verdict == "late":
            self.purchases[ref] = Bought(at, late=True)
        elif verdict == "counts":
            self.purchases[ref] = Bought(at, late=False)
            self.revoked = False
            if self.state == "bought" and self.doubtful:
                self.doubtful.clear()
                self.let_go(now)
        if verdict != "unknown_course":
            self._resolve(ref, now)
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
                self._resolve(ref, now)
        elif purchase.cancelled_at is None and at >= purchase.occurred_at:
            before, purchase.cancelled_at = self.state, at
            over = self.deadline_at is not None and self.deadline_at <= now
            if over and before == "bought" and self.state == "accepted":
                self.doubtful.add(ref)

    def _resolve(self, ref: str, now: datetime) -> None:
        if ref in self.unresolved:
            self.unresolved.remove(ref)
            self.let_go(now)

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
    holds: list[Hold] = field(default_factory=list)

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
        self.sweep(now)
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

    def hold(self, hold: Hold) -> None:
        """An officer decides; also who comes later is held."""
        self.holds.append(hold)
        self._carry_out(hold)

    def sweep(self, now: datetime) -> None:
        """What is in force reaches who came since, before anybody is revoked."""
        cutoff = self.run.cutoff if self.run else self.cutoff(now)
        for hold in self.holds:
            if not hold.lifted and hold.until > cutoff:
                self._carry_out(hold)

    def _carry_out(self, hold: Hold) -> None:
        for name, person in self.people.items():
            if hold.scope in (name, person.wave) and name not in hold.had and person.take(hold):
                hold.had.add(name)

    def lift(self, hold: Hold, now: datetime) -> None:
        """A hold ends early."""
        hold.lifted = True
        for person in self.people.values():
            if hold in person.holds:
                person.holds.remove(hold)
                person.let_go(min(now, hold.until))

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
