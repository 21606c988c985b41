"""What should be true of everybody: whom runs take, whom decisions reach, who may join, and whose seats go where.

Like person.py it is written from the rules and shares no code with the engine.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from proof.stateful.person import Extension, Hold, Person, Scope, midnight_after

SETTLEMENT = timedelta(hours=2)
BRAKE = 3
SEATS = 2


@dataclass
class Wave:
    """Seats, those gained from runs, and the deadline that whoever joins will have."""

    quota: int
    deadline_at: datetime | None = None
    version: int = 0


@dataclass
class Run:
    """A run that is not closed: approvals are the people who let it go; None: it never had to wait."""

    cutoff: datetime
    approvals: set[str] | None


@dataclass
class Oracle:
    """Everybody, by name; a `household` is a family card; `decided` is in the order in which it was written down."""

    waves: dict[int, Wave]
    households: dict[str, str]
    people: dict[str, Person] = field(default_factory=dict)
    courses: set[str] = field(default_factory=lambda: {"EXCEL"})
    watermarks: dict[str, datetime] = field(default_factory=dict)
    released: int = 0
    run: Run | None = None
    holds: list[Hold] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)

    # Nights

    def cutoff(self, now: datetime) -> datetime:
        """Everything up to here is known."""
        return min([now - SETTLEMENT, *self.watermarks.values()])

    def due(self, cutoff: datetime) -> set[str]:
        """Whom a run with this cut-off must revoke: these and nobody else."""
        return {name for name, person in self.people.items() if person.is_due(cutoff)}

    def revoke(self, names: set[str]) -> None:
        """A run has taken these."""
        for name in names:
            self.people[name].revoke()

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

    # Decisions

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
            if person.within(hold.scope) and name not in hold.had and person.take(hold):
                hold.had.add(name)

    def lift(self, hold: Hold, now: datetime) -> None:
        """A hold ends early."""
        hold.lifted = True
        for person in self.people.values():
            if hold in person.holds:
                person.holds.remove(hold)
                person.let_go(min(now, hold.until))

    def extend(self, extension: Extension, now: datetime) -> None:
        """An officer decides, for whole waves also about who joins later."""
        self.extensions.append(extension)
        self._gain(extension, now)

    def _gain(self, extension: Extension, now: datetime) -> None:
        """It is done, and then what was decided before and began too late for the old deadlines but not for this."""
        whole = extension.scope is None or extension.scope in self.waves
        those = [each for each in self.people.values() if each.within(extension.scope) and each.can_gain(extension)]
        before = [(person, person.deadline_at) for person in those]
        for number, wave in self.waves.items():
            mine = [person for person in those if person.wave == number]
            version = 1 + max(wave.version, *(person.version for person in mine), 0)
            for person in mine:
                person.extend(extension.until, version if whole else person.version + 1, self.courses, now=now)
            end = wave.deadline_at
            if extension.scope in (None, number) and end and extension.effective_at < end < extension.until:
                wave.deadline_at, wave.version = extension.until, version
        for other in sorted(self.extensions, key=lambda each: each.effective_at):
            if other.effective_at < extension.until < other.until and any(
                end and end <= other.effective_at and (person.within(other.scope) or self._is_platform(other.scope))
                for person, end in before
            ):
                self._gain(other, now)

    def _is_platform(self, scope: Scope) -> bool:
        return isinstance(scope, str) and scope not in self.households

    # Seats

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
        self.people[name] = Person(name, wave, now, self.waves[wave].deadline_at, self.waves[wave].version)

    def announce(self, number: int, at: datetime) -> None:
        """A wave's clock starts."""
        wave = self.waves[number]
        wave.deadline_at, wave.version = midnight_after(at), 1
        for person in self.people.values():
            if person.wave == number:
                person.deadline_at, person.version = wave.deadline_at, wave.version

    def release(self, to_wave: int) -> None:
        """The seats of everybody who is gone now go to a wave, each once."""
        gone = sum(person.revoked for person in self.people.values())
        given = max(0, gone - self.released)
        self.released += given
        self.waves[to_wave].quota += given
