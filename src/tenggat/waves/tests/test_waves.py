"""Opening and announcing waves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tenggat.foundation.keys import KeysUnusable
from tenggat.journal.models import Act, Event
from tenggat.waves.actions import AlreadyAnnounced, WaveExists, WaveInvalid, announce_wave, open_wave
from tenggat.waves.entitlement import RuleNotInForce
from tenggat.waves.models import Participation, Wave
from tenggat.waves.queries import list_waves
from tenggat.waves.refusals import WaveUnknown
from tenggat.waves.rotation import rotate_cards
from tenggat.waves.tests.people import (
    ACCEPTED, ANNOUNCED, KEYS, OFFICER, OPENED, people_file, person, prakerja, taken_in, wave,
)  # fmt: skip

pytestmark = pytest.mark.django_db
DEADLINE = datetime(2020, 10, 31, 17, 0, tzinfo=UTC)


def announce(at: datetime = ANNOUNCED, *, clock_starts: str = "announcement") -> Wave:
    programme = replace(prakerja(), clock_starts=clock_starts)  # type: ignore[arg-type]
    return announce_wave(number=9, at=at, programme=programme, now=ANNOUNCED, actor=OFFICER)


def test_wave_10_of_2_october_2020_ends_with_31_october(tmp_path: Path) -> None:
    wave()
    taken_in(people_file(tmp_path, person(1), person(2)))
    announced = announce()
    assert (announced.announced_at, announced.deadline_at, announced.deadline_version) == (ANNOUNCED, DEADLINE, 1)
    assert set(Participation.objects.values_list("deadline_at", "deadline_version")) == {(DEADLINE, 1)}
    told = Event.objects.filter(kind="deadline_set")
    assert told.count() == 2
    assert told[0].details == {"deadline_at": "2020-10-31T17:00:00+00:00", "deadline_version": 1}
    assert (told[0].occurred_at, told[0].to_state) == (ANNOUNCED, None)
    assert Act.objects.get(kind="wave_announced").details["people"] == 2


def test_announcing_again_changes_nothing_and_another_instant_is_refused(tmp_path: Path) -> None:
    wave()
    taken_in(people_file(tmp_path, person(1)))
    announce()
    announce()
    assert Event.objects.filter(kind="deadline_set").count() == 1
    with pytest.raises(AlreadyAnnounced):
        announce(ANNOUNCED + timedelta(seconds=1))


def test_where_the_clock_starts_with_the_balance_it_starts_at_the_later_moment(tmp_path: Path) -> None:
    wave()
    early, late = people_file(tmp_path, person(1)), people_file(tmp_path, person(2), name="late.csv")
    after = people_file(tmp_path, person(3), name="after.csv")
    programme = replace(prakerja(), clock_starts="balance")
    taken_in(early, programme=programme)
    taken_in(late, programme=programme, now=ANNOUNCED + timedelta(days=2))
    announce(clock_starts="balance")
    taken_in(after, programme=programme, now=ANNOUNCED + timedelta(days=4))
    deadlines = Participation.objects.order_by("accepted_at").values_list("deadline_at", flat=True)
    assert list(deadlines) == [DEADLINE, DEADLINE + timedelta(days=2), DEADLINE + timedelta(days=4)]


def test_a_wave_is_listed_with_its_people(tmp_path: Path) -> None:
    wave(10)
    wave(9, quota=50)
    taken_in(people_file(tmp_path, person(1)))
    nine, ten = list_waves()
    assert (nine.wave, nine.quota, nine.accepted, nine.deadline_at) == (9, 50, 1, None)
    assert ten.wave == 10


def test_what_cannot_be_is_refused() -> None:
    wave()
    with pytest.raises(WaveExists):
        wave()
    for number, quota in ((0, 5), (5, 0), (-1, 5), (2**31, 5), (5, 2**31)):
        with pytest.raises(WaveInvalid):
            open_wave(number=number, quota=quota, now=OPENED, actor=OFFICER)
    with pytest.raises(RuleNotInForce):
        announce(datetime(2019, 1, 1, tzinfo=UTC))
    with pytest.raises(WaveUnknown):
        announce_wave(number=99, at=ANNOUNCED, programme=prakerja(), now=ANNOUNCED, actor=OFFICER)


def test_cards_move_to_the_new_key_and_a_second_rotation_finds_nothing(tmp_path: Path) -> None:
    wave()
    taken_in(people_file(tmp_path, *(person(serial) for serial in range(1, 6))))
    rotated = KEYS.rotated()
    assert rotate_cards(keys=rotated, size=2) == 5
    assert rotate_cards(keys=rotated, size=2) == 0
    card = Participation.objects.all()[0]
    assert len(rotated.decrypt(bytes(card.card_cipher), owner=card.person_id.bytes)) == 16
    with pytest.raises(KeysUnusable):
        KEYS.decrypt(bytes(card.card_cipher), owner=card.person_id.bytes)
    assert ACCEPTED == card.accepted_at
