"""Handing one batch to a gateway and writing down what it said: never twice, and never again on a mere guess."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from tenggat.foundation.keys import Keys
from tenggat.messaging import outbox, receipts
from tenggat.messaging.gateways import Answer, Gateway, GatewayUnusable, Outcome
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


@dataclass(frozen=True, slots=True)
class Route:
    """A way out: a gateway, what it carries, and how fast.

    prefixes: beginnings of numbers (E.164) that alone go this way, None for all that no other route names.
    batch: messages taken at once: what a crash leaves unknown. knows: asks a gateway that remembers which references
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
) -> Delivered:
    """Put claimed messages into words, send them, and write down the answers.

    Raises GatewayUnusable, after all that was answered is written down, and the rest waits again.
    """
    now = clock()
    try:
        words = put_into_words(programme, keys, claimed, plain=route.plain, now=now)
    except BaseException:
        outbox.give_back(claimed)  # nothing has left the house
        raise
    outbox.settle(words.unsendable, "rejected", sender=sender, now=now)
    outbox.settle(words.unwanted, "cancelled", sender=sender, now=now)
    rows = {message.reference: row for message, row in words.sendable}
    said = _Said()
    try:
        for answer in route.gateway.send([message for message, _ in words.sendable], at=now):
            said.add(rows.pop(answer.reference), answer, kind=route.gateway.kind, now=now)
    except GatewayUnusable:
        said.write_down(sender, now=clock())
        outbox.give_back(list(rows.values()))
        raise
    for row in rows.values():
        said.unknown.append(Answered(row, NO_ANSWER, receipts.stand_in(row.address)))
    said.write_down(sender, now=clock())
    read_receipts(route, clock)
    rejected = len(words.unsendable) + len(said.rejected)
    return Delivered(len(said.accepted), rejected, len(said.unknown), again=len(said.again))


def take_over(route: Route, sender: int, known: Collection[str], *, now: datetime) -> Delivered:
    """Settle what dead senders of this route held: as the gateway remembers it, else as unknown. Never sent again."""
    accepted: list[Answered] = []
    left = outbox.take_over(sender, route=route.name, known=known)
    asked = [key for key, went_by, _ in left if route.knows and went_by in ("", route.name)]
    if route.knows and asked:
        remembered = route.knows({_name(route, key) for key in asked})
        accepted = [Answered(key, route.gateway.kind) for key in asked if _name(route, key) in remembered]
        outbox.give_back([key for key in asked if _name(route, key) not in remembered])
    settled = set(asked)
    unknown = [Answered(key, SENDER_DIED, receipts.stand_in(to)) for key, _, to in left if key not in settled]
    outbox.keep_attempts(unknown, "unknown", now=now)
    outbox.settle(accepted, "accepted", sender=sender, now=now)
    outbox.settle(unknown, "unknown", sender=sender, now=now)
    return Delivered(accepted=len(accepted), unknown=len(unknown))


def read_receipts(route: Route, clock: Callable[[], datetime]) -> None:
    """Take in what has come over the open connection, and apply what waits in the inbox."""
    now = clock()
    if receipts.take_in(route.name, route.gateway.receipts(), now=now):
        receipts.apply(now=now)


def _name(route: Route, key: Key) -> str:
    return outbox.reference(key) if route.plain else outbox.outward(key)


@dataclass(slots=True)
class _Said:
    """The answers to a batch, sorted by what is to be done."""

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

    @transaction.atomic
    def write_down(self, sender: int, *, now: datetime) -> None:
        outbox.keep_attempts(self.again, "busy", now=now)
        outbox.keep_attempts(self.rejected, "rejected", now=now)
        outbox.keep_attempts(self.unknown, "unknown", now=now)
        outbox.try_again(self.again, sender=sender)
        outbox.settle(self.accepted, "accepted", sender=sender, now=now)
        outbox.settle(self.rejected, "rejected", sender=sender, now=now)
        outbox.settle(self.unknown, "unknown", sender=sender, now=now)
