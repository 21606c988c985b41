"""Handing one batch to a gateway and writing down what it said: never twice, and never again on a mere guess."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from tenggat.foundation.keys import Keys
from tenggat.messaging import outbox, receipts
from tenggat.messaging.gateways import Answer, Gateway, GatewayUnusable, Outcome, Outgoing
from tenggat.messaging.incoming import Incoming
from tenggat.messaging.outbox import Answered, Claimed, Key
from tenggat.messaging.pacing import Limits
from tenggat.messaging.retries import GAVE_UP, delay
from tenggat.messaging.wording import put_into_words
from tenggat.rules.programme import Programme

SENDER_DIED = "sender_died"
"""Outcome of a message that a sender had in its hands when it ended."""

NO_ANSWER = "no_answer"
"""Outcome of a message of which the gateway said nothing."""

HANDFUL = 25
"""So many are begun at once, and so many answers written down at once: what a crash leaves unknown, with the window."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way out: a gateway, what it carries, and how fast.

    prefixes: beginnings of numbers (E.164) that alone go this way, None for all that no other route names.
    batch: messages taken at once. knows: asks a gateway that remembers which references
    it has been given; without it, whatever a dead sender held is unknown. plain: references are given as they are.
    receipts: what proves and reads the calls by which the gateway brings its receipts, None where it makes none.
    """

    name: str
    gateway: Gateway
    channels: tuple[str, ...]
    prefixes: tuple[str, ...] | None = None
    limits: Limits = field(default_factory=Limits)
    batch: int = 500
    knows: Callable[[set[str]], set[str]] | None = None
    plain: bool = False
    receipts: Incoming | None = None


@dataclass(slots=True)
class Delivered:
    """What a call handed over; `waiting` is what is planned for later or for daytime."""

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    expired: int = 0
    waiting: int = 0
    again: int = 0
    unusable: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Delivered") -> None:
        """Count what another sender has done, too."""
        self.accepted += other.accepted
        self.rejected += other.rejected
        self.unknown += other.unknown
        self.expired += other.expired
        self.again += other.again
        self.unusable |= other.unusable


def hand_over(
    route: Route,
    sender: int,
    claimed: list[Claimed],
    *,
    programme: Programme,
    keys: Keys,
    clock: Callable[[], datetime],
    claimed_at: datetime,
) -> Delivered:
    """Put messages claimed at that moment into words, send them, and write down the answers as they come.

    Raises GatewayUnusable, after all that was answered is written down, and the rest waits again.
    """
    now = clock()
    try:
        words = put_into_words(programme, keys, claimed, plain=route.plain, now=now)
    except BaseException:
        outbox.give_back(claimed, sender=sender)  # nothing has left the house
        raise
    outbox.settle(words.unsendable, "rejected", sender=sender, now=now)
    outbox.settle(words.unwanted, "cancelled", sender=sender, now=now)
    rows = {message.reference: row for message, row in words.sendable}
    leaving = _Leaving(route, sender, words.sendable, claimed_at)
    done = Delivered(rejected=len(words.unsendable))
    said, told = _Said(), 0

    def write_down() -> None:
        """What a crash from here on must not take away."""
        nonlocal told
        done.add(said.write_down(sender, now=clock()))
        told += receipts.take_in(route.name, route.gateway.receipts(), now=clock())

    try:
        for answer in route.gateway.send(leaving.some(), at=now, pause=write_down):
            said.add(rows.pop(answer.reference), answer, kind=route.gateway.kind, now=now)
            if said.count >= leaving.handful:
                write_down()
    except GatewayUnusable:
        said.write_down(sender, now=clock())
        outbox.give_back(list(rows.values()), sender=sender)
        raise
    left = [row for reference, row in rows.items() if reference in leaving.begun]
    said.unknown += [Answered(row, NO_ANSWER, receipts.stand_in(row.address)) for row in left]
    done.add(said.write_down(sender, now=clock()))
    if leaving.stopped:
        outbox.give_back([row for reference, row in rows.items() if reference not in leaving.begun], sender=sender)
        raise GatewayUnusable("Another sender has taken this one for dead; it begins anew.")
    read_receipts(route, clock, waiting=told)
    return done


@transaction.atomic
def take_over(route: Route, sender: int, known: Collection[str], *, now: datetime) -> Delivered:
    """Settle what dead senders of this route held: as the gateway remembers it, else as unknown. Never sent again.

    What they had certainly not begun waits again. All at once: how far a dead one had come is known by its own number
    only, and whoever takes over may be killed as well.
    """
    accepted: list[Answered] = []
    held = outbox.take_over(sender, route=route.name, known=known)
    outbox.give_back([one.key for one in held if not one.begun], sender=sender)
    left = [one for one in held if one.begun]
    asked = [one.key for one in left if route.knows and one.route in ("", route.name)]
    if route.knows and asked:
        remembered = route.knows({_name(route, key) for key in asked})
        accepted = [Answered(key, route.gateway.kind) for key in asked if _name(route, key) in remembered]
        outbox.give_back([key for key in asked if _name(route, key) not in remembered], sender=sender)
    settled = set(asked)
    unknown = [Answered(one.key, SENDER_DIED, receipts.stand_in(one.address)) for one in left if one.key not in settled]
    outbox.keep_attempts(unknown, "unknown", now=now)
    outbox.settle(accepted, "accepted", sender=sender, now=now)
    outbox.settle(unknown, "unknown", sender=sender, now=now)
    return Delivered(accepted=len(accepted), unknown=len(unknown))


def read_receipts(route: Route, clock: Callable[[], datetime], *, waiting: int = 0) -> None:
    """Take in what has come over the open connection; where anything is new, or was, apply what waits in the inbox."""
    now = clock()
    if receipts.take_in(route.name, route.gateway.receipts(), now=now) or waiting:
        receipts.apply(now=now)


def _name(route: Route, key: Key) -> str:
    return outbox.reference(key) if route.plain else outbox.outward(key)


@dataclass(slots=True)
class _Leaving:
    """A batch on its way out, by people in order; before a handful leaves it is written down how far that is."""

    route: Route
    sender: int
    sendable: list[tuple[Outgoing, Claimed]]
    claimed_at: datetime
    begun: set[str] = field(default_factory=set)
    stopped: bool = False

    @property
    def handful(self) -> int:
        """How many at once: all, where the gateway remembers what it was given."""
        return len(self.sendable) if self.route.knows else HANDFUL

    def some(self) -> Iterator[Outgoing]:
        ordered = sorted(self.sendable, key=lambda one: one[1].person_id)
        start, size = 0, 1  # the first alone: a gateway may wait for its answer before it takes another
        while handful := ordered[start : start + size]:
            start, size = start + size, self.handful
            last = handful[-1][1].person_id
            if not outbox.begin(self.sender, claimed_at=self.claimed_at, person=last):
                self.stopped = True
                return
            for message, _ in handful:
                self.begun.add(message.reference)
                yield message


@dataclass(slots=True)
class _Said:
    """Answers, sorted by what is to be done."""

    accepted: list[Answered] = field(default_factory=list)
    rejected: list[Answered] = field(default_factory=list)
    unknown: list[Answered] = field(default_factory=list)
    again: list[Answered] = field(default_factory=list)

    def add(self, row: Claimed, answer: Answer, *, kind: str, now: datetime) -> None:
        code = answer.code or kind
        if answer.outcome is Outcome.ACCEPTED:
            # A name that no index can hold would lose the answers of the whole batch.
            name = answer.gateway_id if len(answer.gateway_id) <= receipts.LONGEST else ""
            self.accepted.append(Answered(row, code, name))
        elif answer.outcome is Outcome.UNKNOWN:
            self.unknown.append(Answered(row, code, receipts.stand_in(row.address)))
        elif answer.outcome is Outcome.REJECTED:
            self.rejected.append(Answered(row, code))
        elif (wait := delay(code, attempt=row.attempt)) and now + wait < outbox.moment(row.expires_at):
            self.again.append(Answered(row, code, not_before=now + wait))
        else:
            self.rejected.append(Answered(row, GAVE_UP))

    @property
    def count(self) -> int:
        return len(self.accepted) + len(self.rejected) + len(self.unknown) + len(self.again)

    @transaction.atomic
    def write_down(self, sender: int, *, now: datetime) -> Delivered:
        """Write them down and let go of them; gives how many of each there were."""
        outbox.keep_attempts(self.again, "busy", now=now)
        outbox.keep_attempts(self.rejected, "rejected", now=now)
        outbox.keep_attempts(self.unknown, "unknown", now=now)
        outbox.try_again(self.again, sender=sender)
        outbox.settle(self.accepted, "accepted", sender=sender, now=now)
        outbox.settle(self.rejected, "rejected", sender=sender, now=now)
        outbox.settle(self.unknown, "unknown", sender=sender, now=now)
        done = Delivered(len(self.accepted), len(self.rejected), len(self.unknown), again=len(self.again))
        for answers in (self.accepted, self.rejected, self.unknown, self.again):
            answers.clear()
        return done
