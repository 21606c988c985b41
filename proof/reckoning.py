"""The ledgers of an SMSC and of a mail server held against the outbox: who says what, and what is true."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple, Self

from proof.smsc.ledger import Ledger, Taken

_WORDS = {
    "accepted": "Selamat", "h-3": "belum membeli", "h-7": "Lewat itu", "last-day": "kesempatan terakhir",
    "revoked": "dicabut: tidak",
}  # fmt: skip
"""By what a ledger tells which step a text is: it has been told no name of ours."""

Which = tuple[int, str]
"""A person's number, and a step."""


@dataclass(frozen=True, slots=True)
class Month:
    """What a month came to. `unknown` is told apart by cause; every figure of the last group must be 0."""

    people: int
    dropped: float
    kills: int
    seconds: float
    taken: int
    letters: int
    undelivered: int  # by an operator that was down
    doubts: int  # answers that were lost, or never came
    unknown: int  # of these, in the end

    never_left: int  # in the hands of a sender that was killed, or lost on the way: the SMSC has never seen it
    untold: int  # the SMSC has sent no receipt
    died: int  # its receipt was acknowledged by a sender that was killed before it was kept
    ambiguous: int  # its receipt gives nothing of ours back, and may be about another message to that number

    sent_twice: int
    said_not_sent: int
    not_said: int
    mistaken: int  # named by a receipt of another message
    unexplained: int
    at_night: int
    to_buyers: int
    missed: int
    faults: list[str]

    @property
    def right(self) -> bool:
        """As if the gateway were honest and nobody had died."""
        return not any(getattr(self, name) for name in (*WRONGS, "faults"))

    def told(self) -> str:
        """In three lines, and one for each fault that an audit found."""
        scene = (
            f"{self.people} people, {self.dropped:.0%} of the answers lost, {self.kills} kills, {self.seconds:.0f} s"
        )
        down = f"{self.taken} taken by the SMSC ({self.undelivered} for an operator that was down)"
        doubt = f"{self.doubts} in doubt at first; unknown in the end: {self.unknown}"
        lines = [
            f"{scene}: {down}, {self.letters} letters",
            f"  {doubt} ({self._each(CAUSES)})",
            f"  {self._each(WRONGS)}",
        ]
        return "\n".join([*lines, *(f"  {fault}" for fault in self.faults)])

    def _each(self, names: Sequence[str]) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {getattr(self, name)}" for name in names)


WRONGS = ("sent_twice", "said_not_sent", "not_said", "mistaken", "unexplained", "at_night", "to_buyers", "missed")
CAUSES = ("never_left", "untold", "died", "ambiguous")


