"""The comparison itself: every wrong that might be is seen, and nothing is explained that is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proof.reckoning import CAUSES, WRONGS, Found, Message, Month, People, reckon
from proof.smsc.ledger import Ledger, Taken

NOON = datetime(2023, 8, 8, 5, tzinfo=UTC)
PHONE, ADDRESS = "+628110000001", "orang1@contoh.id"
TEXTS = {"accepted": "Selamat", "h-7": "Lewat itu kepesertaan dicabut.", "h-3": "Anda belum membeli"}
PEOPLE = People(
    phones={PHONE: 1}, addresses={ADDRESS: 1}, zones={1: 7}, bought={1: NOON}, due={"h-3": NOON + timedelta(days=1)}
)


def taken(step: str, number: int, *, at: datetime = NOON, receipt: str = "DELIVRD") -> Taken:
    words: dict[str, Any] = {"id": str(number), "to": PHONE[1:], "text": TEXTS[step], "receipt": receipt}
    return Taken(**words, at=at.timestamp(), mark=None, until="", acked=True, delivered=True)


def message(step: str, number: int, state: str = "accepted", channel: str = "sms", at: datetime = NOON) -> Message:
    return Message(step, channel, state, str(number), at.isoformat(), PHONE, "")


class Scene:
    """One person who got two messages, of which everybody says the truth; and what is changed."""

    def __init__(self) -> None:
        self.messages = [message("accepted", 1), message("h-7", 2)]
        self.letters = list[tuple[str, str]]()
        self.inbox = {"1", "2"}
        self.people = PEOPLE
        self.ledger = Ledger()
        self.ledger.rows = [taken("accepted", 1), taken("h-7", 2)]
        self.ledger.confirmed = {"1": [1], "2": [1]}

    def month(self) -> Month:
        found = Found(self.messages, self.inbox, 0, [], self.ledger, self.letters)
        return reckon(found, self.people, dropped=0, kills=0, seconds=0)

    def unknown(self) -> None:
        self.messages[1] = message("h-7", 0, "unknown")


def test_where_both_sides_say_the_same_all_is_right() -> None:
    assert Scene().month().right


def _twice(scene: Scene) -> None:
    scene.ledger.rows.append(taken("h-7", 3))


def _two_letters(scene: Scene) -> None:
    scene.messages.append(message("h-7", 0, channel="email"))
    scene.letters = [(ADDRESS, TEXTS["h-7"])] * 2


def _never_sent(scene: Scene) -> None:
    del scene.ledger.rows[1]


def _letter_never_sent(scene: Scene) -> None:
    scene.messages.append(message("h-7", 0, channel="email"))


def _kept_silent(scene: Scene) -> None:
    scene.messages[1] = message("h-7", 0, "planned")


def _of_another(scene: Scene) -> None:
    scene.messages = [message("accepted", 2), message("h-7", 1)]


def _at_night(scene: Scene) -> None:
    scene.ledger.rows[1] = taken("h-7", 2, at=NOON.replace(hour=13))  # 20:00 in the west


def _letter_at_night(scene: Scene) -> None:
    scene.messages.append(message("h-7", 0, channel="email", at=NOON.replace(hour=0)))  # 7:00
    scene.letters = [(ADDRESS, TEXTS["h-7"])]


def _to_a_buyer(scene: Scene) -> None:
    scene.messages.append(message("h-3", 3))
    scene.ledger.rows.append(taken("h-3", 3, at=NOON + timedelta(minutes=1)))


def _missed(scene: Scene) -> None:
    del scene.messages[1], scene.ledger.rows[1]


def _not_told_who_had_not_bought(scene: Scene) -> None:
    scene.people = replace(PEOPLE, bought={1: NOON + timedelta(days=2)})


def _receipt_in_the_inbox(scene: Scene) -> None:
    scene.unknown()


def _receipt_acknowledged_by_the_living(scene: Scene) -> None:
    scene.unknown()
    scene.inbox.remove("2")


def _receipt_acknowledged_by_nobody(scene: Scene) -> None:
    scene.unknown()
    scene.inbox.remove("2")
    scene.ledger.confirmed.clear()


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (_twice, "sent_twice"),
        (_two_letters, "sent_twice"),
        (_never_sent, "said_not_sent"),
        (_letter_never_sent, "said_not_sent"),
        (_kept_silent, "not_said"),
        (_of_another, "mistaken"),
        (_at_night, "at_night"),
        (_letter_at_night, "at_night"),
        (_to_a_buyer, "to_buyers"),
        (_missed, "missed"),
        (_not_told_who_had_not_bought, "missed"),
        (_receipt_in_the_inbox, "unexplained"),
        (_receipt_acknowledged_by_the_living, "unexplained"),
        (_receipt_acknowledged_by_nobody, "unexplained"),
    ],
)
def test_each_wrong_is_seen(change: Callable[[Scene], None], seen: str) -> None:
    scene = Scene()
    change(scene)
    month = scene.month()
    assert not month.right
    assert getattr(month, seen) > 0
    assert set(WRONGS) >= {seen}


def _of_a_killed_sender(scene: Scene) -> None:
    scene.inbox.remove("2")
    scene.ledger.cut = {1}


def _no_receipt(scene: Scene) -> None:
    scene.ledger.rows[1] = taken("h-7", 2, receipt="")


def _two_at_once(scene: Scene) -> None:
    scene.messages[0] = message("accepted", 0, "unknown")


@pytest.mark.parametrize(
    ("change", "cause"),
    [(_never_sent, "never_left"), (_no_receipt, "untold"), (_of_a_killed_sender, "died"), (_two_at_once, "ambiguous")],
)
def test_each_unknown_one_has_its_cause(change: Callable[[Scene], None], cause: str) -> None:
    scene = Scene()
    scene.unknown()
    change(scene)
    month = scene.month()
    assert getattr(month, cause) == month.unknown > 0
    assert {name for name in CAUSES if getattr(month, name)} == {cause}
    assert month.right
