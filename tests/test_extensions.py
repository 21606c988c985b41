"""Extensions: a later deadline, never an earlier one; what was too late may be in time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tenggat.deadlines.deciding import NotAnnounced, SpendingOver
from tenggat.deadlines.reinstating import reinstate
from tenggat.deadlines.releasing import overdraft, release_seats, seats
from tenggat.deadlines.reminders import plan_reminders
from tenggat.deadlines.scopes import Scope, source_scope
from tenggat.journal.models import Event
from tenggat.ledger.models import Entry
from tenggat.messaging.models import Message
from tenggat.registry.models import BlacklistEntry
from tenggat.training.models import Purchase
from tenggat.waves.actions import open_wave
from tenggat.waves.models import Hold, Participation, Wave
from tests.office import AFTERWARDS, BEFORE, DAY, NEXT_WEEK, WAVE_10, extend, faults
from tests.scene import (
    ANNOUNCED,
    AYU,
    BUDI,
    CITRA,
    DEADLINE,
    H7_ALONE,
    IN_TIME,
    NIGHT,
    OFFICER,
    PRAKERJA,
    SECOND,
    WIB,
    bought,
    cancelled,
    catalogue,
    feed,
    join,
    night,
    refusals,
    state_of,
    wave,
)

pytestmark = pytest.mark.django_db
LATER_NIGHT = NEXT_WEEK + timedelta(hours=2, minutes=30)
LATE = DEADLINE + DAY
"""Too late for the deadline, in time for the extended one."""


@pytest.fixture(autouse=True)
def _nothing_is_wrong_in_the_end(db: None) -> Iterator[None]:
    yield
    assert faults() == []


def deadline_of(person: UUID) -> tuple[datetime | None, int]:
    found = Participation.objects.get(person_id=person)
    return found.deadline_at, found.deadline_version


def test_an_extended_deadline_is_the_one_that_counts(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    assert extend(Scope(person_id=ayu)).affected == 1
    assert night().revoked == 1
    assert (deadline_of(ayu), state_of(budi)) == ((NEXT_WEEK, 2), "revoked")
    assert feed(tmp_path, bought(AYU, NEXT_WEEK - SECOND), now=NEXT_WEEK).recorded == 1
    assert night(LATER_NIGHT).due == 0


def test_a_purchase_at_the_extended_deadline_is_late(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    extend(WAVE_10)
    feed(tmp_path, bought(AYU, NEXT_WEEK), now=NEXT_WEEK)
    assert refusals(tmp_path) == ["late"]
    assert night(LATER_NIGHT).revoked == 1
    assert state_of(ayu) == "revoked"


def test_whoever_joins_an_extended_wave_gets_its_deadline_and_version() -> None:
    [ayu] = wave(AYU)
    extend(WAVE_10, effective=IN_TIME)
    budi = join(BUDI, now=IN_TIME + DAY)
    found = Wave.objects.get(number=10)
    assert deadline_of(ayu) == deadline_of(budi) == (found.deadline_at, found.deadline_version) == (NEXT_WEEK, 2)


def test_all_of_a_wave_have_one_version_after_its_extension() -> None:
    ayu, budi = wave(AYU, BUDI)
    extend(Scope(person_id=ayu), DEADLINE + DAY)
    extend(Scope(person_id=ayu), DEADLINE + 2 * DAY)
    extend(WAVE_10)
    assert deadline_of(ayu) == deadline_of(budi) == deadline_of(join(CITRA, now=BEFORE)) == (NEXT_WEEK, 4)


def test_nobody_loses_a_day_by_an_extension() -> None:
    ayu, budi = wave(AYU, BUDI)
    extend(Scope(person_id=ayu), NEXT_WEEK + DAY)
    assert extend(WAVE_10).affected == 1
    assert extend(WAVE_10, DEADLINE + DAY).affected == 0
    assert (deadline_of(ayu)[0], deadline_of(budi)[0]) == (NEXT_WEEK + DAY, NEXT_WEEK)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE waves_participation SET deadline_at = deadline_at - interval '1 microsecond', deadline_version = 2",
        "UPDATE waves_participation SET deadline_at = NULL",
        "UPDATE waves_participation SET deadline_version = 0",
        "UPDATE waves_participation SET deadline_at = deadline_at + interval '1 day'",
        "UPDATE waves_wave SET deadline_at = deadline_at - interval '1 day', deadline_version = 2",
        "UPDATE waves_wave SET deadline_at = deadline_at + interval '1 day'",
    ],
)
def test_the_database_shortens_no_deadline_and_moves_none_without_a_version(statement: str) -> None:
    wave(AYU)
    with pytest.raises(DatabaseError, match="never shortened"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_reminders_of_the_old_deadline_are_not_sent_and_new_ones_are_planned() -> None:
    [ayu] = wave(AYU)
    morning = datetime(2020, 10, 24, 6, tzinfo=WIB)
    assert plan_reminders(programme=H7_ALONE, now=morning).messages == {"h-7": 1}
    extend(WAVE_10, effective=morning + SECOND)
    assert Message.objects.get(person_id=ayu, step="h-7").state == "cancelled"
    assert plan_reminders(programme=H7_ALONE, now=morning + 7 * DAY).messages == {"h-7": 1}
    fresh = Message.objects.get(person_id=ayu, step="h-7", state="planned")
    assert (fresh.deadline_version, fresh.deadline_at) == (2, NEXT_WEEK)


def test_what_was_too_late_counts_by_the_new_deadline(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, LATE), now=LATE)
    assert refusals(tmp_path) == ["late"]
    assert extend(WAVE_10, now=LATE + SECOND).affected == 1
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.first_purchase_at) == ("bought", LATE)
    assert (participation.balance, participation.training_balance) == (3_150_000, 600_000)
    assert Purchase.objects.get(person_id=ayu).late is False
    assert Event.objects.get(person_id=ayu, kind="bought").occurred_at == LATE
    assert night(LATER_NIGHT).due == 0


def test_late_purchases_count_in_the_order_in_which_they_happened_while_the_balance_lasts(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    second = bought(AYU, LATE + SECOND, ref="second", price=500_000)
    feed(tmp_path, second, now=LATE + DAY, source="satu")
    feed(tmp_path, bought(AYU, LATE, ref="first", price=600_000), now=LATE + DAY, source="dua")
    third = bought(AYU, LATE + 2 * SECOND, ref="third", price=300_000)
    feed(tmp_path, third, now=LATE + DAY, source="dua")
    extend(WAVE_10, now=LATE + DAY)
    counted = set(Purchase.objects.filter(person_id=ayu, late=False).values_list("reference", flat=True))
    assert counted == {"first", "third"}
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.first_purchase_at, participation.training_balance) == (LATE, 100_000)
    assert night(LATER_NIGHT).due == 0


def test_a_late_purchase_that_was_taken_back_before_the_new_deadline_does_not_count(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, LATE), now=LATE)
    feed(tmp_path, cancelled(AYU, LATE + SECOND), now=LATE + DAY)
    extend(WAVE_10, now=LATE + DAY)
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.balance, participation.held_until) == ("accepted", 3_550_000, None)
    assert night(LATER_NIGHT).revoked == 1


def test_a_late_purchase_of_an_unknown_course_holds_until_it_is_resolved(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    feed(tmp_path, bought(AYU, LATE), now=LATE)
    extend(WAVE_10, now=LATE + SECOND)
    assert Hold.objects.get(person_id=ayu).reason == "unknown_course"
    assert night(LATER_NIGHT).held == 1
    catalogue(tmp_path)
    assert feed(tmp_path, bought(AYU, LATE), now=LATER_NIGHT).recorded == 1
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.held_until) == ("bought", None)


def test_a_late_purchase_of_an_unknown_course_that_is_taken_back_holds_nobody(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    feed(tmp_path, bought(AYU, LATE), now=LATE)
    extend(WAVE_10, now=LATE + SECOND)
    feed(tmp_path, cancelled(AYU, LATE + SECOND), now=LATE + DAY)
    assert night(LATER_NIGHT).revoked == 1
    assert state_of(ayu) == "revoked"


def test_what_was_too_late_and_could_never_be_paid_holds_nobody(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, LATE, price=1_000_001), now=LATE)
    extend(WAVE_10, now=LATE + SECOND)
    assert Hold.objects.count() == 0
    assert night(LATER_NIGHT).revoked == 1
    assert state_of(ayu) == "revoked"


def test_a_purchase_refused_as_late_cannot_be_told_anew_with_another_moment(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    feed(tmp_path, bought(AYU, LATE), now=LATE)
    extend(WAVE_10, now=LATE + SECOND)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, IN_TIME), now=LATE + DAY)
    assert (refusals(tmp_path), state_of(ayu)) == (["reference_changed"], "accepted")


def test_whoever_was_revoked_is_reinstated_by_an_extension_from_before_the_deadline(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, DEADLINE + SECOND))
    assert night().revoked == 2
    done = extend(WAVE_10, now=AFTERWARDS)
    assert (done.affected, done.reinstated) == (2, 2)
    assert (state_of(ayu), state_of(budi)) == ("bought", "accepted")
    assert deadline_of(ayu) == deadline_of(budi) == (NEXT_WEEK, 2)
    told = Message.objects.filter(step="reinstated", state="planned")
    assert {message.deadline_at for message in told} == {NEXT_WEEK}
    assert Participation.objects.get(person_id=ayu).balance == 3_150_000
    assert night(LATER_NIGHT).revoked == 1
    assert sum(Entry.objects.filter(person_id=budi).values_list("amount", flat=True)) == 0


def test_an_extension_that_is_over_already_honours_what_was_bought_and_revokes_the_others_again(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, DEADLINE + SECOND))
    night()
    extend(WAVE_10, DEADLINE + timedelta(hours=1), now=AFTERWARDS)
    assert (state_of(ayu), state_of(budi)) == ("bought", "accepted")
    told = Message.objects.filter(step="reinstated").values_list("person_id", flat=True)
    assert list(told) == [ayu]  # Budi is not told of a place that the next run takes again
    assert night(AFTERWARDS + DAY).revoked == 1
    assert state_of(budi) == "revoked"


def test_whoever_is_revoked_twice_in_one_instant_is_on_the_blacklist() -> None:
    [ayu] = wave(AYU)
    night()
    extend(WAVE_10, DEADLINE + SECOND, now=NIGHT)
    assert night().revoked == 1
    entries = BlacklistEntry.objects.filter(person_id=ayu).order_by("since_at")
    assert [entry.lifted_at is None for entry in entries] == [False, True]


def test_an_extension_from_after_the_deadline_changes_nobody() -> None:
    wave(AYU)
    night()
    assert extend(WAVE_10, effective=DEADLINE).affected == 0
    assert Wave.objects.get(number=10).deadline_at == DEADLINE


def test_the_order_in_which_extensions_are_written_down_does_not_matter() -> None:
    [ayu] = wave(AYU)
    far = NEXT_WEEK + 7 * DAY
    assert extend(Scope(person_id=ayu), far, effective=DEADLINE + DAY).affected == 0
    extend(WAVE_10, now=DEADLINE + 2 * DAY)
    assert deadline_of(ayu)[0] == far


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_chain_of_extensions_written_down_in_any_order_gives_the_last_deadline(order: tuple[int, ...]) -> None:
    [ayu] = wave(AYU)
    chain = [(BEFORE, DEADLINE + DAY), (DEADLINE + SECOND, NEXT_WEEK), (DEADLINE + 2 * DAY, NEXT_WEEK + DAY)]
    for place in order:
        extend(WAVE_10, chain[place][1], effective=chain[place][0], now=DEADLINE + 3 * DAY)
    assert deadline_of(ayu)[0] == Wave.objects.get(number=10).deadline_at == NEXT_WEEK + DAY


def test_the_first_purchase_is_told_by_the_new_deadline(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, ref="P1"), bought(AYU, LATE, ref="P2"), now=LATE)
    feed(tmp_path, cancelled(AYU, LATE + SECOND, ref="P1"), now=LATE + DAY)  # it counted by the old deadline
    assert extend(WAVE_10, now=LATE + DAY).affected == 1
    standing = Participation.objects.get(person_id=ayu)
    assert (standing.state, standing.first_purchase_at) == ("bought", LATE)


def test_an_extension_never_takes_a_purchase_away(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=IN_TIME)
    feed(tmp_path, cancelled(AYU, LATE), now=LATE)  # after the deadline: it still counts
    assert extend(WAVE_10, now=LATE + SECOND).affected == 0
    assert (deadline_of(ayu)[0], night(LATER_NIGHT).due, state_of(ayu)) == (DEADLINE, 0, "bought")


def test_a_platforms_people_get_more_time(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, LATE), now=LATE)
    assert extend(source_scope("toko"), now=LATE).affected == 1
    assert (state_of(ayu), deadline_of(budi)[0]) == ("bought", DEADLINE)


def test_everyone_gets_more_time_where_time_was_left() -> None:
    [ayu] = wave(AYU)
    [budi] = wave(BUDI, number=11)
    extend(Scope(wave=11))
    assert extend(Scope(), NEXT_WEEK + DAY, effective=DEADLINE + SECOND).affected == 1
    assert (deadline_of(ayu)[0], deadline_of(budi)[0]) == (DEADLINE, NEXT_WEEK + DAY)


def test_a_wave_without_a_deadline_is_not_extended() -> None:
    open_wave(number=10, quota=1, now=ANNOUNCED, actor=OFFICER)
    with pytest.raises(NotAnnounced):
        extend(WAVE_10)


def test_a_deadline_past_the_end_of_spending_helps_nobody() -> None:
    [ayu] = wave(AYU)
    over = datetime(2020, 12, 16, tzinfo=WIB)
    for scope in (WAVE_10, Scope(person_id=ayu), Scope()):
        with pytest.raises(SpendingOver, match="wave 10"):
            extend(scope, over + SECOND)
    assert deadline_of(ayu) == (DEADLINE, 1)
    assert extend(WAVE_10, over).affected == 1


def test_what_an_officer_left_late_stays_late_when_the_renewed_deadline_is_extended(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, LATE), now=LATE)
    night(LATE)
    now = LATE + DAY
    reinstate(person_id=ayu, reason="keliru", by="Sari", programme=PRAKERJA, now=now, actor=OFFICER)
    renewed, version = deadline_of(ayu)
    assert renewed is not None
    assert extend(Scope(person_id=ayu), renewed + DAY, effective=now, now=now).affected == 1
    assert (deadline_of(ayu), state_of(ayu)) == ((renewed + DAY, version + 1), "accepted")
    feed(tmp_path, bought(AYU, LATE), now=now)
    assert (refusals(tmp_path), state_of(ayu)) == (["late_before"], "accepted")
    assert night(renewed + 2 * DAY).revoked == 1


def test_seats_that_were_released_are_owed_when_an_extension_brings_people_back() -> None:
    wave(AYU, BUDI)
    run = night().run
    open_wave(number=11, quota=1, now=NIGHT, actor=OFFICER)
    assert run is not None
    assert release_seats(run_ids=[run], to_wave=11, now=NIGHT, actor=OFFICER).by_run == {run: 2}
    extend(WAVE_10, now=AFTERWARDS)
    assert overdraft(seats()) == 2


def test_a_run_decides_by_the_new_deadline_only(tmp_path: Path) -> None:
    wave(AYU)
    extend(WAVE_10)
    assert night().due == 0
    assert night(LATER_NIGHT - timedelta(hours=1)).due == 0
    assert night(LATER_NIGHT).revoked == 1
    assert night(NIGHT + 30 * DAY).due == 0


def test_a_purchase_that_only_the_new_deadline_makes_one_in_time_counts_once_the_first_is_taken_back(
    tmp_path: Path,
) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, ref="P1"), now=IN_TIME + SECOND)
    feed(tmp_path, bought(AYU, DEADLINE + SECOND, ref="P2"), cancelled(AYU, BEFORE, ref="P1"), now=NIGHT)
    assert (state_of(ayu), night().held) == ("accepted", 1)  # a human decides: the only purchase in time is gone
    extend(WAVE_10, now=NIGHT)
    standing = Participation.objects.get(person_id=ayu)
    assert (standing.state, standing.first_purchase_at, standing.held_until) == ("bought", DEADLINE + SECOND, None)
    assert night(NEXT_WEEK + DAY).revoked == 0
