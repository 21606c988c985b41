"""The night after a deadline, told about Ayu, Budi and Citra."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import Sum

from tenggat.deadlines import engine
from tenggat.deadlines.models import Run
from tenggat.deadlines.scopes import Scope
from tenggat.journal.models import Event
from tenggat.ledger.models import Entry
from tenggat.messaging.models import Message
from tenggat.registry.models import BlacklistEntry
from tenggat.waves.entitlement import WaveOver
from tenggat.waves.models import Participation
from tests.office import DAY, extend
from tests.scene import (
    AYU,
    BUDI,
    CITRA,
    DEADLINE,
    IN_TIME,
    NIGHT,
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


def test_who_bought_stays_and_who_did_not_is_revoked(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    outcome = night()
    assert (state_of(ayu), state_of(budi)) == ("bought", "revoked")
    assert (outcome.due, outcome.revoked, outcome.held, outcome.returned) == (1, 1, 0, 3_550_000)
    assert outcome.by_wave == {10: 1}


def test_a_revocation_is_five_rows_in_one_breath() -> None:
    [budi] = wave(BUDI)
    outcome = night()
    participation = Participation.objects.get(person_id=budi)
    assert (participation.balance, participation.training_balance, participation.run_id) == (0, 0, outcome.run)
    assert BlacklistEntry.objects.get(person_id=budi).lifted_at is None
    assert Entry.objects.filter(person_id=budi).aggregate(left=Sum("amount"))["left"] == 0
    assert list(Event.objects.filter(person_id=budi).order_by("event_id").values_list("kind", flat=True)) == [
        "accepted",
        "revoked",
    ]
    notice = Message.objects.get(person_id=budi, step="revoked")
    assert notice.not_before == datetime(2020, 11, 1, 8, tzinfo=WIB)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (DEADLINE - timedelta(microseconds=1), "bought"),
        (DEADLINE - SECOND, "bought"),
        (DEADLINE, "revoked"),
        (DEADLINE + SECOND, "revoked"),
    ],
)
def test_the_last_instant_counts_and_the_next_does_not(tmp_path: Path, at: datetime, state: str) -> None:
    [citra] = wave(CITRA)
    catalogue(tmp_path)
    feed(tmp_path, bought(CITRA, at))
    night()
    assert state_of(citra) == state


def test_a_purchase_too_late_is_kept_and_spends_nothing(tmp_path: Path) -> None:
    [citra] = wave(CITRA)
    catalogue(tmp_path)
    done = feed(tmp_path, bought(CITRA, DEADLINE))
    assert (done.recorded, done.refused, refusals(tmp_path)) == (0, 1, ["late"])
    assert Participation.objects.get(person_id=citra).balance == 3_550_000
    assert Event.objects.filter(person_id=citra, kind="purchase_late").count() == 1


def test_nothing_happens_before_the_settlement_time_is_over() -> None:
    [budi] = wave(BUDI)
    assert night(DEADLINE + timedelta(hours=2) - SECOND).due == 0
    assert state_of(budi) == "accepted"
    assert night(DEADLINE + timedelta(hours=2)).revoked == 1


def test_a_second_run_finds_nothing() -> None:
    wave(BUDI)
    night()
    again = night(NIGHT + timedelta(hours=1))
    assert (again.due, again.revoked, again.returned) == (0, 0, 0)
    assert Run.objects.filter(state="closed").count() == 2


def test_a_silent_feed_holds_people_and_says_so(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), through=DEADLINE - timedelta(hours=1))
    outcome = night()
    assert (outcome.due, outcome.revoked, outcome.held, outcome.silent) == (1, 0, 1, ["toko"])
    assert state_of(budi) == "accepted"
    feed(tmp_path, bought(AYU), now=NIGHT, through=DEADLINE)
    assert night(NIGHT + timedelta(minutes=1)).revoked == 1
    assert state_of(ayu) == "bought"


def test_a_feed_that_has_delivered_all_that_can_count_is_not_silent(tmp_path: Path) -> None:
    wave(AYU)
    feed(tmp_path, bought(AYU, course="UNKNOWN"), through=NIGHT - timedelta(hours=2))
    outcome = night()
    assert (outcome.held, outcome.silent) == (1, [])  # held for a reason of its own


def test_a_run_over_several_deadlines_begins_with_the_earliest() -> None:
    wave(AYU)
    wave(BUDI, number=11)
    extend(Scope(wave=11), DEADLINE + DAY)
    assert night(NIGHT + DAY).revoked == 2
    assert Run.objects.get().from_at == DEADLINE


def test_a_purchase_in_time_that_is_told_late_brings_the_person_back(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    night()
    assert state_of(ayu) == "revoked"
    done = feed(tmp_path, bought(AYU, DEADLINE - SECOND), now=NIGHT + timedelta(days=2))
    participation = Participation.objects.get(person_id=ayu)
    assert (done.recorded, done.reinstated) == (1, 1)
    assert (participation.state, participation.balance, participation.training_balance) == (
        "bought",
        3_150_000,
        600_000,
    )
    assert (participation.ended_at, participation.run_id) == (None, None)
    entry = BlacklistEntry.objects.get(person_id=ayu)
    assert entry.lifted_at is not None
    assert entry.lifted_reason
    kinds = list(Event.objects.filter(person_id=ayu).order_by("event_id").values_list("kind", flat=True))
    assert kinds == ["accepted", "revoked", "reinstated", "bought"]
    assert Message.objects.get(person_id=ayu, step="revoked").state == "cancelled"
    assert Message.objects.get(person_id=ayu, step="reinstated").state == "planned"
    assert night(NIGHT + timedelta(days=3)).due == 0


def test_who_was_reinstated_is_flagged_when_the_feed_had_promised_everything(tmp_path: Path) -> None:
    [ayu, _] = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(BUDI), through=DEADLINE)
    night()
    feed(tmp_path, bought(AYU), now=NIGHT + timedelta(days=2))
    details = Event.objects.get(person_id=ayu, kind="bought").details
    assert details is not None
    assert details["behind_watermark"] is True


def test_a_purchase_taken_back_in_time_does_not_count(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), cancelled(AYU, IN_TIME + timedelta(days=1)), now=IN_TIME + timedelta(days=1))
    assert Participation.objects.get(person_id=ayu).balance == 3_550_000
    night()
    assert state_of(ayu) == "revoked"


def test_a_purchase_taken_back_after_the_deadline_still_counts(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), cancelled(AYU, DEADLINE + SECOND))
    night()
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.balance) == ("bought", 3_550_000)


def test_a_cancellation_in_time_that_is_told_late_waits_for_a_human(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    feed(tmp_path, cancelled(AYU, DEADLINE - SECOND), now=DEADLINE + timedelta(hours=1))
    outcome = night()
    assert (outcome.revoked, outcome.held, state_of(ayu)) == (0, 1, "accepted")


def test_another_purchase_in_time_ends_the_wait_for_a_human(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    feed(tmp_path, cancelled(AYU, DEADLINE - SECOND), now=DEADLINE + SECOND)
    feed(tmp_path, bought(AYU, ref="second"))
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.held_until) == ("bought", None)


def test_an_unknown_course_holds_the_person_until_it_is_resolved(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    feed(tmp_path, bought(AYU))
    assert refusals(tmp_path) == ["unknown_course"]
    assert (night().held, state_of(ayu)) == (1, "accepted")
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=NIGHT + timedelta(hours=1))
    assert refusals(tmp_path) == []
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.held_until) == ("bought", None)
    assert night(NIGHT + timedelta(days=1)).due == 0


def test_the_same_reference_twice_is_one_purchase(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    done = feed(tmp_path, bought(AYU), bought(AYU))
    assert (done.recorded, done.repeated, done.refused) == (1, 1, 0)
    assert feed(tmp_path, bought(AYU)).repeated == 1
    assert Participation.objects.get(person_id=ayu).training_balance == 600_000


def test_two_purchases_of_one_person_share_one_balance(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    done = feed(
        tmp_path,
        bought(AYU, ref="A", price=600_000),
        bought(AYU, ref="B", price=500_000),
        bought(AYU, ref="C", price=400_000),
    )
    assert (done.recorded, refusals(tmp_path)) == (2, ["over_balance"])
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.training_balance, participation.balance) == (0, 2_550_000)


def test_first_purchase_goes_by_event_time_not_by_arrival(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, ref="second"), bought(AYU, IN_TIME - timedelta(days=5), ref="first"))
    assert Participation.objects.get(person_id=ayu).first_purchase_at == IN_TIME - timedelta(days=5)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (bought("3171011501950099"), "unknown_person"),
        (bought("12345"), "nik_length"),
        (bought("3171013113950001"), "nik_date"),
        (bought(AYU, course="NONE"), "unknown_course"),
        (bought(AYU, price=0), "price"),
        (bought(AYU, price=1_000_001), "over_balance"),
        (bought(AYU, datetime(2020, 10, 1, tzinfo=WIB)), "before_acceptance"),
        (bought(AYU, NIGHT), "in_future"),
        (("R", AYU, "EXCEL", "4.5", IN_TIME.isoformat(), ""), "price"),
        (("R", AYU, "EXCEL", "1", "2020-10-20T10:00:00", ""), "moment"),
        (("R", AYU, "EXCEL", "1", "yesterday", ""), "moment"),
        (("R", AYU, "EXCEL", "1", "9999-12-31T23:59:59-23:59", ""), "moment"),
        (("", AYU, "EXCEL", "1", IN_TIME.isoformat(), ""), "reference_missing"),
        (("R", AYU, "EXCEL", "1", IN_TIME.isoformat(), "refund"), "kind"),
        (cancelled(AYU, IN_TIME, ref="never"), "unknown_reference"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_changes_nothing(tmp_path: Path, row: tuple[str, ...], reason: str) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    done = feed(tmp_path, row)
    assert (done.recorded, done.refused, refusals(tmp_path)) == (0, 1, [reason])
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.balance) == ("accepted", 3_550_000)


def test_a_reference_belongs_to_one_person_and_one_purchase(tmp_path: Path) -> None:
    wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, ref="X"), bought(BUDI, ref="X"), bought(AYU, ref="X", price=100_000))
    assert refusals(tmp_path) == ["reference_taken", "reference_changed"]


def test_a_rehearsal_says_what_a_run_would_do_and_leaves_nothing() -> None:
    wave(AYU, BUDI)
    before, told = Event.objects.count(), list[tuple[int, int]]()
    outcome = engine.rehearse(programme=PRAKERJA, now=NIGHT, progress=lambda *done: told.append(done))
    assert told[0] == (2, 2)  # two are done, and two were expected
    assert (outcome.run, outcome.revoked, outcome.returned, outcome.by_wave) == (None, 2, 7_100_000, {10: 2})
    assert (Event.objects.count(), Run.objects.count(), BlacklistEntry.objects.count()) == (before, 0, 0)
    assert night().revoked == 2


def test_an_officers_blacklist_entry_outlives_a_reinstatement(tmp_path: Path) -> None:
    from tenggat.registry.actions import blacklist_add
    from tests.scene import KEYS, OFFICER

    [ayu] = wave(AYU)
    catalogue(tmp_path)
    blacklist_add(nik=AYU, reason="penipuan", programme=PRAKERJA, keys=KEYS, now=IN_TIME, actor=OFFICER)
    night()
    feed(tmp_path, bought(AYU), now=NIGHT + timedelta(days=1))
    assert state_of(ayu) == "bought"
    assert BlacklistEntry.objects.filter(person_id=ayu, lifted_at=None).count() == 1


def test_nobody_is_accepted_into_a_wave_whose_deadline_is_over() -> None:
    wave()
    with pytest.raises(WaveOver, match="later wave"):
        join(AYU, now=DEADLINE)
    join(AYU, now=DEADLINE - SECOND)
