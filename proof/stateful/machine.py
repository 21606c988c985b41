"""Random histories: Hypothesis chooses what happens next; after each step everything must be as the oracle says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from proof.stateful import looks
from proof.stateful.oracle import BRAKE, SETTLEMENT, Oracle, Run, Wave
from proof.stateful.world import ACCEPTED, ANNOUNCED, HOUSEHOLDS, NAMES, QUOTAS, SLICE, Row, World
from tenggat.figures.report import Report

TICK = timedelta(microseconds=1)
SOURCES = ("toko", "pasar")
OFFICERS = ("Sari", "SARI ", "Bambang")
_HOUR = timedelta(hours=1)
_AROUND = (-40 * _HOUR, -16 * _HOUR, -TICK, 0 * TICK, TICK, SETTLEMENT - TICK, SETTLEMENT, SETTLEMENT + TICK, 8 * _HOUR)
"""Around a deadline: both reminders may go, the deadline, settlement over, the next morning's sending hours."""

names = st.sampled_from(NAMES)
edges = st.sampled_from(("now", "in time", "deadline", "too late", "accepted", "before", "first deadline"))
sources = st.sampled_from(SOURCES)
few = st.integers(0, 6)


def may(name: str) -> Callable[[Any], Any]:
    """A rule that a machine with a smaller repertoire leaves out."""
    return precondition(lambda machine: not machine.only or name in machine.only)