class Message(NamedTuple):
    """What the outbox says of one."""

    step: str
    channel: str
    state: str
    gateway_id: str
    claimed_at: str | None
    phone: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Found:
    """What both sides say."""

    messages: list[Message]
    inbox: set[str]
    doubts: int
    faults: list[str]
    ledger: Ledger
    letters: list[tuple[str, str]]

    @classmethod
    def read(cls, path: Path, ledger: Ledger, letters: list[tuple[str, str]]) -> Self:
        """What the last act has written down, and the ledgers."""
        said = json.loads(path.read_text("utf-8"))
        messages = [Message(*row) for row in said["messages"]]
        return cls(messages, set(said["inbox"]), said["doubts"], said["faults"], ledger, letters)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who they are, and what they did: by number or address; hours east of Greenwich; when each bought."""

    phones: Mapping[str, int]
    addresses: Mapping[str, int]
    zones: Mapping[int, int]
    bought: Mapping[int, datetime]
    due: Mapping[str, datetime]  # until when a purchase spares the person this step

    def owed(self) -> set[Which]:
        """What everybody should have got."""
        everybody = self.phones.values()
        owed = {(n, step) for n in everybody for step in ("accepted", "h-7")}
        owed |= {(n, "revoked") for n in everybody if n not in self.bought}
        for step, moment in self.due.items():
            owed |= {(n, step) for n in everybody if n not in self.bought or self.bought[n] > moment}
        return owed


class Reckoning:
    """One comparison."""

    def __init__(self, found: Found, people: People) -> None:
        self.found, self.people = found, people
        self.by_sms: dict[Which, list[Taken]] = {}
        for row in found.ledger.rows:
            self.by_sms.setdefault((people.phones["+" + row.to], _step_of(row.text)), []).append(row)
        self.by_mail = Counter((people.addresses[to], _step_of(text)) for to, text in found.letters)
        self.said: dict[str, dict[Which, Message]] = {"sms": {}, "email": {}}
        for message in found.messages:
            self.said[message.channel][people.phones[message.phone], message.step] = message
        self.truth = {row.id: which for which, rows in self.by_sms.items() for row in rows}

    def wrongs(self) -> dict[str, int]:
        """What must not be."""
        gone = {channel: self._in(channel, "accepted", "unknown") for channel in self.said}
        accepted = {channel: self._in(channel, "accepted") for channel in self.said}
        unknown = self._in("sms", "unknown")
        return {
            "sent_twice": sum(len(rows) - 1 for rows in self.by_sms.values())
            + sum(n - 1 for n in self.by_mail.values()),
            "said_not_sent": len(accepted["sms"] - self.by_sms.keys()) + len(accepted["email"] - self.by_mail.keys()),
            "not_said": len(self.by_sms.keys() - gone["sms"]) + len(self.by_mail.keys() - gone["email"]),
            "mistaken": sum(self.truth.get(self.said["sms"][which].gateway_id) != which for which in accepted["sms"]),
            "at_night": sum(not 8 <= hour < 20 for hour in self._hours()),
            "to_buyers": self._to_buyers(),
            "missed": len(self.people.owed() - self.by_sms.keys() - self.by_mail.keys() - unknown),
        }

    def causes(self) -> dict[str, int]:
        """Why each unknown one is, `unexplained` where nothing explains it."""
        found = Counter(self._cause(which) for which in self._in("sms", "unknown"))
        return {cause: found[cause] for cause in (*CAUSES, "unexplained")}

    def _cause(self, which: Which) -> str:
        ledger = self.found.ledger
        if which not in self.by_sms:
            return "never_left"
        row = self.by_sms[which][0]
        if not row.receipt:
            return "untold"
        if row.id in self.found.inbox:
            return "ambiguous" if self._rivals(which) else "unexplained"
        over = ledger.confirmed.get(row.id, [])
        return "died" if over and ledger.cut.issuperset(over) else "unexplained"

    def _rivals(self, which: Which) -> bool:
        """Whether another unknown message went to that number about then."""
        person, mine = which[0], self._claimed(self.said["sms"][which])
        others = [message for other, message in self.said["sms"].items() if other[0] == person and other != which]
        return any(
            message.state == "unknown" and abs(self._claimed(message) - mine) <= timedelta(hours=12)
            for message in others
        )

    def _hours(self) -> Sequence[int]:
        """The hour on each reader's clock at which a message was taken by the SMSC, or by the sender for a letter."""
        zones = self.people.zones
        hours = [
            datetime.fromtimestamp(row.at, timezone(timedelta(hours=zones[person]))).hour
            for (person, _), rows in self.by_sms.items()
            for row in rows
        ]
        letters = [(person, message) for (person, _), message in self.said["email"].items() if message.claimed_at]
        hours += [
            self._claimed(message).astimezone(timezone(timedelta(hours=zones[person]))).hour
            for person, message in letters
        ]
        return hours

    def _to_buyers(self) -> int:
        bought = self.people.bought
        at = {which: rows[0].at for which, rows in self.by_sms.items()}
        at |= {
            which: self._claimed(self.said["email"][which]).timestamp()
            for which in self.by_mail
            if which in self.said["email"]
        }
        return sum(
            person in bought and moment > bought[person].timestamp()
            for (person, step), moment in at.items()
            if step in self.people.due
        )

    def _in(self, channel: str, *states: str) -> set[Which]:
        return {which for which, message in self.said[channel].items() if message.state in states}

    @staticmethod
    def _claimed(message: Message) -> datetime:
        return datetime.fromisoformat(message.claimed_at or "1970-01-01T00:00:00+00:00")


def reckon(found: Found, people: People, *, dropped: float, kills: int, seconds: float) -> Month:
    """Hold one against the other."""
    reckoning = Reckoning(found, people)
    causes = reckoning.causes()
    return Month(
        people=len(people.phones), dropped=dropped, kills=kills, seconds=seconds,
        taken=len(found.ledger.rows), letters=len(found.letters),
        undelivered=sum(not row.delivered for row in found.ledger.rows),
        doubts=found.doubts, unknown=sum(causes.values()), faults=found.faults, **causes, **reckoning.wrongs(),
    )  # fmt: skip


def _step_of(text: str) -> str:
    return next(step for step, words in _WORDS.items() if words in text)
