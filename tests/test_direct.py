"""Messages of no wave: a code overtakes a nation's reminders, and nothing of it stays behind."""

from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from tenggat.audit.verify import verify
from tenggat.foundation.keys import derive
from tenggat.foundation.side_by_side import in_sessions
from tenggat.messaging import direct
from tenggat.messaging.gateways import Outcome
from tenggat.messaging.handing import Route
from tenggat.messaging.models import Message
from tests.scene import AYU, KEYS, PRAKERJA, crowd, wave
from tests.sessions import sessions, wait_until_blocked
from tests.test_delivery import NOON, remind
from tests.test_sending import Scripted, send

pytestmark = pytest.mark.django_db
NEW_NUMBER = "+6281299990001"
STRANGER = UUID(int=77, version=4)
MIDNIGHT = NOON.replace(hour=0)


def code(
    person: UUID = STRANGER, *, to: str = NEW_NUMBER, channel: str = "sms", code: str = "318204", now: datetime = NOON
) -> int:
    return direct.send(
        person_id=person,
        step="otp",
        channel=channel,
        address=to,
        name="",
        values={"code": code, "minutes": "10"},
        keys=KEYS,
        now=now,
        expires_at=now + timedelta(minutes=10),
    )


def left() -> list[tuple[str, str, bool]]:
    """State, address and whether anything sealed is left."""
    rows = Message.objects.filter(wave=0).order_by("deadline_version").values_list("state", "address", "sealed")
    return [(state, address, sealed is not None) for state, address, sealed in rows]


def test_a_code_goes_to_the_address_given_at_any_hour_and_to_who_is_in_no_registry() -> None:
    gateway = Scripted()
    assert code(now=MIDNIGHT) == 1
    assert send(gateway, now=MIDNIGHT).accepted == 1
    [given] = gateway.given
    assert (given.to, given.channel) == (NEW_NUMBER, "sms")
    assert "318204" in given.text
    assert given.until == MIDNIGHT + timedelta(minutes=10)


def test_what_a_code_says_lies_encrypted_until_it_has_gone_and_then_nowhere() -> None:
    code()
    [(state, address, sealed)] = left()
    assert (state, address, sealed) == ("planned", NEW_NUMBER, True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT message::text FROM messaging_message AS message")
        assert "318204" not in str(cursor.fetchall())
    send(Scripted())
    assert left() == [("accepted", "", False)]


@pytest.mark.parametrize(
    ("outcome", "state"), [(Outcome.REJECTED, "rejected"), (Outcome.UNKNOWN, "unknown"), (Outcome.ACCEPTED, "accepted")]
)
def test_nothing_is_kept_whatever_the_gateway_says(outcome: Outcome, state: str) -> None:
    code()
    send(Scripted({NEW_NUMBER: (outcome, "x")}))
    assert left() == [(state, "", False)]


def test_a_code_that_no_gateway_took_in_its_time_is_forgotten() -> None:
    code()
    assert send(Scripted(), now=NOON + timedelta(minutes=10)).expired == 1
    assert left() == [("expired", "", False)]


def test_a_gateway_that_cannot_be_used_leaves_a_code_waiting_as_it_was() -> None:
    code()
    assert send(Scripted(breaks_after=0)).unusable
    assert left() == [("planned", NEW_NUMBER, True)]


def test_a_newer_code_takes_the_place_of_one_that_has_not_gone() -> None:
    assert (code(code="111111"), code(code="222222")) == (1, 2)
    gateway = Scripted()
    send(gateway)
    assert ["222222" in given.text for given in gateway.given] == [True]
    assert left() == [("cancelled", "", False), ("accepted", "", False)]


def test_by_mail_it_goes_to_the_address_given() -> None:
    gateway = Scripted()
    code(to="ayu@example.id", channel="email")
    send(gateway)
    assert [given.to for given in gateway.given] == ["ayu@example.id"]


def test_a_route_for_some_numbers_takes_the_codes_for_them() -> None:
    named, rest = Scripted(), Scripted()
    code(to="+6281199990001")
    send(Route("named", named, ("sms",), prefixes=("+62811",)), Route("rest", rest, ("sms",)))
    assert (len(named.given), len(rest.given)) == (1, 0)


def test_a_code_overtakes_reminders(tmp_path: Path) -> None:
    crowd(tmp_path, 30)
    remind()
    code()
    gateway = Scripted()
    send(gateway)
    assert gateway.given[0].to == NEW_NUMBER
    assert len(gateway.given) == 31


def test_somebody_of_the_registry_may_get_one_elsewhere_and_is_called_by_name() -> None:
    [ayu] = wave(AYU)
    direct.send(
        person_id=ayu,
        step="answer",
        channel="sms",
        address=NEW_NUMBER,
        name="",
        values={},
        keys=KEYS,
        now=NOON,
        expires_at=NOON + timedelta(days=1),
    )
    gateway = Scripted()
    send(gateway)
    assert [(given.to, given.text.split(",")[0]) for given in gateway.given] == [(NEW_NUMBER, "Peserta Contoh")]


def test_what_is_not_urgent_waits_for_the_morning() -> None:
    direct.send(
        person_id=STRANGER,
        step="answer",
        channel="sms",
        address=NEW_NUMBER,
        name="Sari",
        values={},
        keys=KEYS,
        now=MIDNIGHT,
        expires_at=MIDNIGHT + timedelta(days=2),
    )
    gateway = Scripted()
    assert send(gateway, now=MIDNIGHT).waiting == 1
    send(gateway)
    assert gateway.given[0].text.startswith("Sari, ")


def test_under_other_keys_it_is_given_up_and_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    wave(AYU)
    remind()
    code()
    monkeypatch.setattr("tests.test_sending.KEYS", derive(8))
    done = send(Scripted())
    assert (done.accepted, done.rejected) == (1, 1)


def test_verify_agrees_with_messages_of_no_wave() -> None:
    code()
    send(Scripted())
    [messages] = [check for check in verify(programme=PRAKERJA) if check.name == "messages"]
    assert messages.ok


@pytest.mark.usefixtures("committed")
def test_two_sessions_at_once_plan_one_code_each_and_the_later_one_goes() -> None:
    together = Barrier(2, timeout=30)

    def one() -> int:
        together.wait()
        return code()

    for _ in range(5):
        first, second = sorted(in_sessions([one, one]))
        assert second == first + 1
        waiting = Message.objects.filter(wave=0, state="planned")
        assert [message.deadline_version for message in waiting] == [second]


@pytest.mark.usefixtures("committed")
def test_a_code_that_another_session_is_planning_is_overtaken_too() -> None:
    with sessions() as both:
        first, commit = both.start_and_hold(lambda: code(code="111111"))
        second = both.start(lambda: code(code="222222"))
        wait_until_blocked(second)
        commit()
        assert (first.result(), second.result()) == (1, 2)
    assert left() == [("cancelled", "", False), ("planned", NEW_NUMBER, True)]


def test_a_code_is_never_sent_again_on_a_guess() -> None:
    code()
    send(Scripted(silent=True))
    gateway = Scripted()
    send(gateway, now=NOON + timedelta(minutes=5))
    assert gateway.given == []


def test_a_sender_that_died_with_a_code_leaves_it_unknown_and_forgotten() -> None:
    code()
    Message.objects.update(state="sending", claimed_at=NOON, route="scripted", sender=4711, attempt=1)
    send(Scripted(), now=NOON + timedelta(minutes=1))
    assert left() == [("unknown", "", False)]