class Machine(RuleBasedStateMachine):
    """The clock only moves forward; platforms tell what happened as late as they like."""

    world: ClassVar[World]
    only: ClassVar[frozenset[str]] = frozenset()
    """Rules to choose from; empty: all."""

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()
        self.now = ANNOUNCED
        self.oracle = Oracle({number: Wave(quota) for number, quota in QUOTAS.items()}, HOUSEHOLDS)
        self.oracle.announce(10, ANNOUNCED)
        for name in ACCEPTED:
            self.oracle.join(name, 10, ANNOUNCED)
        self.courses = {"EXCEL"}
        self.feeds: dict[str, list[Row]] = {source: [] for source in SOURCES}
        self.published: list[Report] = []
        self.right = True

    @initialize(place=st.sampled_from((0, 1, 3, 6, 7)))
    def morning(self, place: int) -> None:
        """Histories begin on different days."""
        self._advance(place)

    @invariant()
    def everything_is_right(self) -> None:
        """I1-I7."""
        found = looks.problems(self.oracle)
        self.right = not found
        assert not found, "\n".join(found)

    def teardown(self) -> None:
        """The audit of everything agrees, and what was published before can still be worked out (I8)."""
        if self.right:
            found = self.world.verify()
            for told in (*self.published, self.world.report(self.now)):
                if self.world.report_as_of(told.as_of) != told:
                    found.append(f"published {told}, as of then {self.world.report_as_of(told.as_of)}")
            assert not found, "\n".join(found)

    # Time

    @may("clock")
    @rule(place=st.integers(0, len(_AROUND) - 1))
    def clock(self, place: int) -> None:
        """To one of the next moments that matter."""
        self._advance(place)

    def _advance(self, place: int) -> None:
        ends = {person.deadline_at for person in self.oracle.people.values() if person.deadline_at}
        ahead = sorted(end + shift for end in ends for shift in _AROUND if end + shift > self.now)
        self.published.append(self.world.report(self.now))
        self.now = ahead[min(place, len(ahead) - 1)] if ahead else self.now + _HOUR

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

    @may("join")
    @rule(name=names, wave=st.sampled_from((10, 11)))
    def join(self, name: str, wave: int) -> None:
        """Somebody is accepted, or refused for the right reason (I6, I7)."""
        barred = self.oracle.bar(name, wave, self.now)
        assert self.world.join(name, wave, self.now) == barred, barred
        if barred is None:
            self.oracle.join(name, wave, self.now)

    @may("announce")
    @precondition(lambda self: self.oracle.waves[11].announced_at is None)
    @rule()
    def announce(self) -> None:
        """The second wave's clock starts."""
        self.world.announce(11, self.now)
        self.oracle.announce(11, self.now)

    # Platforms

    @may("buy")
    @rule(name=names, edge=edges, source=sources, course=st.sampled_from(("EXCEL", "EXCEL", "NEW")), tell=st.booleans())
    def buy(self, name: str, edge: str, source: str, course: str, tell: bool) -> None:
        """Somebody buys; the platform tells it at once, or later."""
        self._happens(
            source, (f"{source}-{len(self.feeds[source])}", name, course, self._edge(edge, name), "purchase"), tell
        )

    @may("cancel")
    @precondition(lambda self: any(self.feeds.values()))
    @rule(place=few, edge=edges, tell=st.booleans())
    def cancel(self, place: int, edge: str, tell: bool) -> None:
        """A purchase is taken back."""
        source, (ref, name, _, bought_at, _) = self._told_or_not(place)
        at = self._edge(edge, name)
        if at >= bought_at:
            self._happens(source, (ref, name, "", at, "cancel"), tell)

    def _told_or_not(self, place: int) -> tuple[str, Row]:
        bought = [(source, row) for source, rows in self.feeds.items() for row in rows if row[4] == "purchase"]
        return bought[place % len(bought)]

    def _happens(self, source: str, row: Row, tell: bool) -> None:
        self.feeds[source].append(row)
        if tell:
            self._tell(source, [row])

    @may("tell")
    @rule(source=sources, first=few, count=st.integers(1, 4))
    def tell(self, source: str, first: int, count: int) -> None:
        """A platform delivers, or delivers again, some of what happened."""
        if rows := self.feeds[source][first : first + count]:
            self._tell(source, rows)

    def _tell(self, source: str, rows: list[Row]) -> None:
        self.world.feed(source, rows, now=self.now)
        self._heard(rows)

    def _heard(self, rows: list[Row]) -> None:
        for ref, name, course, at, kind in rows:
            if person := self.oracle.people.get(name):
                if kind == "cancel":
                    person.told_cancellation(ref, at, now=self.now)
                else:
                    person.told_purchase(ref, at, known_course=course in self.courses, now=self.now)

    @may("watermark")
    @rule(source=sources, name=names, edge=edges)
    def watermark(self, source: str, name: str, edge: str) -> None:
        """A platform says that everything up to a moment is delivered; from then on it is waited for."""
        through = self._edge(edge, name)
        self.world.feed(source, [], now=self.now, through=through)
        self.oracle.watermarks[source] = max(through, self.oracle.watermarks.get(source, through))

    @may("catalogue")
    @rule()
    def catalogue(self) -> None:
        """The unknown course becomes known; its rows have to be sent again."""
        self.world.courses("NEW", now=self.now)
        self.courses.add("NEW")

    # Messages

    @may("remind")
    @rule()
    def remind(self) -> None:
        """Plan what falls due."""
        self.world.remind(self.now)

    @may("deliver")
    @rule()
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
            over = person.deadline_at is not None and person.deadline_at <= self.now
            assert not (message.step.startswith("h-") and over), f"reminded too late: {message}"

    # Nights

    @may("night")
    @rule()
    def night(self) -> None:
        """One engine."""
        self.world.revoke(self.now)
        self.oracle.night(self.now)

    @may("engines")
    @rule()
    def engines(self) -> None:
        """Two engines at once do what one does."""
        self.world.beside(*[partial(self.world.revoke, self.now)] * 2)
        self.oracle.night(self.now)

    @may("crash")
    @precondition(lambda self: bool(self._next_due()) and not self._waits())
    @rule()
    def crash(self) -> None:
        """An engine dies behind its first slice: it has taken some of those who are due, and nobody else."""
        run, due = self.oracle.run or Run(self.oracle.cutoff(self.now), None), self._next_due()
        self.world.crash(self.now)
        taken = {name for name in due if looks.people()[name].state == "revoked"}
        assert len(taken) == min(SLICE, len(due)), f"{taken} of {due}"
        self.oracle.revoke(taken)
        self.oracle.run = run

    @may("race")
    @precondition(lambda self: self.oracle.run is None and 0 < len(self._next_due()) <= BRAKE)
    @rule(name=names, edge=edges, source=sources)
    def race(self, name: str, edge: str, source: str) -> None:
        """A purchase is told while an engine runs: whoever comes first, the outcome is the same (I2)."""
        row = (f"{source}-{len(self.feeds[source])}", name, "EXCEL", self._edge(edge, name), "purchase")
        self.feeds[source].append(row)
        tell = partial(self.world.feed, source, [row], now=self.now)
        self.world.beside(partial(self.world.revoke, self.now), tell)
        self._heard([row])
        self.oracle.night(self.now)
        told = {(message.name, message.version) for message in looks.messages() if message.step == "revoked"}
        if (person := self.oracle.people.get(name)) and (name, person.version) in told:
            person.revocations.add(person.version)  # the engine was first, and the purchase undid it

    def _waits(self) -> bool:
        run = self.oracle.run
        return run is not None and run.approvals is not None and len(run.approvals) < 2

    def _next_due(self) -> set[str]:
        """Whom the next engine takes in its first run, the brake aside."""
        due = self.oracle.due(self.oracle.run.cutoff if self.oracle.run else self.oracle.cutoff(self.now))
        return due if self.oracle.run or len(due) <= BRAKE else set()

    @may("approve")
    @precondition(lambda self: self._waits())
    @rule(by=st.sampled_from(OFFICERS))
    def approve(self, by: str) -> None:
        """Two different people let a run go."""
        approvals = self.oracle.run.approvals  # type: ignore[union-attr]
        person = by.strip().casefold()
        if person in approvals:  # type: ignore[operator]
            return
        self.world.approve(by, self.now)
        approvals.add(person)  # type: ignore[union-attr]

    # Remedies

    @may("reinstate")
    @precondition(lambda self: any(person.revoked for person in self.oracle.people.values()))
    @rule(place=few)
    def reinstate(self, place: int) -> None:
        """An officer brings somebody back."""
        gone = [name for name, person in self.oracle.people.items() if person.revoked]
        name = gone[place % len(gone)]
        self.world.reinstate(name, self.now)
        self.oracle.people[name].reinstate(self.now)

    @may("release")
    @precondition(
        lambda self: self.oracle.waves[11].announced_at is None and (self.oracle.run is None or self._waits())
    )
    @rule()
    def release(self) -> None:
        """Seats of people who are gone go to the second wave, each once."""
        self.world.release(11, self.now)
        self.oracle.release(11)
