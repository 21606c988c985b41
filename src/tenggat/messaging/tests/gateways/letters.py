"""Messages to invented people, and what became of them."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from tenggat.messaging.gateways import Answer, Outcome, Outgoing

NOW = datetime(2020, 10, 24, 3, tzinfo=UTC)
TEXT = "Beli pelatihan pertama paling lambat 31 Okt 2020 pukul 23.59 WIB."


def letters(count: int, *, channel: str = "sms", prefix: str = "+62812") -> list[Outgoing]:
    """So many messages; person 7 has the reference r7."""
    return [
        Outgoing(f"r{i}", channel, f"{prefix}{i:07d}" if channel != "email" else f"orang{i}@contoh.id", TEXT, "Tenggat")
        for i in range(count)
    ]


def by_outcome(answers: Iterable[Answer]) -> dict[Outcome, set[str]]:
    """The references of each outcome. Fails where one was answered twice."""
    found: dict[Outcome, set[str]] = {outcome: set() for outcome in Outcome}
    taken = list(answers)
    for answer in taken:
        found[answer.outcome].add(answer.reference)
    assert max(Counter(answer.reference for answer in taken).values(), default=1) == 1
    return found


def references(numbers: Iterable[str]) -> set[str]:
    """Whom these numbers belong to; with or without the plus."""
    return {f"r{int(number.removeprefix('+')[5:])}" for number in numbers}
