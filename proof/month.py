"""A month of messages, from acceptance to the day after the deadline: an SMSC loses answers, and senders die.

The simulated SMSC keeps a ledger of what it truly took and delivered. It is held against the outbox: nothing sent
twice, nothing said to be sent that was not, nothing kept silent about, nothing outside the sending hours.
"""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bench.child import ROOT
from bench.place import NATION, Place, place

from proof.smsc.behaviour import Behaviour
from proof.smsc.ledger import Taken
from proof.smsc.running import Simulated, simulated

ANNOUNCED = datetime.fromisoformat("2023-08-01T12:00:00+07:00")
DEADLINE = datetime.fromisoformat("2023-08-16T00:00:00+07:00")
_HOURS = (7, 13, 21)  # on the clock of the west: two of them are night somewhere
_DAYS = (0, 1, 7, 8, 11, 12, 14)
"""Since the announcement: the steps fall due on these, and what was left goes the day after."""
_PREFIXES = ("0811", "0857", "0878", "0896", "0881")
_PROVINCES = ("31", "51", "91")
_DOWN = "62896"
_SECONDS = 600
_WORDS = {
    "accepted": "Selamat", "h-3": "belum membeli", "h-7": "Lewat itu", "last-day": "kesempatan terakhir",
    "revoked": "dicabut: tidak",
}  # fmt: skip
"""By what the SMSC's ledger tells which step a text is: it has been told no name of ours."""


@dataclass(frozen=True, slots=True)
class Month:
    """What a month came to; every figure of the second row must be 0."""

    people: int
    dropped: float
    kills: int
    seconds: float
    handed: int
    unknown: int

    sent_twice: int
    said_not_sent: int
    not_said: int
    unaccounted: int
    at_night: int
    missed: int
    faults: list[str]

    @property
    def right(self) -> bool:
        """As if the gateway were honest and nobody had died."""
        wrong = (self.sent_twice, self.said_not_sent, self.not_said, self.unaccounted, self.at_night, self.missed)
        return not any(wrong) and not self.faults


def months(*, quick: bool) -> Iterator[Month]:
    """One month for each share of lost acknowledgements."""
    people = 1_500 if quick else 80_000
    with place() as here:
        for dropped in (0.05,) if quick else (0.01, 0.05, 0.2):
            here.create(NATION)
            yield _Run(here, people, dropped).live()


