"""One batch on its way: a window of messages under way, each answered once, over as many connections as it takes."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

import smpp34

from tenggat.messaging.gateways import Answer, GatewayUnusable, Outcome, Outgoing
from tenggat.messaging.gateways.smpp import statuses
from tenggat.messaging.gateways.smpp.alphabet import Unsendable, encode
from tenggat.messaging.gateways.smpp.link import Link
from tenggat.messaging.gateways.smpp.receipts import canonical
from tenggat.messaging.gateways.smpp.session import status_of

_NUMBER = re.compile(r"\+?[1-9][0-9]{4,14}")
_AT_ONCE = 64  # answers are handed on by so many, or after _SOON seconds
_SOON = 0.1

_Future = asyncio.Future[smpp34.SubmitSmResp]


class Batch:
    """`some` until `over`. Nothing is submitted twice: a message is waiting, under way or answered.

    Of `messages` no more is drawn than may leave at once: what was not drawn is still in the house.
    """

    def __init__(self, link: Link, messages: Iterable[Outgoing], at: datetime) -> None:
        self.link = link
        self.settings = link.settings
        self.at, self.started = at, time.monotonic()
        self.source = iter(messages)
        self.all_drawn = self.given_up = False
        self.waiting = deque[Outgoing]()
        self.under_way: dict[_Future, tuple[Outgoing, float]] = {}  # in the order in which they left, and when
        self.answers: list[Answer] = []
        self.any_left = False
        self.slow_until = 0.0

    @property
    def over(self) -> bool:
        """Every message has been answered, and every answer taken."""
        return self.all_drawn and not (self.waiting or self.under_way or self.answers)

    @property
    def room(self) -> int:
        """How many may be under way; until a connection has answered once, one: a deaf SMSC leaves one unknown."""
        return self.settings.window if self.link.session.heard_at else 1

    def _hungry(self) -> bool:
        """Whether it is worth while to draw more: not for each message, when many are under way."""
        return not self.all_drawn and len(self.under_way) <= self.room - max(1, self.room // 4)

    def draw(self) -> None:
        """Draw what may leave next. Not while the loop runs: whoever gives it may ask a database first."""
        while not self.all_drawn and len(self.waiting) + len(self.under_way) < self.room:
            if (message := next(self.source, None)) is None:
                self.all_drawn = True
            else:
                self.waiting.append(message)

    async def some(self) -> list[Answer]:
        """The next answers, if any came soon or before more is to be drawn. Raises GatewayUnusable: none has left."""
        loop = asyncio.get_running_loop()
        soon = loop.time() + _SOON
        while True:
            self.link.collect()
            self._give_up_on_the_oldest(loop.time())
            await self._submit_more()
            now = loop.time()
            if len(self.answers) >= _AT_ONCE or now >= soon:
                break
            if not self.waiting and (self._hungry() or not self.under_way):
                break
            await self.link.wait(self._next_turn(now, soon))
        taken, self.answers = self.answers, []
        return taken

    def abandon(self) -> None:
        """Nobody wants the answers of what is under way any more."""
        for future in list(self.under_way):
            future.cancel()
        self.under_way.clear()

    async def _submit_more(self) -> None:
        if self.link.session.ended:
            self.link.broken = True
        if self.link.broken:
            if self.under_way or not self.waiting:
                return  # what has left over it may still be answered
            if self.given_up or not await self.link.again():
                self._give_up()
                return
        now = asyncio.get_running_loop().time()
        while self.waiting and len(self.under_way) < self.room and now >= self.slow_until:
            self._submit(self.waiting.popleft(), now)

    def _submit(self, message: Outgoing, now: float) -> None:
        if not _NUMBER.fullmatch(message.to):
            self._answer(message, Outcome.REJECTED, "number")
            return
        if message.until and message.until <= self.at + timedelta(seconds=time.monotonic() - self.started):
            self._answer(message, Outcome.BUSY, "late")  # nothing has left; whoever plans knows whether it still may
            return
        try:
            octets = encode(message.text, self.settings.alphabet)
        except Unsendable as unsendable:
            self._answer(message, Outcome.REJECTED, unsendable.code)
            return
        self.any_left = True
        future = self.link.session.submit(message, octets)
        self.under_way[future] = message, now
        future.add_done_callback(self._answered)

    def _answered(self, future: _Future) -> None:
        message, _ = self.under_way.pop(future, (None, 0.0))
        error = None if future.cancelled() else future.exception()
        if message is None or future.cancelled():
            return  # answered already: too late, or abandoned
        self.link.wake.set()
        status = future.result().command_status if error is None else None
        if isinstance(error, smpp34.SmppError):
            status = status_of(error)
        if status is None:
            self.link.broken = True
            self._answer(message, Outcome.UNKNOWN, "lost")
            return
        self.link.heard(asyncio.get_running_loop().time())
        if status == statuses.OK and error is None:
            gateway_id = canonical(future.result().message_id or "", self.settings.ack_ids)
            self._answer(message, Outcome.ACCEPTED, gateway_id=gateway_id)
            return
        code, outcome = statuses.meaning(status, self.settings.statuses)
        if status in statuses.THROTTLING:
            self.slow_until = asyncio.get_running_loop().time() + self.settings.throttle_pause
        self._answer(message, outcome, code)

    def _answer(self, message: Outgoing, outcome: Outcome, code: str = "", gateway_id: str = "") -> None:
        self.answers.append(Answer(message.reference, outcome, code, gateway_id))

    def _give_up_on_the_oldest(self, now: float) -> None:
        """What is not answered in time is unknown; where nothing was answered since it left, the connection is dead."""
        for future, (message, left) in list(self.under_way.items()):
            if left + self.settings.response_timeout > now:
                return
            del self.under_way[future]
            future.cancel()
            self._answer(message, Outcome.UNKNOWN, "timeout")
            if self.link.session.heard_at <= left:
                self.link.broken = True

    def _give_up(self) -> None:
        if not self.any_left:
            raise GatewayUnusable("The SMSC cannot be reached any more; what waits is sent when it answers again.")
        self.given_up = True
        while self.waiting:
            self._answer(self.waiting.popleft(), Outcome.BUSY, "unreachable")

    def _next_turn(self, now: float, soon: float) -> float:
        """When something is to be done although nothing comes in."""
        turns = [soon, *(left + self.settings.response_timeout for _, left in list(self.under_way.values())[:1])]
        if self.waiting and now < self.slow_until:
            turns.append(self.slow_until)
        return min(turns)
