"""One history: what happens on the real database and in the oracle at once, verb by verb."""

from datetime import datetime, timedelta
from functools import partial

from proof.stateful import looks
from proof.stateful.oracle import BRAKE, SETTLEMENT, Oracle, Run, Wave
from proof.stateful.person import Extension, Hold, Scope
from proof.stateful.world import ACCEPTED, ANNOUNCED, HOUSEHOLDS, QUOTAS, SLICE, Row, World
from tenggat.figures.report import Report

TICK = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)
AROUND = (-40 * _HOUR, -16 * _HOUR, -TICK, 0 * TICK, TICK, SETTLEMENT - TICK, SETTLEMENT, SETTLEMENT + TICK, 8 * _HOUR)
"""Around a deadline: both reminders may go, the deadline, settlement over, the next morning's sending hours."""


class Story:
    """The clock only moves forward; platforms tell what happened as late as they like.

    `senseless` says which verbs would do nothing where it stands, `problems` what is not as it must be after each,
    `end` what the audit of everything and the figures of before say in the end.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.world.begin()
        self.now = ANNOUNCED
        self.oracle = Oracle({number: Wave(quota) for number, quota in QUOTAS.items()}, HOUSEHOLDS)
        self.oracle.announce(10, ANNOUNCED)
        for name in ACCEPTED:
            self.oracle.join(name, 10, ANNOUNCED)
        self.feeds: dict[str, list[Row]] = {}
        self.published: list[Report] = []
        self.decided: list[tuple[int, Extension]] = []

    def problems(self) -> list[str]:
        """I1-I7, by plain queries."""
        return looks.problems(self.oracle)

    def end(self) -> list[str]:
        """What `verify` finds, and what was published at some moment and can no longer be worked out (I8)."""
        found = self.world.verify()
        for told in (*self.published, self.world.report(self.now)):
            if self.world.report_as_of(told.as_of) != told:
                found.append(f"published {told}, as of then {self.world.report_as_of(told.as_of)}")
        return found

    def senseless(self) -> set[str]:
        """The verbs that would do nothing now."""
        people, run, second = self.oracle.people.values(), self.oracle.run, self.oracle.waves[11]
        gone = any(person.revoked for person in people)
        sense = {
            "clock": bool(self._ahead()),
            "cancel": bool(self.feeds),
            "tell": bool(self.feeds),
            "catalogue": "NEW" not in self.oracle.courses,
            "crash": not self.oracle.waits,
            "race": run is None and 0 < len(self._next_due()) <= BRAKE,
            "approve": self.oracle.waits,
            "reinstate": gone,
            "lift": bool(self.decided),
            "announce": second.deadline_at is None,
            "release": gone and second.deadline_at is None and (run is None or self.oracle.waits),
            "spoil": any(person.state == "accepted" and not person.spoilt for person in people),
            "retry": any(person.apart for person in people),
        }
        return {verb for verb, makes_sense in sense.items() if not makes_sense}

    # Time

    def clock(self, place: int) -> None:
        """To one of the next moments that matter."""
        ahead = self._ahead()
        self.published.append(self.world.report(self.now))
        self.now = ahead[min(place, len(ahead) - 1)] if ahead else self.now + _HOUR

    def _ahead(self) -> list[datetime]:
        ends = {person.deadline_at for person in self.oracle.people.values() if person.deadline_at}
        ends |= {hold.until for hold in self.oracle.holds}
        return sorted({end + shift for end in ends for shift in AROUND if end + shift > self.now})

    def _edge(self, edge: str, name: str) -> datetime:
        """A moment that has come: what happens is never told in advance."""
        person = self.oracle.people.get(name)
        end = (person.deadline_at if person else None) or self.now
        first = self.oracle.waves[person.wave if person else 10].deadline_at or self.now
        since = person.accepted_at if person else ANNOUNCED
        moments = {"now": self.now, "in time": end - TICK, "deadline": end, "too late": end + TICK,
                   "accepted": since, "before": since - TICK, "first deadline": first}  # fmt: skip
        return min(moments[edge], self.now)

    # People and waves

    def join(self, name: str, wave: int) -> None:
        """Somebody is accepted, or refused for the right reason (I6, I7)."""
        barred = self.oracle.bar(name, wave, self.now)
        assert self.world.join(name, wave, self.now) == barred, barred
        if barred is None:
            self.oracle.join(name, wave, self.now)

    def announce(self) -> None:
        """The second wave's clock starts."""
        self.world.announce(11, self.now)
        self.oracle.announce(11, self.now)

    # Platforms

    def buy(self, name: str, edge: str, source: str, course: str, *, tell: bool) -> None:
        """Somebody buys; the platform tells it at once, or later."""
        self._happens(source, self._purchase(source, name, course, edge), tell=tell)

    def _purchase(self, source: str, name: str, course: str, edge: str) -> Row:
        return (f"{source}-{len(self.feeds.get(source, ()))}", name, course, self._edge(edge, name), "purchase")

    def cancel(self, place: int, edge: str, *, tell: bool) -> None:
        """A purchase is taken back."""
        source, (ref, name, _, bought_at, _) = self._told_or_not(place)
        at = self._edge(edge, name)
        if at >= bought_at:
            self._happens(source, (ref, name, "", at, "cancel"), tell=tell)

    def _told_or_not(self, place: int) -> tuple[str, Row]:
        bought = [(source, row) for source, rows in self.feeds.items() for row in rows if row[4] == "purchase"]
        return bought[place % len(bought)]

    def _happens(self, source: str, row: Row, *, tell: bool) -> None:
        self.feeds.setdefault(source, []).append(row)
        if tell:
            self._tell(source, [row])

    def tell(self, source: str, first: int, count: int) -> None:
        """A platform delivers, or delivers again, some of what happened."""
        source = source if source in self.feeds else next(iter(self.feeds))
        first %= len(self.feeds[source])
        self._tell(source, self.feeds[source][first : first + count])

    def _tell(self, source: str, rows: list[Row]) -> None:
        self.world.feed(source, rows, now=self.now)
        self._heard(rows)

    def _heard(self, rows: list[Row]) -> None:
        for ref, name, course, at, kind in rows:
            if person := self.oracle.people.get(name):
                if kind == "cancel":
                    person.told_cancellation(ref, at, now=self.now)
                else:
                    person.told_purchase(ref, at, course, self.oracle.courses, now=self.now)

    def watermark(self, source: str, name: str, edge: str) -> None:
        """A platform says that everything up to a moment is delivered; from then on it is waited for."""
        through = self._edge(edge, name)
        self.world.feed(source, [], now=self.now, through=through)
        self.oracle.watermarks[source] = max(through, self.oracle.watermarks.get(source, through))

    def catalogue(self) -> None:
        """The unknown course becomes known; its rows have to be sent again."""
        self.world.courses("NEW", now=self.now)
        self.oracle.courses.add("NEW")

    # Messages

    def remind(self) -> None:
        """Plan what falls due."""
        self.world.remind(self.now)

    def deliver(self) -> None:
        """Hand over; what went must have been right to send at this moment (I5)."""
        before = {message for message in looks.messages() if message.state == "accepted"}
        self.world.deliver(self.now)
        for message in looks.messages():
            if message.state != "accepted" or message in before:
                continue
            person = self.oracle.people[message.name]
            assert not (message.skip_if_bought and person.state == "bought"), f"nagged: {message}"
            assert message.step != "revoked" or person.revoked, f"told of what is undone: {message}"
            if message.step.startswith("h-"):
                assert message.version == person.version, f"reminded of a deadline that is no more: {message}"
                assert not person.is_over(self.now), f"reminded too late: {message}"

    # Nights

    def night(self) -> None:
        """One engine."""
        self.world.revoke(self.now)
        self.oracle.night(self.now)

    def engines(self) -> None:
        """Two engines at once do what one does."""
        self.world.beside(*[partial(self.world.revoke, self.now)] * 2)
        self.oracle.night(self.now)

    def crash(self) -> None:
        """An engine dies behind its first slice: it has taken some of those who are due, and nobody else."""
        self.oracle.sweep(self.now)
        run, due = self.oracle.run or Run(self.oracle.cutoff(self.now), None), self._next_due()
        spoilt = {name for name in due if self.oracle.people[name].spoilt}
        if due == spoilt:
            self.night()
            return
        self.world.crash(self.now)
        found = looks.people()
        taken = {name for name in due if found[name].state == "revoked" or found[name].apart}
        least = 1 if spoilt else min(SLICE, len(due))  # a slice with a spoilt record is taken one by one
        assert least <= len(taken - spoilt) <= SLICE, f"{taken} of {due}"
        self.oracle.revoke(taken)
        self.oracle.run = run

    def race(self, name: str, edge: str, source: str) -> None:
        """A purchase is told while an engine runs: whoever comes first, the outcome is the same (I2)."""
        row = self._purchase(source, name, "EXCEL", edge)
        self.feeds.setdefault(source, []).append(row)
        tell = partial(self.world.feed, source, [row], now=self.now)
        self.world.beside(partial(self.world.revoke, self.now), tell)
        self._heard([row])
        self.oracle.night(self.now)
        told = {(message.name, message.version) for message in looks.messages() if message.step == "revoked"}
        if (person := self.oracle.people.get(name)) and (name, person.version) in told:
            person.revocations.add(person.version)  # the engine was first, and the purchase undid it
        if person and person.spoilt:
            person.apart = looks.people()[name].apart  # the same with a record that the engine met first

    def _next_due(self) -> set[str]:
        """Whom the next engine takes in its first run, the brake aside."""
        due = self.oracle.due(self.oracle.run.cutoff if self.oracle.run else self.oracle.cutoff(self.now))
        return due if self.oracle.run or len(due) <= BRAKE else set()

    def approve(self, by: str) -> None:
        """Two different people let a run go."""
        run, person = self.oracle.run, by.strip().casefold()
        if run and run.approvals is not None and person not in run.approvals:
            self.world.approve(by, self.now)
            run.approvals.add(person)

    # Remedies

    def reinstate(self, place: int) -> None:
        """An officer brings somebody back."""
        gone = [name for name, person in self.oracle.people.items() if person.revoked]
        name = gone[place % len(gone)]
        self.world.reinstate(name, self.now)
        self.oracle.people[name].reinstate(self.now)

    def hold(self, scope: Scope, edge: str, hours: int) -> None:
        """Officers protect somebody, perhaps from a moment on that lies back."""
        hold = Hold(scope, self._edge(edge, self._somebody(scope)), self.now + hours * _HOUR)
        self.decided.append((self.world.decide(hold, self.now), hold))
        self.oracle.hold(hold)

    def extend(self, scope: Scope, edge: str, hours: int) -> None:
        """Officers give a later deadline, or one that is none; it may be over already."""
        who = self._somebody(scope)
        end = self.oracle.people[who].deadline_at
        announced = not isinstance(scope, int) or self.oracle.waves[scope].deadline_at
        extension = Extension(scope, self._edge(edge, who), (end or self.now) + hours * _HOUR)
        if announced and extension.until > extension.effective_at:
            self.decided.append((self.world.decide(extension, self.now), extension))
            self.oracle.extend(extension, self.now)

    def _somebody(self, scope: Scope) -> str:
        """Whose deadline the moments of a decision lie around."""
        people = self.oracle.people
        return next((name for name in people if scope in (name, people[name].wave)), next(iter(people)))

    def lift(self, place: int) -> None:
        """A hold ends early; an extension stays."""
        number, decision = self.decided[place % len(self.decided)]
        refused = self.world.lift(number, self.now)
        if isinstance(decision, Hold) and not decision.lifted:
            self.oracle.lift(decision, self.now)
        else:
            assert refused == "cannot_be_lifted", refused

    # Records that cannot be processed

    def spoil(self, place: int) -> None:
        """The record of somebody undecided cannot be processed any more."""
        whole = [person for person in self.oracle.people.values() if person.state == "accepted" and not person.spoilt]
        whole[place % len(whole)].spoilt = True
        self.world.spoil(*(name for name, person in self.oracle.people.items() if person.spoilt))

    def retry(self, *, mend: bool) -> None:
        """All are mended, or none; and whoever is apart goes back to the engine."""
        if mend:
            self.world.spoil()
        self.world.retry(self.now)
        for person in self.oracle.people.values():
            person.spoilt = person.spoilt and not mend
            person.retry(self.now)

    def release(self) -> None:
        """Seats of people who are gone go to the second wave, each once."""
        self.world.release(11, self.now)
        self.oracle.release(11)