class _Run:
    def __init__(self, here: Place, people: int, dropped: float) -> None:
        self.here = here
        self.people = people
        self.dropped = dropped
        self.dice = random.Random(17)
        self.kills = 0

    def live(self) -> Month:
        """Every day of the month at five hours; two senders at once, and some are killed."""
        began = time.monotonic()
        self._act("accept", self._people_file(), self._write("courses", ("code", "title", "institution", "price"),
                                                             [("EXCEL", "Excel", "Sekolah", 400_000)]))  # fmt: skip
        usual = Behaviour(seed=5, drop_acks=self.dropped, lose_receipts=0.05, repeat_receipts=0.1, receipts_first=0.1,
                          rate=self.people / 3)  # fmt: skip
        with simulated(usual) as smsc:
            for offset in _DAYS:
                day = ANNOUNCED + timedelta(days=offset)
                smsc.behave(replace(usual, down=(_DOWN,) if offset == 7 else ()))  # an operator, on the day of H-7
                for hour in _HOURS:
                    if (now := day.replace(hour=hour)) >= ANNOUNCED:
                        self._send(now, smsc)
                self._buy(day.replace(hour=22))
            self._act("night", (DEADLINE + timedelta(hours=3)).isoformat())
            for hour in (7, 13):
                self._send(DEADLINE + timedelta(hours=hour), smsc)
            self._act("look", str(self.here.folder / "found.json"))
            return self._compare(smsc.ledger.rows, time.monotonic() - began)

    def _send(self, now: datetime, smsc: Simulated) -> None:
        """Two senders, of which one may be killed; then one that lives, until all is handed over."""
        both = [self._start("send", now.isoformat(), str(smsc.port)) for _ in range(2)]
        if self.dice.random() < 0.5:
            time.sleep(self.dice.uniform(0.8, 1.6))
            if both[0].poll() is None:
                both[0].send_signal(signal.SIGKILL)
                self.kills += 1
        for process in both:
            process.wait(_SECONDS)
        self._act("send", now.isoformat(), str(smsc.port))

    def _buy(self, now: datetime) -> None:
        """One person in ten of those who have not bought buys each day."""
        buyers = [number for number in self.open if self.dice.random() < 0.1]
        self.open.difference_update(buyers)
        rows = [(f"B{number}", _nik(number), "EXCEL", 400_000, now.isoformat()) for number in buyers]
        head = ("reference", "nik", "course", "price", "occurred_at")
        self._act("buy", self._write("purchases", head, rows), now.isoformat())

    def _people_file(self) -> str:
        self.open = set(range(self.people))
        head = ("nik", "kk", "name", "birth_date", "phone", "email", "province")
        rows = [
            (_nik(n), "9" + _nik(n)[1:], f"Peserta {n}", "", _phone(n), "", _PROVINCES[n % len(_PROVINCES)])
            for n in range(self.people)
        ]
        return self._write("people", head, rows)

    def _write(self, name: str, head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
        path = self.here.folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
        return str(path)

    def _act(self, *words: str) -> None:
        status = self._start(*words).wait(_SECONDS)
        if status:
            raise RuntimeError(f"{words[0]} failed with status {status}; its error stands above.")

    def _start(self, *words: str) -> "subprocess.Popen[bytes]":
        search = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
        environment = os.environ | {"DATABASE_URL": self.here.url(), "PYTHONPATH": search}
        return subprocess.Popen([sys.executable, "-m", "proof.child", "shift", *words], env=environment)

    def _compare(self, ledger: list[Taken], seconds: float) -> Month:
        found = json.loads((self.here.folder / "found.json").read_text("utf-8"))
        messages = [row for row in found["messages"] if row[1] == "sms"]
        taken = Counter((row.to.removeprefix("+"), _step_of(row.text)) for row in ledger)
        told = {(row.to.removeprefix("+"), _step_of(row.text)) for row in ledger if row.receipt}
        said: dict[str, set[tuple[str, str]]] = {"accepted": set(), "unknown": set(), "other": set()}
        night = 0
        for step, _, state, _, _, claimed, phone, zone, _ in messages:
            said.get(state, said["other"]).add((phone.removeprefix("+"), step))
            night += bool(claimed) and not 8 <= _local(claimed, zone).hour < 20
        gone = said["accepted"] | said["unknown"]
        whom = {_e164(_phone(n)) for n in range(self.people)}
        owed = {(phone, step) for phone in whom for step in ("accepted", "h-7")}
        return Month(
            people=self.people, dropped=self.dropped, kills=self.kills, seconds=seconds, handed=len(gone),
            unknown=len(said["unknown"]),
            sent_twice=sum(count - 1 for count in taken.values()),
            said_not_sent=len(said["accepted"] - taken.keys()),
            not_said=len(taken.keys() - gone),
            unaccounted=len(said["unknown"] & told),
            at_night=night,
            missed=len(owed - gone),
            faults=found["faults"],
        )  # fmt: skip


def _step_of(text: str) -> str:
    return next(step for step, words in _WORDS.items() if words in text)


def _local(moment: str, zone: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))


def _nik(number: int) -> str:
    day, year, serial = 1 + number % 28, 90 + number // 28 % 10, 1 + number // 280
    return f"990101{day:02d}01{year:02d}{serial:04d}"


def _phone(number: int) -> str:
    return f"{_PREFIXES[number % len(_PREFIXES)]}{number:07d}"


def _e164(phone: str) -> str:
    return "62" + phone[1:]
