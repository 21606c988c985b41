"""A month of messages, from acceptance to the day after the deadline: an SMSC loses answers, and senders die.

The simulated SMSC keeps a ledger of what it truly took and delivered. It is held against the outbox (reckoning.py).
"""

import csv
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bench.place import NATION, Place, place

from proof.post import Post, post
from proof.reckoning import Found, Month, People, reckon
from proof.shifts import Shifts, shifts
from proof.smsc.behaviour import Behaviour
from proof.smsc.running import Simulated, simulated

WAVE = 50
ANNOUNCED = datetime.fromisoformat("2023-08-01T12:00:00+07:00")
DEADLINE = datetime.fromisoformat("2023-08-16T00:00:00+07:00")
_WEEK, _THREE, _LAST = 7, 11, 14
"""Days since the announcement on which H-7, H-3 and the last day's message fall due."""

_SENDING = {0: (13,), _WEEK: (7, 13, 21), 8: (13,), _THREE: (7, 21), 12: (7, 13), _LAST: (7, 13), 15: (7, 13)}
"""By day: the hours, on the clock of the west, at which somebody sends. At 7 only the east is awake, at 21 nobody. On
the day of H-3 nobody sends at noon: what is left over waits through that night."""

_BUYING = {0: 22, 1: 10, _WEEK: 10, 8: 22, _THREE: 10, 12: 22, _LAST: 10}
"""By day: when purchases come in; on the days of a step in its midst."""

_PREFIXES = ("0811", "0857", "0878", "0896", "0881")
_PROVINCES = ("31", "51", "91")
_DOWN = "62896"
_MARKLESS = ("62857", "62878")
_BAD = 41  # every so manieth number does not exist, and its owner is told by mail
_BURST = 7
_MOST = 500.0
_FAREWELLS = 20
_NIGHT = 21  # it has nothing to do
_LONG, _QUIET = 20.0, 1.0


@dataclass(slots=True)
class _Ways:
    """Where messages go."""

    shifts: Shifts
    smsc: Simulated
    letters: int


def months(*, quick: bool) -> Iterator[Month]:
    """One month for each share of lost acknowledgements."""
    for dropped in (0.05,) if quick else (0.01, 0.05, 0.2):
        yield month(500 if quick else 80_000, dropped)


def month(people: int, dropped: float) -> Month:
    """One month."""
    with place() as here:
        here.create(NATION)
        return _Run(here, people, dropped).live()


