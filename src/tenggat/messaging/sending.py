"""A sender at work on one route: what it takes next, how fast, and until when."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime

from tenggat.foundation.keys import Keys
from tenggat.foundation.side_by_side import second_session
from tenggat.messaging import outbox
from tenggat.messaging.gateways import GatewayUnusable
from tenggat.messaging.handing import Delivered, Route, hand_over, read_receipts, take_over
from tenggat.messaging.outbox import START, Claim, Claimed, Place
from tenggat.messaging.pacing import Pace, give_back, take
from tenggat.messaging.planning import zones_of
from tenggat.messaging.switches import stopped
from tenggat.rules.programme import Programme
from tenggat.rules.reminders import next_open

_PAUSE = 0.2  # seconds between two looks at the outbox, while a sender keeps on
_EXPIRY = 60.0  # seconds between two looks for what was not sent in its time
_LONGEST_WAIT = 1.0  # seconds: an OTP that comes meanwhile must not wait longer for a bucket to fill


@dataclass(frozen=True, slots=True)
class Around:
    """What a sender knows besides its own route: the keys, the names of all, and the numbers that go another way."""

    keys: Keys
    routes: Collection[str]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Times:
    """The clock of the programme, the pace of the wire; whether to go on when nothing is left, and whether to end.

    unusable: is told which route cannot be used, and why; says, when it likes, whether to try it again.
    """

    clock: Callable[[], datetime]
    pace: Pace
    keep_on: bool = False
    ended: Callable[[], bool] = lambda: False
    unusable: Callable[[str, str], bool] = lambda route, why: False


def send_by(
    route: Route, *, programme: Programme, around: Around, times: Times, progress: Callable[[int], None]
) -> Delivered:
    """Hand over what is due by this route until nothing is left. A route that cannot be used is told, and ends."""
    done = Delivered()
    while True:
        try:
            with route.gateway, outbox.sender_at_work(route.name, now=times.clock()) as number:
                _Sender(route, number, programme, around, times, done, progress).work()
        except GatewayUnusable as refusal:
            done.unusable[route.name] = refusal.message
            if times.unusable(route.name, refusal.message):
                continue
        else:
            done.unusable.pop(route.name, None)
        return done


@dataclass(slots=True)
class _Sender:
    route: Route
    number: int
    programme: Programme
    around: Around
    times: Times
    done: Delivered
    progress: Callable[[int], None]
    next_expiry: float = 0.0

    def work(self) -> None:
        self.done.add(take_over(self.route, self.number, self.around.routes, now=self.times.clock()))
        with second_session() as calling:
            handing: Future[Delivered] | None = None
            for claimed in self._claims(calling):
                try:
                    self._count(handing)
                except BaseException:
                    outbox.give_back(claimed)  # the batch before came to nothing, and this one has not been begun
                    raise
                handing = calling.submit(self._hand_over, claimed)
            self._count(handing)
            calling.submit(read_receipts, self.route, self.times.clock).result()

    def _hand_over(self, claimed: list[Claimed]) -> Delivered:
        programme, keys, clock = self.programme, self.around.keys, self.times.clock
        return hand_over(self.route, self.number, claimed, programme=programme, keys=keys, clock=clock)

    def _count(self, handing: "Future[Delivered] | None") -> None:
        if handing:
            self.done.add(handing.result())
            self.progress(self.done.accepted)

    def _claims(self, calling: Executor) -> Iterator[list[Claimed]]:
        """Batch after batch, urgent steps before each, until a fresh look from the start finds nothing."""
        while True:
            yield from self._one_pass()
            if not self.times.keep_on or self.times.ended():
                return
            # One thread alone calls the gateway.
            calling.submit(read_receipts, self.route, self.times.clock).result()
            self.times.pace.wait(_PAUSE)

    def _one_pass(self) -> Iterator[list[Claimed]]:
        now = self.times.clock()
        urgent, others = self._steps()
        if self.times.pace.tick() >= self.next_expiry:  # it looks at all that is due: not at each pass of a night
            self.next_expiry = self.times.pace.tick() + _EXPIRY
            for step in (*urgent, *others):
                self.done.expired += outbox.expire_overdue(step, now=now)
        places: dict[str, Place] = {}
        while not self.times.ended():
            size = self._allowed()
            if not size:
                return
            claimed = self._next([*urgent, *others], places, size=size)
            give_back(self.route.name, self.route.limits, count=size - len(claimed))
            if not claimed:
                return
            yield claimed

    def _next(self, steps: Sequence[str], places: dict[str, Place], *, size: int) -> list[Claimed]:
        """Take from the first step that has anything; one that is at its end is looked at once more from its start."""
        now, off = self.times.clock(), stopped()
        if self.route.name in off.routes:
            return []
        channels = [channel for channel in self.route.channels if channel not in off.channels]
        for step in steps:
            if step in off.steps or not channels:
                continue
            whose = self._claim(step, channels, now=now)
            while whose.open_zones:  # while all sleep, nobody's messages are walked over
                after = places.get(step, START)
                claimed = outbox.claim(whose, step, after=after, size=size, now=now)
                if claimed:
                    places[step] = START if self._urgent(step) else outbox.place_behind(claimed)
                    return claimed
                if after == START:
                    break
                places[step] = START
        return []

    def _claim(self, step: str, channels: list[str], *, now: datetime) -> Claim:
        zones = zones_of(self.programme)
        at_any_hour = self._urgent(step)
        awake = [zone for zone in zones if at_any_hour or next_open(self.programme, at=now, zone=zone) == now]
        prefixes = None if self.route.prefixes is None else list(self.route.prefixes)
        others, home = list(self.around.others), self.programme.time_zone
        return Claim(self.route.name, self.number, channels, prefixes, others, awake, home)

    def _steps(self) -> tuple[list[str], list[str]]:
        """Name the steps in the order in which they go: urgent ones, those of the file, what is left of older files."""
        ordered = [step.name for step in self.programme.steps]
        forgotten = [name for name in outbox.waiting_steps() if name not in ordered]
        urgent = [name for name in ordered if self._urgent(name)]
        return urgent, [name for name in ordered if name not in urgent] + forgotten

    def _urgent(self, name: str) -> bool:
        return any(step.name == name and step.urgent for step in self.programme.steps)

    def _allowed(self) -> int:
        """How many messages may go now; waits for the bucket to fill. 0: none any more today."""
        while True:
            today = self.times.clock().astimezone(self.programme.zone).date()
            taken = take(
                self.route.name,
                self.route.limits,
                wanted=self.route.batch,
                tick=self.times.pace.tick(),
                today=today,
            )
            if taken.count or taken.seconds is None or self.times.ended():
                return taken.count
            self.times.pace.wait(min(taken.seconds, _LONGEST_WAIT))
