"""Planning and handing over: once per person, inside the hours, and never twice after a crash."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenggat.deadlines.reminders import Planned, plan_reminders
from tenggat.messaging.delivery import deliver
from tenggat.messaging.gateways import Outgoing
from tenggat.messaging.gateways.file import FileGateway, SenderAtWork
from tenggat.messaging.handing import Delivered
from tenggat.messaging.models import Message
from tests.scene import (
    ANNOUNCED,
    AYU,
    BUDI,
    CITRA,
    DEADLINE,
    H7_ALONE,
    IN_TIME,
    KEYS,
    PRAKERJA,
    SECOND,
    WIB,
    bought,
    catalogue,
    feed,
    join,
    night,
    wave,
)

pytestmark = pytest.mark.django_db
MORNING = datetime(2020, 10, 24, 6, tzinfo=WIB)
NOON = datetime(2020, 10, 24, 12, tzinfo=WIB)


def remind(now: datetime = MORNING, *, dry_run: bool = False) -> int:
    return plan_reminders(programme=H7_ALONE, now=now, dry_run=dry_run).messages["h-7"]


def hand_over(folder: Path, now: datetime = NOON) -> Delivered:
    return deliver(programme=PRAKERJA, keys=KEYS, gateway=FileGateway(folder / "messages.jsonl"), now=now)


def sent(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "messages.jsonl").read_text("utf-8").splitlines()]


def test_everyone_is_reminded_once_seven_days_before_the_last_day(tmp_path: Path) -> None:
    wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=IN_TIME)  # the rule of 2020 reminds all, also who has bought
    assert remind(MORNING - timedelta(days=1)) == 0
    assert remind() == 2
    assert remind() == 0
    assert remind(NOON + timedelta(hours=1)) == 0
    message = Message.objects.first()
    assert message is not None
    assert message.not_before == datetime(2020, 10, 24, 8, tzinfo=WIB)
    assert message.expires_at == datetime(2020, 10, 31, 20, tzinfo=WIB)


def test_what_falls_due_within_a_day_is_planned() -> None:
    [ayu] = wave(AYU)
    the_day_before = datetime(2020, 10, 23, 8, tzinfo=WIB)
    assert remind(the_day_before - SECOND) == 0
    assert remind(the_day_before) == 1
    assert Message.objects.get(person_id=ayu).not_before == the_day_before + timedelta(days=1)


def test_the_step_that_is_furthest_ahead_is_planned_beside_the_others() -> None:
    wave(AYU)
    twice = replace(H7_ALONE, steps=(*H7_ALONE.steps, replace(H7_ALONE.steps[0], name="h-1", days_before=1)))
    assert plan_reminders(programme=twice, now=MORNING).messages == {"h-7": 1, "h-1": 0}
    assert plan_reminders(programme=twice, now=MORNING + timedelta(days=6)).messages == {"h-7": 0, "h-1": 1}


def test_whom_no_channel_of_the_step_reaches_is_counted() -> None:
    wave(AYU, BUDI)  # both have a telephone alone
    by_post = replace(H7_ALONE, steps=(replace(H7_ALONE.steps[0], channels=("email",)),))
    planned = plan_reminders(programme=by_post, now=MORNING)
    assert (planned.messages, planned.unreachable) == ({"h-7": 0}, {"h-7": 2})


def test_where_no_step_falls_due_nobody_is_looked_at() -> None:
    wave(AYU)
    assert plan_reminders(programme=H7_ALONE, now=ANNOUNCED) == Planned({"h-7": 0}, {"h-7": 0})


def test_a_programme_of_notices_alone_plans_nothing() -> None:
    wave(AYU)
    notices = tuple(step for step in PRAKERJA.steps if not step.by_days)
    assert plan_reminders(programme=replace(PRAKERJA, steps=notices), now=MORNING) == Planned()


def test_a_rehearsal_of_reminding_leaves_nothing() -> None:
    wave(AYU)
    assert remind(dry_run=True) == 1
    assert Message.objects.count() == 0


def test_hours_are_those_of_the_persons_own_clock(tmp_path: Path) -> None:
    wave(AYU, province="91")  # Papua: two hours ahead of WIB
    remind()
    assert hand_over(tmp_path, datetime(2020, 10, 24, 7, tzinfo=WIB)).accepted == 1
    assert "1 Nov 2020 pukul 01.59 WIT (23.59 WIB)" in sent(tmp_path)[0]["text"]


def test_nothing_goes_out_at_night_and_what_is_too_late_expires(tmp_path: Path) -> None:
    wave(AYU)
    remind()
    assert hand_over(tmp_path, NOON.replace(hour=21)).waiting == 1
    assert hand_over(tmp_path, DEADLINE).expired == 1
    assert sent(tmp_path) == []


def test_found_late_the_reminder_goes_at_once(tmp_path: Path) -> None:
    wave()
    join(AYU, now=datetime(2020, 10, 29, 15, tzinfo=WIB))
    late = datetime(2020, 10, 29, 16, tzinfo=WIB)
    assert remind(late) == 1
    assert hand_over(tmp_path, late).accepted == 1


def test_the_revoked_are_told_in_the_morning(tmp_path: Path) -> None:
    wave(BUDI)
    night()
    assert hand_over(tmp_path, datetime(2020, 11, 1, 7, 59, tzinfo=WIB)).accepted == 0
    assert hand_over(tmp_path, datetime(2020, 11, 1, 8, tzinfo=WIB)).accepted == 1
    assert "dicabut" in sent(tmp_path)[0]["text"]


def test_handing_over_twice_sends_once(tmp_path: Path) -> None:
    wave(AYU, BUDI)
    remind()
    assert (hand_over(tmp_path).accepted, hand_over(tmp_path).accepted) == (2, 0)
    assert len(sent(tmp_path)) == 2


def test_what_a_dead_sender_had_written_counts_and_what_it_had_not_goes_again(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    remind()
    Message.objects.update(state="sending", claimed_at=NOON)  # as a sender that died after claiming leaves it
    with FileGateway(tmp_path / "messages.jsonl") as gateway:
        gateway.send([Outgoing(f"{ayu}.10.h-7.sms.1", "sms", "+62", "text")], at=NOON)
    with (tmp_path / "messages.jsonl").open("a") as file:
        file.write(f'{{"reference": "{budi}.10.h-7.sms.1", "chan')  # torn in the middle of a write
    done = hand_over(tmp_path, NOON + timedelta(minutes=5))
    assert (done.accepted, done.unknown, done.waiting) == (2, 0, 0)
    assert sorted(line["reference"] for line in sent(tmp_path)) == sorted(
        [f"{ayu}.10.h-7.sms.1", f"{budi}.10.h-7.sms.1"]
    )
    assert set(Message.objects.values_list("state", flat=True)) == {"accepted"}


def test_the_outbox_file_is_for_its_owner_only(tmp_path: Path) -> None:
    wave(AYU)
    remind()
    hand_over(tmp_path)
    assert (tmp_path / "messages.jsonl").stat().st_mode & 0o077 == 0


def test_two_senders_never_share_the_file(tmp_path: Path) -> None:
    """Also when the first has lost its session, and with it the database's lock."""
    wave(AYU)
    remind()
    with FileGateway(tmp_path / "messages.jsonl"), pytest.raises(SenderAtWork, match="sending right now"):
        hand_over(tmp_path)
    assert hand_over(tmp_path).accepted == 1


def test_a_message_that_cannot_be_put_into_words_does_not_stop_the_others(tmp_path: Path) -> None:
    ayu, budi, citra = wave(AYU, BUDI, CITRA)
    remind()
    Message.objects.filter(person_id=ayu).update(step="h-70")  # a step that the programme file had once
    Message.objects.filter(person_id=budi).update(deadline_at=datetime(1, 1, 1, tzinfo=UTC))
    done = hand_over(tmp_path)
    assert (done.accepted, done.rejected, done.waiting) == (1, 2, 0)
    assert [line["reference"] for line in sent(tmp_path)] == [f"{citra}.10.h-7.sms.1"]
    for spoilt in (ayu, budi):
        message = Message.objects.get(person_id=spoilt)
        assert (message.state, message.outcome, message.sent_at) == ("rejected", "no_text", None)
    assert hand_over(tmp_path).accepted == 0


def test_a_mistake_of_ours_rejects_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wave(AYU, BUDI)
    remind()
    with monkeypatch.context() as mistaken:
        mistaken.setattr("tenggat.messaging.wording.render", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            hand_over(tmp_path)
    assert hand_over(tmp_path).accepted == 2
