"""Seats of people who were revoked go to a new wave, once, and are counted right when somebody comes back."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tenggat.deadlines import reinstating, releasing
from tenggat.deadlines.approving import RunUnknown, approve
from tenggat.deadlines.models import Release
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Act
from tenggat.waves.actions import announce_wave, open_wave
from tenggat.waves.models import Wave
from tenggat.waves.refusals import NotAccepted, WaveUnknown
from tests.scene import (
    AYU,
    BUDI,
    CITRA,
    NIGHT,
    OFFICER,
    PRAKERJA,
    bought,
    catalogue,
    feed,
    join,
    night,
    wave,
)
from tests.sessions import sessions, wait_until_blocked
from tests.test_brake import careful_night

LATER = NIGHT + timedelta(hours=1)


def new_wave(number: int = 11, quota: int = 1) -> None:
    open_wave(number=number, quota=quota, now=LATER, actor=OFFICER)


def release(*runs: int | None, to_wave: int = 11) -> releasing.Released:
    named = {run for run in runs if run is not None}
    return releasing.release_seats(run_ids=named, to_wave=to_wave, now=LATER, actor=OFFICER)


def come_back(person: UUID, now: datetime = LATER) -> None:
    reinstating.reinstate(person_id=person, reason="rumah sakit", by="Sari", programme=PRAKERJA, now=now, actor=OFFICER)


def quota(number: int = 11) -> int:
    return Wave.objects.get(number=number).quota


def another_night(*niks: str, number: int = 12) -> tuple[int | None, list[UUID]]:
    """One more wave that lapses: its run and its people."""
    people = wave(*niks, number=number)
    return night(LATER).run, people


@pytest.mark.django_db
def test_the_seats_of_a_run_go_to_a_new_wave_once() -> None:
    wave(AYU, BUDI)
    run = night().run
    new_wave()
    done = release(run)
    assert (done.seats, done.by_run, done.quota, done.repaid, done.overdraft) == (2, {run: 2}, 3, 0, 0)
    assert (release(run).seats, quota(), Release.objects.count()) == (0, 3, 1)
    assert Act.objects.get(kind="seats_released").details == {
        "runs": {str(run): 2}, "to_wave": 11, "seats": 2, "repaid": 0, "quota": 3,
    }  # fmt: skip


@pytest.mark.django_db
def test_the_new_seats_can_be_taken_and_not_one_more() -> None:
    wave(AYU)
    run = night().run
    new_wave(quota=1)
    join(BUDI, number=11, now=LATER)
    with pytest.raises(NotAccepted):
        join(CITRA, number=11, now=LATER)
    release(run)
    join(CITRA, number=11, now=LATER)
    with pytest.raises(NotAccepted):
        join("3171011501950099", number=11, now=LATER)


@pytest.mark.django_db
def test_who_came_back_before_keeps_the_seat(tmp_path: Path) -> None:
    ayu, _, _ = wave(AYU, BUDI, CITRA)
    catalogue(tmp_path)
    run = night().run
    come_back(ayu)
    feed(tmp_path, bought(BUDI), now=LATER)  # bought in time, told late
    new_wave()
    assert (release(run).seats, quota()) == (1, 2)


@pytest.mark.django_db
def test_several_runs_are_drawn_from_at_once() -> None:
    wave(AYU)
    first = night().run
    second, _ = another_night(BUDI, CITRA)
    new_wave()
    done = release(first, second)
    assert (done.seats, done.by_run, quota()) == (3, {first: 1, second: 2}, 4)


@pytest.mark.django_db
def test_who_comes_back_afterwards_is_an_overdraft_that_the_next_release_repays() -> None:
    ayu, budi = wave(AYU, BUDI)
    first = night().run
    new_wave()
    release(first)
    come_back(ayu)
    assert releasing.overdraft(releasing.seats()) == 1
    assert (release(first).seats, quota()) == (0, 3)  # nobody is put out again
    second, people = another_night(CITRA, "3171011501950098", "3171011501950099")
    done = release(second)
    assert (done.seats, done.repaid, done.overdraft, quota()) == (2, 1, 0, 5)
    assert (release(first, second).seats, releasing.overdraft(releasing.seats())) == (0, 0)
    come_back(people[0])
    come_back(budi)
    assert releasing.overdraft(releasing.seats()) == 2


@pytest.mark.django_db
def test_a_run_that_has_less_than_is_owed_gives_nothing_and_repays_what_it_has() -> None:
    ayu, budi = wave(AYU, BUDI)
    first = night().run
    new_wave()
    release(first)
    come_back(ayu)
    come_back(budi)
    second, _ = another_night(CITRA)
    done = release(second)
    assert (done.seats, done.repaid, done.overdraft, quota()) == (0, 1, 1, 3)


@pytest.mark.django_db
def test_who_lapses_again_leaves_the_seat_again_and_it_is_not_given_twice() -> None:
    [ayu] = wave(AYU)
    first = night().run
    new_wave()
    release(first)
    come_back(ayu)
    again = night(LATER + timedelta(days=60))
    assert again.revoked == 1
    done = release(again.run)
    assert (done.seats, done.repaid, done.overdraft, quota()) == (0, 1, 0, 2)


@pytest.mark.django_db
def test_a_wave_that_is_announced_or_not_open_gains_nothing() -> None:
    wave(AYU)
    run = night().run
    with pytest.raises(WaveUnknown):
        release(run)
    with pytest.raises(releasing.WaveAnnounced):
        release(run, to_wave=10)
    assert Release.objects.count() == 0


@pytest.mark.parametrize(("unknown", "refusal"), [(True, RunUnknown), (False, releasing.RunNotClosed)])
@pytest.mark.django_db
def test_a_run_that_is_not_there_or_not_closed_gives_nothing(*, unknown: bool, refusal: type[Refusal]) -> None:
    wave(AYU, BUDI)
    new_wave()
    waiting = careful_night().run
    with pytest.raises(refusal):
        release(10**9 if unknown else waiting)
    assert quota() == 1


def _closed_run() -> int:
    wave(AYU, BUDI)
    new_wave()
    run = night().run
    assert run is not None
    return run


_GIVE = """INSERT INTO deadlines_release (run_id, to_wave, seats, repaid, released_at, actor)
           VALUES (%s, %s, %s, %s, %s, '')"""


@pytest.mark.parametrize(("to_wave", "seats", "repaid"), [(11, 3, 0), (11, 2, 1), (11, 0, 0), (11, 3, -1), (10, 1, 0)])
@pytest.mark.django_db
def test_the_database_gives_no_seat_that_nobody_left(to_wave: int, seats: int, repaid: int) -> None:
    run = _closed_run()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_GIVE, [run, to_wave, seats, repaid, LATER])
    assert quota() == 1


@pytest.mark.django_db
def test_the_database_gives_no_seat_of_a_run_under_way_and_takes_none_back() -> None:
    release(_closed_run())
    for attempt in ("DELETE FROM deadlines_release", "UPDATE deadlines_release SET seats = 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)
    wave(CITRA, "3171011501950099", number=12)
    waiting = careful_night()
    for name in ("Sari", "Bambang"):
        approve(run_id=waiting.run or 0, by=name, now=NIGHT, actor=OFFICER)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_GIVE, [waiting.run, 11, 1, 0, LATER])


@pytest.mark.usefixtures("committed")
def test_a_release_waits_for_somebody_who_is_coming_back() -> None:
    ayu, _ = wave(AYU, BUDI)
    run = night().run
    new_wave()
    with sessions() as both:
        coming, commit = both.start_and_hold(lambda: come_back(ayu))
        releases = both.start(lambda: release(run))
        wait_until_blocked(releases)
        assert not releases.done()
        commit()
        coming.result()
        assert (releases.result().seats, releases.result().overdraft) == (1, 0)


@pytest.mark.usefixtures("committed")
def test_somebody_who_comes_back_waits_for_a_release_and_is_seen_as_an_overdraft() -> None:
    ayu, _ = wave(AYU, BUDI)
    run = night().run
    new_wave()
    with sessions() as both:
        releases, commit = both.start_and_hold(lambda: release(run))
        coming = both.start(lambda: come_back(ayu))
        wait_until_blocked(coming)
        assert not coming.done()
        commit()
        coming.result()
        assert releases.result().seats == 2
    assert releasing.overdraft(releasing.seats()) == 1


@pytest.mark.usefixtures("committed")
def test_two_releases_at_once_give_each_seat_once() -> None:
    wave(AYU, BUDI)
    run = night().run
    new_wave()
    new_wave(number=12)
    with sessions() as both:
        first, commit = both.start_and_hold(lambda: release(run))
        second = both.start(lambda: release(run, to_wave=12))
        wait_until_blocked(second)
        commit()
        assert (first.result().seats, second.result().seats) == (2, 0)
    assert (quota(11), quota(12)) == (3, 1)


@pytest.mark.usefixtures("committed")
def test_a_wave_that_is_being_announced_gains_nothing_more() -> None:
    wave(AYU)
    run = night().run
    new_wave()
    with sessions() as both:
        announcing, commit = both.start_and_hold(
            lambda: announce_wave(number=11, at=LATER, programme=PRAKERJA, now=LATER, actor=OFFICER)
        )
        releases = both.start(lambda: release(run))
        wait_until_blocked(releases)
        commit()
        announcing.result()
        with pytest.raises(releasing.WaveAnnounced):
            releases.result()
    assert quota() == 1
