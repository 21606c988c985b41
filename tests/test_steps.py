"""The steps beside H-7: the accepted are told once, the ladder is for later waves, and lots decide on variants."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tenggat.deadlines.fallback import plan_fallbacks
from tenggat.deadlines.reinstating import reinstate
from tenggat.deadlines.reminders import plan_reminders
from tenggat.messaging.delivery import deliver
from tenggat.messaging.gateways.file import FileGateway
from tenggat.messaging.models import Message
from tenggat.registry.models import Person
from tenggat.rules.programme import Programme, Variant
from tenggat.waves.actions import open_wave
from tenggat.waves.models import Wave
from tests.office import WAVE_10, extend
from tests.scene import (
    ANNOUNCED,
    AYU,
    BUDI,
    CITRA,
    IN_TIME,
    KEYS,
    NIGHT,
    OFFICER,
    PRAKERJA,
    WIB,
    bought,
    catalogue,
    crowd,
    feed,
    join,
    night,
    wave,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EVENING = datetime(2020, 10, 31, 20, tzinfo=WIB)
LADDER = replace(PRAKERJA, steps=tuple(replace(step, since=None) for step in PRAKERJA.steps))
HALVES = (Variant("calm", 30), Variant("brisk", 70, "{name}, {deadline}"))


def remind(now: datetime, programme: Programme = PRAKERJA) -> dict[str, int]:
    """What is new, where anything is."""
    planned = plan_reminders(programme=programme, now=now, keys=KEYS).messages
    return {step: count for step, count in planned.items() if count}


def hand_over(folder: Path, now: datetime) -> int:
    return deliver(programme=PRAKERJA, keys=KEYS, gateway=FileGateway(folder / "messages.jsonl"), now=now).accepted


def messages(person: UUID) -> list[tuple[str, int, str]]:
    found = Message.objects.filter(person_id=person).order_by("step", "deadline_version")
    return list(found.values_list("step", "deadline_version", "state"))


def test_the_accepted_are_told_at_once_and_only_once(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    assert remind(ANNOUNCED) == {"accepted": 1}
    message = Message.objects.get(person_id=ayu)
    assert (message.not_before, message.expires_at, message.skip_if_bought) == (ANNOUNCED, EVENING, False)
    assert remind(ANNOUNCED) == {}
    assert hand_over(tmp_path, ANNOUNCED) == 1
    assert "Selamat Peserta Contoh, Anda lolos Kartu Prakerja." in (tmp_path / "messages.jsonl").read_text("utf-8")
    assert remind(ANNOUNCED + DAY) == {}


def test_who_is_imported_later_is_told_later_and_who_has_bought_is_told_too(tmp_path: Path) -> None:
    wave(AYU)
    assert remind(ANNOUNCED) == {"accepted": 1}
    join(BUDI, now=ANNOUNCED + 3 * DAY)
    catalogue(tmp_path)
    feed(tmp_path, bought(BUDI, ANNOUNCED + 4 * DAY), now=ANNOUNCED + 4 * DAY)
    assert remind(ANNOUNCED + 5 * DAY) == {"accepted": 1}


def test_after_the_last_evening_nobody_is_told_any_more() -> None:
    wave(AYU)
    assert remind(EVENING) == {}


def test_a_wave_that_is_not_announced_is_told_nothing() -> None:
    open_wave(number=11, quota=5, now=ANNOUNCED, actor=OFFICER)
    join(AYU, number=11)
    assert remind(ANNOUNCED) == {}


def test_an_unsent_message_names_the_new_deadline_after_an_extension() -> None:
    [ayu] = wave(AYU)
    remind(ANNOUNCED)
    extend(WAVE_10, effective=ANNOUNCED)
    assert remind(ANNOUNCED) == {"accepted": 1}
    assert messages(ayu) == [("accepted", 1, "cancelled"), ("accepted", 2, "planned")]


@pytest.mark.parametrize("state", ["accepted", "unknown", "sending"])
def test_whom_it_reached_or_may_have_reached_is_not_told_again_with_a_later_deadline(state: str) -> None:
    [ayu] = wave(AYU)
    remind(ANNOUNCED)
    Message.objects.update(state=state, sent_at=ANNOUNCED)
    extend(WAVE_10, effective=ANNOUNCED)
    assert remind(ANNOUNCED) == {}
    assert messages(ayu) == [("accepted", 1, state)]


def test_whom_it_failed_to_reach_by_its_receipt_is_told_with_the_later_deadline() -> None:
    [ayu] = wave(AYU)
    remind(ANNOUNCED)
    Message.objects.update(state="accepted", sent_at=ANNOUNCED, fate="failed")
    extend(WAVE_10, effective=ANNOUNCED)
    assert remind(ANNOUNCED) == {"accepted": 1}
    assert messages(ayu) == [("accepted", 1, "accepted"), ("accepted", 2, "planned")]


def test_who_is_brought_back_is_told_that_and_not_of_being_accepted() -> None:
    [ayu] = wave(AYU)
    night()
    later = NIGHT + timedelta(hours=8)
    reinstate(person_id=ayu, reason="sakit", by="Sari", programme=PRAKERJA, now=later, actor=OFFICER)
    assert remind(later) == {}
    assert [step for step, _, _ in messages(ayu)] == ["reinstated", "revoked"]


def test_the_ladder_is_for_those_who_have_not_bought_in_waves_of_2021_and_later(tmp_path: Path) -> None:
    wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=IN_TIME)
    h_3, last = datetime(2020, 10, 28, 6, tzinfo=WIB), datetime(2020, 10, 31, 6, tzinfo=WIB)
    assert remind(h_3) == {"accepted": 2, "h-7": 2}
    assert remind(h_3, LADDER) == {"h-3": 1}
    assert remind(last, LADDER) == {"last-day": 1}
    assert Message.objects.get(step="last-day").not_before == datetime(2020, 10, 31, 8, tzinfo=WIB)
    feed(tmp_path, bought(BUDI, last), now=last)
    assert set(Message.objects.filter(step__in=("h-3", "last-day")).values_list("state", flat=True)) == {"cancelled"}


def test_waves_of_one_deadline_are_told_by_their_own_announcement() -> None:
    """The day from which a step is sent divides waves, also where an extension gave them the same deadline."""
    wave(AYU)
    wave(BUDI, number=11)
    later = replace(PRAKERJA, steps=(replace(PRAKERJA.step("accepted"), since=date(2020, 10, 3)),))
    assert remind(ANNOUNCED, later) == {}
    Wave.objects.filter(number=11).update(announced_at=ANNOUNCED + DAY)
    planned = plan_reminders(programme=later, now=ANNOUNCED + DAY)
    assert planned.messages == {"accepted": 1}
    assert Message.objects.get().wave == 11


def test_days_after_the_announcement_wait_for_their_day() -> None:
    wave(AYU, province="91")
    welcome = replace(PRAKERJA, steps=(replace(PRAKERJA.step("accepted"), name="welcome", days_after=2),))
    assert remind(ANNOUNCED, welcome) == {}
    assert remind(ANNOUNCED + DAY, welcome) == {"welcome": 1}
    assert Message.objects.get().not_before == datetime(2020, 10, 4, 6, tzinfo=WIB)  # 8 o'clock in Papua


def lot(person: UUID, step: str) -> int:
    """The lot of a person, of 100, by other means."""
    digest = hashlib.sha256(KEYS.lots() + person.bytes + step.encode()).digest()
    return int.from_bytes(digest[:3]) * 100 >> 24


def test_lots_decide_on_variants_and_the_text_is_that_of_the_variant(tmp_path: Path) -> None:
    crowd(tmp_path, 400)
    tried = replace(PRAKERJA, steps=(replace(PRAKERJA.step("h-7"), variants=HALVES),))
    morning = datetime(2020, 10, 24, 6, tzinfo=WIB)
    assert remind(morning, tried) == {"h-7": 400}
    drawn = dict(Message.objects.values_list("person_id", "variant"))
    assert drawn == {person: "calm" if lot(person, "h-7") < 30 else "brisk" for person in drawn}
    shares = Counter(drawn.values())
    assert 85 <= shares["calm"] <= 155  # 120 expected; six standard deviations are 55
    noon = morning + timedelta(hours=6)
    gateway = FileGateway(tmp_path / "messages.jsonl")
    assert deliver(programme=tried, keys=KEYS, gateway=gateway, now=noon).accepted == 400
    told = (tmp_path / "messages.jsonl").read_text("utf-8")
    assert told.count('"Peserta, 31 Okt 2020 pukul 23.59 WIB"') == shares["brisk"]
    assert told.count("Masuk ke akun Kartu Prakerja.") == shares["calm"]


def test_a_fallback_says_what_the_first_message_said() -> None:
    [ayu] = wave(AYU)
    tried = replace(PRAKERJA, steps=(replace(PRAKERJA.step("accepted"), variants=HALVES),))
    assert remind(ANNOUNCED, tried) == {"accepted": 1}
    Person.objects.filter(person_id=ayu).update(email="ayu@contoh.id")
    Message.objects.update(state="rejected", outcome="no such number")
    assert plan_fallbacks(programme=tried, now=ANNOUNCED) == {"accepted": 1}
    first, second = Message.objects.order_by("-channel")
    assert (first.channel, second.channel, second.variant) == ("sms", "email", first.variant)
    assert first.variant


def test_each_step_draws_its_own_lots() -> None:
    people = [UUID(int=number) for number in range(200)]
    assert [lot(person, "h-7") for person in people] != [lot(person, "h-3") for person in people]


def test_a_step_without_variants_has_none() -> None:
    wave(AYU, BUDI, CITRA)
    remind(ANNOUNCED)
    assert set(Message.objects.values_list("variant", flat=True)) == {""}


def test_lots_need_a_key() -> None:
    wave(AYU)
    tried = replace(PRAKERJA, steps=(replace(PRAKERJA.step("accepted"), variants=HALVES),))
    with pytest.raises(ValueError, match="no keys"):
        plan_reminders(programme=tried, now=ANNOUNCED)
