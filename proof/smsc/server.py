"""One connection after another, any number at once: binds, submits, receipts, as the behaviour has it."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from proof.smsc import codec
from proof.smsc.behaviour import Behaviour, Dice
from proof.smsc.ledger import Ledger, Taken

_RECEIVING = (codec.BIND_RECEIVER, codec.BIND_TRANSCEIVER)
_SENDING = (codec.BIND_TRANSMITTER, codec.BIND_TRANSCEIVER)
_RECEIPTS_AT_ONCE = 200
_AGAIN = 0.05
_FAREWELL = 0.2
_STATES = {"DELIVRD": 2, "UNDELIV": 5}
_RECEIPT = "id:{id} sub:001 dlvrd:{count} submit date:{date} done date:{date} stat:{stat} err:{error} text:"
_NO_DATE = "2010010000"

Told = tuple[str, bytes]
"""A receipt, and the message that it is about."""


class Smsc:
    """What the connections share: the behaviour, the dice, the ledger, and receipts nobody has taken yet."""

    def __init__(self, behaviour: Behaviour, ledger: Ledger) -> None:
        self.behaviour = behaviour
        self.dice = Dice(behaviour)
        self.ledger = ledger
        self.receipts: deque[Told] = deque()
        self.sessions: list[_Session] = []
        self.enquiries = 0
        self.binds = 0
        self._bucket, self._filled = 1.0, 0.0
        self._since = time.monotonic()

    def behave(self, behaviour: Behaviour) -> None:
        """From now on so."""
        self.behaviour, self.dice = behaviour, Dice(behaviour)
        self._since = time.monotonic()

    def now(self) -> float:
        """What its clock shows; 0 where it has none."""
        clock = self.behaviour.clock
        return clock and clock + time.monotonic() - self._since

    def throttles(self, now: float) -> bool:
        """Whether a message comes faster than the rate allows (a tenth of a second's worth may come at once)."""
        rate = self.behaviour.rate
        if not rate:
            return False
        self._bucket = min(max(1.0, rate / 10), self._bucket + (now - self._filled) * rate)
        self._filled = now
        if self._bucket < 1.0:
            return True
        self._bucket -= 1.0
        return False

    def tell(self, receipt: Told) -> None:
        """Send a receipt over any connection that takes some, or keep it for the next."""
        self.receipts.append(receipt)
        for session in self.sessions:
            session.pump()


class _Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, smsc: Smsc) -> None:
        self.smsc = smsc
        self.loop = asyncio.get_running_loop()
        self.buffer = bytearray()
        self.bound = 0
        self.count = 0
        self.sequence = 0
        self.told: dict[int, Told] = {}
        self.number = smsc.binds
        self.farewell = False
        self.out: list[bytes] = []
        self.flushing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.smsc.sessions.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.smsc.sessions.remove(self)
        if not self.farewell:
            self.smsc.ledger.cut.add(self.number)
        self.smsc.receipts.extendleft(self.told.values())  # not confirmed: told again over the next connection

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        try:
            for unit in codec.split(self.buffer):
                self._take(unit)
        except codec.Broken:
            self.transport.close()
        self.smsc.ledger.flush()  # before anything is acknowledged: answers leave when this has returned

    def pump(self) -> None:
        """Send receipts while there are some and not too many are under way."""
        if self.bound not in _RECEIVING or self.farewell:
            return
        while self.smsc.receipts and len(self.told) < _RECEIPTS_AT_ONCE and not self.transport.is_closing():
            receipt = self.smsc.receipts.popleft()
            self.sequence += 1
            self.told[self.sequence] = receipt
            self.send(codec.pdu(codec.DELIVER_SM, self.sequence, receipt[1]))

    def send(self, unit: bytes) -> None:
        """Write this and what else gathers in this turn of the loop."""
        self.out.append(unit)
        if not self.flushing:
            self.flushing = True
            self.loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what has gathered."""
        self.flushing = False
        if self.out and not self.transport.is_closing():
            self.transport.write(b"".join(self.out))
        self.out.clear()

    def _take(self, unit: codec.Pdu) -> None:
        command = unit.command
        if command == codec.SUBMIT_SM:
            self._submit(unit)
        elif command == codec.DELIVER_SM | codec.RESPONSE:
            told = self.told.pop(unit.sequence, None)
            if told and unit.status != codec.OK:  # it has no room for it now
                self.loop.call_later(_AGAIN, self.smsc.tell, told)
            elif told:
                self.smsc.ledger.confirm(told[0], self.number)
            self.pump()
        elif command in (*_RECEIVING, codec.BIND_TRANSMITTER):
            self._bind(unit)
        elif command == codec.ENQUIRE_LINK:
            self.smsc.enquiries += 1
            self.send(codec.pdu(command | codec.RESPONSE, unit.sequence))
        elif command == codec.UNBIND:
            self.farewell = True
            self.send(codec.pdu(command | codec.RESPONSE, unit.sequence))
            self.flush()
            self.loop.call_later(_FAREWELL, self.transport.close)  # what is confirmed meanwhile still counts
        elif not command & codec.RESPONSE:
            self.send(codec.pdu(codec.GENERIC_NACK, unit.sequence, status=codec.BAD_COMMAND))

    def _bind(self, unit: codec.Pdu) -> None:
        _, password = codec.bind_fields(unit.body)
        wanted = self.smsc.behaviour.password
        if wanted and password != wanted:
            self.send(codec.pdu(unit.command | codec.RESPONSE, unit.sequence, status=codec.BAD_PASSWORD))
            return
        self.bound = unit.command
        self.smsc.binds += 1
        self.number = self.smsc.binds
        self.send(codec.pdu(unit.command | codec.RESPONSE, unit.sequence, b"smsc\0"))
        self.pump()

    def _submit(self, unit: codec.Pdu) -> None:
        smsc, behaviour = self.smsc, self.smsc.behaviour
        if self.transport.is_closing():  # what stood behind the last one in the buffer never counts
            return
        if self.bound not in _SENDING:
            self._refuse(unit, "RINVBNDSTS", codec.BAD_BIND)
            return
        message = codec.submitted(unit.body)
        if smsc.throttles(self.loop.time()):
            self._refuse(unit, "RTHROTTLED", codec.THROTTLED)
            return
        if behaviour.bad and message.to.startswith(behaviour.bad):
            self._refuse(unit, "RINVDSTADR", codec.BAD_ADDRESS)
            return
        self.count += 1
        last = self.count == behaviour.close_after
        taken, receipts = decide(smsc, message, last=last)
        smsc.ledger.write(taken)
        early = smsc.dice.throw(behaviour.receipts_first)
        if early:
            self._later(0.0, receipts)
        if taken.acked:
            answer = codec.pdu(unit.command | codec.RESPONSE, unit.sequence, taken.id.encode() + b"\0")
            if behaviour.delay:
                self.loop.call_later(behaviour.delay, self.send, answer)
            else:
                self.send(answer)
        if not early:
            self._later(behaviour.delay, receipts)
        if last:
            smsc.ledger.flush()
            self.flush()
            self.transport.close()

    def _later(self, delay: float, receipts: list[Told]) -> None:
        behaviour = self.smsc.behaviour
        for receipt in receipts:
            wait = delay + behaviour.receipt_delay + self.smsc.dice.spread(behaviour.receipt_spread)
            if wait:
                self.loop.call_later(wait, self.smsc.tell, receipt)
            else:
                self.smsc.tell(receipt)

    def _refuse(self, unit: codec.Pdu, name: str, status: int) -> None:
        self.smsc.ledger.refuse(name)
        self.send(codec.pdu(unit.command | codec.RESPONSE, unit.sequence, status=status))


def decide(smsc: Smsc, message: codec.Submitted, *, last: bool) -> tuple[Taken, list[Told]]:
    """What becomes of one message, and the receipts that will tell of it."""
    behaviour, dice = smsc.behaviour, smsc.dice
    number = len(smsc.ledger.rows) + 1
    dropped = dice.throw(behaviour.drop_acks)
    vanished = dice.throw(behaviour.vanish)
    belittled = dice.throw(behaviour.belittle)
    lost, repeated = dice.throw(behaviour.lose_receipts), dice.throw(behaviour.repeat_receipts)
    down = bool(behaviour.down) and message.to.startswith(behaviour.down)
    stat = "UNDELIV" if belittled and not vanished else "DELIVRD"
    told = message.wants_receipt and not lost and not down
    taken = Taken(
        id=f"{number:08X}" if behaviour.receipt_ids == "decimal" else str(number),
        to=message.to,
        text=message.text.decode("utf-16-be" if message.coding == 8 else "latin-1", "replace"),
        mark=message.mark,
        until=message.until,
        acked=not dropped and not last,
        delivered=not vanished and not down,
        receipt=stat if told else "",
        at=smsc.now(),
    )
    if not told:
        return taken, []
    receipt = (taken.id, _body(message, taken, number, behaviour))
    return taken, [receipt, receipt] if repeated else [receipt]


def _body(message: codec.Submitted, taken: Taken, number: int, behaviour: Behaviour) -> bytes:
    stat = taken.receipt
    named = {"hex": f"{number:X}", "decimal": f"{number:010d}"}.get(behaviour.receipt_ids, taken.id)
    date = f"{datetime.fromtimestamp(taken.at, UTC):%y%m%d%H%M}" if taken.at else _NO_DATE
    good = stat == "DELIVRD"
    words = _RECEIPT.format(
        id=named, date=date, count="001" if good else "000", stat=stat, error="000" if good else "001"
    )
    optionals: dict[int, bytes] = {}
    if behaviour.optional_receipts:
        optionals = {codec.RECEIPTED_ID: named.encode() + b"\0", codec.MESSAGE_STATE: bytes([_STATES[stat]])}
        if message.mark is not None and not (behaviour.markless and message.to.startswith(behaviour.markless)):
            optionals[codec.MARK] = message.mark.to_bytes(2)
    text = words if behaviour.text_receipts else ""
    return codec.receipt(source=message.to, to=message.source, text=text, optionals=optionals)


async def serve(smsc: Smsc, port: int, ready: Callable[[int], None], ended: asyncio.Event) -> None:
    """Listen on loopback (port 0: any free one), say which, and serve until `ended`."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(smsc), "127.0.0.1", port)
    ready(server.sockets[0].getsockname()[1])
    async with server:
        await ended.wait()
        for session in list(smsc.sessions):
            session.transport.close()
    smsc.ledger.close()