@dataclass(slots=True)
class _Run:
    here: Place
    people: int
    dropped: float
    kills: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(17))
    bought: dict[int, datetime] = field(default_factory=dict)

    def live(self) -> Month:
        """Every day of the month; two senders at once, and some are killed."""
        began = time.monotonic()
        bad = tuple(_phone(n).replace("0", "62", 1) for n in range(0, self.people, _BAD))
        usual = Behaviour(drop_acks=self.dropped, lose_receipts=0.05, repeat_receipts=0.1, receipts_first=0.1,
                          receipt_spread=3.0, bad=bad, markless=_MARKLESS)  # fmt: skip
        with shifts(self.here.url()) as running, simulated(usual) as smsc, post() as (kept, letters):
            ways = _Ways(running, smsc, letters)
            courses = (("code", "title", "institution", "price"), [("EXCEL", "Excel", "Sekolah", 400_000)])
            running.act("accept", self._people_file(), self._write("courses", *courses))
            for offset in sorted({*_SENDING, *_BUYING}):
                day = ANNOUNCED + timedelta(days=offset)
                if day > DEADLINE:
                    self._buy(DEADLINE - timedelta(minutes=30), ways, usual, told=DEADLINE + timedelta(hours=1))
                    running.act("night", (DEADLINE + timedelta(hours=3)).isoformat())
                events = [(hour, self._send) for hour in _SENDING.get(offset, ())]
                events += [(hour, self._buy) for hour in (_BUYING.get(offset),) if hour is not None]
                for hour, what in sorted(events, key=lambda event: event[0]):
                    what(day.replace(hour=hour), ways, self._behaviour(usual, offset))
            for _ in range(_FAREWELLS):  # until every receipt has been told, late as it may be
                time.sleep(usual.receipt_spread)
                if not smsc.smsc.receipts:
                    break
                self._send(DEADLINE + timedelta(hours=14), ways, usual)
            return self._look(ways, kept, began)

    def _behaviour(self, usual: Behaviour, offset: int) -> Behaviour:
        """On the day of H-7 the SMSC takes a seventh of it in a second, and an operator is down."""
        seeded = replace(usual, seed=offset)
        if offset != _WEEK:
            return seeded
        return replace(seeded, rate=min(_MOST, self.people / _BURST), down=(_DOWN,))

    def _send(self, now: datetime, ways: _Ways, behaviour: Behaviour) -> None:
        """Two senders, of which some are killed; then one that lives, until all is handed over."""
        ways.smsc.behave(replace(behaviour, clock=now.timestamp()))
        rate = behaviour.rate * 0.9 or None
        words = (now.isoformat(), ways.smsc.port, ways.letters, rate, min(2000, max(100, self.people // 10)))
        other = ways.shifts.start("send", *words)
        if now.hour == _NIGHT:
            ways.shifts.wait(other)
            return
        killed = False
        for _ in range(1 if self.people < 10_000 else 4):
            mine = ways.shifts.start("send", *words)
            self._in_the_midst(ways.smsc)
            killed = ways.shifts.kill(mine)
            self.kills += killed
            if not killed:
                break
        ways.shifts.wait(other)
        if killed:
            ways.shifts.act("send", *words)

    def _in_the_midst(self, smsc: Simulated) -> None:
        """Wait until the SMSC has taken so many more, or takes none any more."""
        began = quiet = time.monotonic()
        seen = len(smsc.ledger.rows)
        goal = seen + self.dice.randint(1, max(2, self.people // 8))
        while time.monotonic() < min(began + _LONG, quiet + _QUIET) and len(smsc.ledger.rows) < goal:
            if len(smsc.ledger.rows) > seen:
                seen, quiet = len(smsc.ledger.rows), time.monotonic()
            time.sleep(0.002)

    def _buy(self, now: datetime, ways: _Ways, behaviour: Behaviour, *, told: datetime | None = None) -> None:
        """One person in ten of those who have not bought; the platform may tell it later."""
        del behaviour
        buyers = [n for n in range(self.people) if n not in self.bought and self.dice.random() < 0.1]
        self.bought.update(dict.fromkeys(buyers, now))
        rows = [(f"B{number}", _nik(number), "EXCEL", 400_000, now.isoformat()) for number in buyers]
        head = ("reference", "nik", "course", "price", "occurred_at")
        ways.shifts.act("buy", self._write("purchases", head, rows), (told or now).isoformat())

    def _people_file(self) -> str:
        head = ("nik", "kk", "name", "birth_date", "phone", "email", "province")
        rows = [
            (_nik(n), "9" + _nik(n)[1:], f"Peserta {n}", "", _phone(n), "" if n % _BAD else f"orang{n}@contoh.id",
             _PROVINCES[n % len(_PROVINCES)])
            for n in range(self.people)
        ]  # fmt: skip
        return self._write("people", head, rows)

    def _write(self, name: str, head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
        path = self.here.folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
        return str(path)

    def _look(self, ways: _Ways, kept: Post, began: float) -> Month:
        path = self.here.folder / "found.json"
        ways.shifts.act("look", str(path), (DEADLINE + timedelta(days=1)).isoformat())
        found = Found.read(path, ways.smsc.ledger, kept.letters)
        phones = {_phone(n).replace("0", "+62", 1): n for n in range(self.people)}
        letters = {f"orang{n}@contoh.id": n for n in range(0, self.people, _BAD)}
        zones = {n: 7 + n % len(_PROVINCES) for n in range(self.people)}  # the three provinces stand from west to east
        due = {"h-3": ANNOUNCED + timedelta(days=_THREE), "last-day": ANNOUNCED + timedelta(days=_LAST)}
        people = People(phones=phones, addresses=letters, zones=zones, bought=self.bought, due=due)
        return reckon(found, people, dropped=self.dropped, kills=self.kills, seconds=time.monotonic() - began)


def _nik(number: int) -> str:
    day, year, serial = 1 + number % 28, 90 + number // 28 % 10, 1 + number // 280
    return f"990101{day:02d}01{year:02d}{serial:04d}"


def _phone(number: int) -> str:
    return f"{_PREFIXES[number % len(_PREFIXES)]}{number:07d}"
