"""What the people of a wave buy, when, where, and in which delivery of the platform it is told."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from tenggat.replay.chances import quantiles
from tenggat.replay.courses import DEAREST, catalogue
from tenggat.replay.facts import PLATFORMS
from tenggat.replay.fates import Fate, Fates
from tenggat.replay.people import Crowd, draws, stranger
from tenggat.replay.timetable import Calendar

HEADER = "reference,nik,course,price,occurred_at,kind\n"

_SHARES = (96, 52, 34, 26, 20, 16, 12)  # of 256 purchases, in the order of PLATFORMS: Tokopedia sold most
_HALF_HOUR = timedelta(minutes=30)
_SLOTS = 4096
_PAIRED = 500_000  # rupiah; two courses at most so dear fit into the balance
_TOO_DEAR = DEAREST + 250_000
_EXACTLY = {
    Fate.ON_THE_DEADLINE: timedelta(0),
    Fate.A_SECOND_LATE: timedelta(seconds=1),
    Fate.LAST_SECOND: timedelta(seconds=-1),
}
_CLOCK = [f"{second // 60:02}:{second % 60:02}" for second in range(3600)]

# How the buyers of a day are spread over its hours, and the buyers of a wave over its thirty days: most in the first
# ten days, some more when the reminder has come (day 23 on), and a rush on the last day.
_HOURS = (3, 2, 1, 1, 1, 2, 4, 6, 9, 11, 12, 11, 10, 11, 11, 10, 10, 9, 10, 12, 13, 11, 8, 5)
_DAYS = (90, 85, 78, 70, 62, 55, 49, 43, 38, 34, *(16,) * 12, 34, 40, 28, 22, 18, 20, 26, 55)


CORRECTION = -1
"""In place of a delivery: the file that the lagging platform hands in after the run."""

Told = tuple[int, int, str]
"""A row that some file has: the number of the delivery, that of the platform, the line."""


class Slot(NamedTuple):
    """Half an hour: "2020-10-02T13:", its first second of the hour, and the delivery that tells it."""

    hour: str
    starts: int
    delivery: int


class Buyer(NamedTuple):
    """A person with the random bits of what is bought."""

    serial: int
    nik: str
    bits: int
    platform: int


class Market:
    """A wave's purchases. `deliveries`: the moments at which every platform delivers what it has until then."""

    def __init__(self, crowd: Crowd, calendar: Calendar, *, deliveries: tuple[datetime, ...], fates: Fates) -> None:
        self.crowd, self.calendar, self.deliveries, self.fates = crowd, calendar, deliveries, fates
        self.lagging = crowd.wave * 3 % len(PLATFORMS)
        courses = catalogue()
        self._courses = [f"{course.code},{course.price}" for course in courses]
        self._paired = sum(course.price <= _PAIRED for course in courses)  # they come first
        self._platforms = [at for at, share in enumerate(_SHARES) for _ in range(share)]
        self._signs = ["".join(word[:3] for word in name.split("-")).upper() for name in PLATFORMS]
        self._slots = quantiles(self._weights(), size=_SLOTS)

    def told(self, niks: list[str], *, first: int) -> Iterator[Told]:
        """Give what the platforms tell of the people from index `first` on."""
        fates, platforms = self.fates, self._platforms
        bits = draws(self.crowd, what="purchases", first=first, size=len(niks))
        serial = self.crowd.offset + first
        for at, (nik, draw) in enumerate(zip(niks, bits, strict=True)):
            fate = fates.of(first + at)
            if fate == Fate.PLAIN:
                yield from self._plain(Buyer(serial + at, nik, draw, platforms[draw >> 56]))
            elif fate != Fate.NEVER:
                yield from self._special(Fate(fate), Buyer(serial + at, nik, draw, platforms[draw >> 56]))

    def _plain(self, buyer: Buyer) -> Iterator[Told]:
        """One purchase; with one in eight a second, where both fit into the balance."""
        yield self._sold(buyer)
        if buyer.bits & 7 == 0 and self._course(buyer) < self._paired:
            other = buyer._replace(bits=buyer.bits >> 9)
            course = self._courses[self._course(other) % self._paired]
            yield self._sold(other, letter="B", course=course)

    def _special(self, fate: Fate, buyer: Buyer) -> Iterator[Told]:
        """What is not plain: at most two rows, the purchase first."""
        ends_at, last = self.calendar.deadline_at, len(self.deliveries) - 1
        sold = self._sold(buyer)
        if fate in _EXACTLY:
            yield from self._at(ends_at + _EXACTLY[fate], buyer)
        elif fate == Fate.LATE:
            yield from self._at(ends_at + timedelta(minutes=10 + buyer.bits % 2_800), buyer)
        elif fate == Fate.TAKEN_BACK:
            bought_at = self.calendar.announced_at + timedelta(minutes=30 + buyer.bits % 14_000)
            yield from self._at(bought_at, buyer)
            yield from self._at(bought_at + timedelta(minutes=5 + buyer.bits % 5_000), buyer, kind="cancel")
        elif fate == Fate.REPORTED_LATE:
            yield CORRECTION, self.lagging, self._sold(buyer._replace(platform=self.lagging))[2]
        else:
            yield sold
        if fate == Fate.CANCELLED_AFTER:
            yield from self._at(ends_at + timedelta(minutes=360 + buyer.bits % 1_440), buyer, kind="cancel")
        elif fate == Fate.TOLD_TWICE:
            yield min(sold[0] + 1, last), sold[1], sold[2]
        elif fate == Fate.TRIED_TOO_DEAR:
            yield self._sold(buyer, letter="C", course=f"PLT-060,{_TOO_DEAR}")
        elif fate == Fate.MISTYPED:
            yield self._sold(buyer._replace(nik=stranger(buyer.nik)), letter="D")

    def _course(self, buyer: Buyer) -> int:
        return (buyer.bits >> 15 & 0xFFFF) % len(self._courses)

    def _sold(self, buyer: Buyer, *, letter: str = "A", course: str = "") -> Told:
        """A purchase at a moment drawn from the wave's slots."""
        bits = buyer.bits
        slot = self._slots[bits >> 3 & 4095]
        second = _CLOCK[slot.starts + (bits >> 31 & 0xFFFF) % 1800]
        course = course or self._courses[(bits >> 15 & 0xFFFF) % len(self._courses)]
        reference = f"{self._signs[buyer.platform]}{buyer.serial:07}{letter}"
        return slot.delivery, buyer.platform, f"{reference},{buyer.nik},{course},{slot.hour}{second}+07:00,\n"

    def _at(self, moment: datetime, buyer: Buyer, *, kind: str = "") -> Iterator[Told]:
        """A purchase, or its cancellation, at an exact moment; nothing where no delivery follows."""
        delivery = bisect_right(self.deliveries, moment)
        if delivery < len(self.deliveries):
            reference = f"{self._signs[buyer.platform]}{buyer.serial:07}A"
            course = self._courses[self._course(buyer)]
            row = f"{reference},{buyer.nik},{course},{moment.isoformat()},{kind}\n"
            yield delivery, buyer.platform, row

    def _weights(self) -> dict[Slot, float]:
        """Every half hour from the one after the announcement to the deadline, with how much it sells."""
        weights: dict[Slot, float] = {}
        at = self.calendar.announced_at + _HALF_HOUR
        while at < self.calendar.deadline_at:
            day = (at.date() - self.calendar.announced_at.date()).days
            slot = Slot(f"{at:%Y-%m-%dT%H:}", at.minute * 60, bisect_right(self.deliveries, at))
            weights[slot] = _DAYS[min(day, len(_DAYS) - 1)] * _HOURS[at.hour]
            at += _HALF_HOUR
        return weights
