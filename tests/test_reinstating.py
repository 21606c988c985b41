"""An officer brings somebody back: money, place, a deadline to meet, and the blacklist entry lifted, in one breath."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from tenggat.audit.verify import verify
from tenggat.deadlines import reinstating
from tenggat.deadlines.reminders import plan_reminders
from tenggat.figures.report import report, report_as_of
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Event
from tenggat.ledger.models import Entry
from tenggat.messaging.delivery import deliver
from tenggat.messaging.gateways.file import FileGateway
from tenggat.messaging.models import Message
from tenggat.registry.actions import NameUnusable, ReasonMissing, ReasonUnusable, blacklist_add
from tenggat.registry.models import BlacklistEntry
from tenggat.training.models import Purchase
from tenggat.waves.models import HouseholdSeat, Participation, Wave
from tests.scene import (
    AYU,
    BUDI,
    CITRA,
    DEADLINE,
    H7_ALONE,
    IN_TIME,
    KEYS,
    NIGHT,
    OFFICER,
    PRAKERJA,
    SECOND,
    WIB,
    bought,
    catalogue,
    feed,
    night,
    refusals,
    state_of,
    wave,
)
from tests.sessions import sessions, wait_until_blocked

DECIDED = datetime(2020, 11, 5, 10, tzinfo=WIB)
RENEWED = datetime(2020, 12, 5, tzinfo=WIB)
"""Thirty days from 5 November, that day counted: the last day is 4 December."""


def reinstate(
    person: UUID, now: datetime = DECIDED, *, reason: str = "rumah sakit", by: str = "Sari Dewi"
) -> reinstating.Reinstated:
    return reinstating.reinstate(person_id=person, reason=reason, by=by, programme=PRAKERJA, now=now, actor=OFFICER)


def of(person: UUID) -> Participation:
    return Participation.objects.get(person_id=person)


@pytest.mark.django_db
def test_who_is_reinstated_has_everything_back_and_a_new_deadline() -> None:
    ayu, budi = wave(AYU, BUDI)
    run = night().run
    done = reinstate(ayu)
    assert (done.wave, done.deadline_at, done.deadline_version, done.balance) == (10, RENEWED, 2, 3_550_000)
    ours = of(ayu)
    assert (ours.state, ours.ended_at, ours.run_id, ours.first_purchase_at) == ("accepted", None, None, None)
    assert (ours.deadline_at, ours.deadline_version) == (RENEWED, 2)
    assert (ours.balance, ours.training_balance) == (3_550_000, 1_000_000)
    books = Entry.objects.filter(person_id=ayu).aggregate(amount=Sum("amount"), training=Sum("training"))
    assert books == {"amount": 3_550_000, "training": 1_000_000}
    entry = BlacklistEntry.objects.get(person_id=ayu)
    assert (entry.lifted_at, entry.lifted_reason) == (DECIDED, "rumah sakit")
    event = Event.objects.filter(person_id=ayu).latest("event_id")
    assert (event.kind, event.from_state, event.to_state, event.actor) == (
        "reinstated", "revoked", "accepted", "officer:test",
    )  # fmt: skip
    assert event.details == {
        "by": "Sari Dewi", "reason": "rumah sakit", "run": run, "starts_at": DECIDED.isoformat(),
        "before": DEADLINE.astimezone(UTC).isoformat(), "deadline_at": RENEWED.astimezone(UTC).isoformat(),
        "deadline_version": 2,
    }  # fmt: skip
    assert state_of(budi) == "revoked"


@pytest.mark.django_db
def test_the_place_was_never_given_up_and_is_not_counted_twice() -> None:
    [ayu] = wave(AYU)
    seat = HouseholdSeat.objects.get(person_id=ayu)
    night()
    reinstate(ayu)
    assert HouseholdSeat.objects.get(person_id=ayu) == seat
    assert Wave.objects.get(number=10).accepted == 1


@pytest.mark.django_db
def test_the_person_is_told_with_the_new_deadline_and_not_of_the_revocation(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    night()
    reinstate(ayu, NIGHT + timedelta(hours=1))  # before the notice of the revocation could go
    assert Message.objects.get(person_id=ayu, step="revoked").state == "cancelled"
    gateway = FileGateway(tmp_path / "messages.jsonl")
    assert (
        deliver(programme=PRAKERJA, keys=KEYS, gateway=gateway, now=datetime(2020, 11, 1, 8, tzinfo=WIB)).accepted == 1
    )
    told = (tmp_path / "messages.jsonl").read_text("utf-8")
    assert "aktif lagi" in told
    assert "30 Nov 2020 pukul 23.59 WIB" in told


@pytest.mark.django_db
def test_a_deadline_that_is_still_ahead_is_restored_and_not_counted_anew() -> None:
    [ayu] = wave(AYU)
    night()
    done = reinstate(ayu, DEADLINE - timedelta(days=1))  # on a clock that was borrowed from before the night
    assert (done.deadline_at, done.deadline_version, of(ayu).deadline_at) == (DEADLINE, 1, DEADLINE)
    assert "starts_at" not in (Event.objects.filter(person_id=ayu).latest("event_id").details or {})


@pytest.mark.django_db
def test_the_new_deadline_is_reminded_of_and_met(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    night()
    reinstate(ayu)
    morning = datetime(2020, 11, 27, 6, tzinfo=WIB)
    assert plan_reminders(programme=H7_ALONE, now=morning).messages["h-7"] == 1
    feed(tmp_path, bought(AYU, RENEWED - SECOND), now=RENEWED + timedelta(hours=1))
    assert (state_of(ayu), night(RENEWED + timedelta(hours=2)).due) == ("bought", 0)


@pytest.mark.django_db
def test_a_reminder_of_the_deadline_that_was_missed_is_withdrawn_when_the_new_ones_are_planned() -> None:
    [ayu] = wave(AYU)
    plan_reminders(programme=H7_ALONE, now=datetime(2020, 10, 24, 6, tzinfo=WIB))  # and nobody sends it
    night()
    reinstate(ayu)
    assert plan_reminders(programme=H7_ALONE, now=datetime(2020, 11, 27, 6, tzinfo=WIB)).messages == {"h-7": 1}
    reminders = Message.objects.filter(person_id=ayu, step="h-7").order_by("deadline_version")
    assert list(reminders.values_list("deadline_version", "state")) == [(1, "cancelled"), (2, "planned")]


@pytest.mark.django_db
def test_who_lets_the_new_deadline_pass_is_revoked_again_and_told_again() -> None:
    [ayu] = wave(AYU)
    night()
    reinstate(ayu)
    assert night(RENEWED + timedelta(hours=2) - SECOND).due == 0
    again = night(RENEWED + timedelta(hours=2))
    assert (again.revoked, again.returned, state_of(ayu)) == (1, 3_550_000, "revoked")
    assert BlacklistEntry.objects.filter(person_id=ayu, lifted_at=None).count() == 1
    told = Message.objects.filter(person_id=ayu, step="revoked").values_list("deadline_version", flat=True)
    assert sorted(told) == [1, 2]
    assert reinstate(ayu, RENEWED + timedelta(days=1)).deadline_version == 3


@pytest.mark.django_db
def test_what_was_too_late_before_the_decision_stays_too_late(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    night()
    feed(tmp_path, bought(AYU, DEADLINE + timedelta(days=1), ref="late"), now=DECIDED - SECOND)
    assert refusals(tmp_path) == ["late"]
    reinstate(ayu)
    assert (of(ayu).first_purchase_at, Purchase.objects.get().late) == (None, True)
    feed(tmp_path, bought(AYU, DEADLINE + timedelta(days=1), ref="late"), now=DECIDED + SECOND)
    assert refusals(tmp_path) == ["late_before"]
    assert night(RENEWED + timedelta(days=1)).revoked == 1  # and the audit agrees


@pytest.mark.django_db
def test_a_purchase_in_time_that_is_told_after_the_decision_buys(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    night()
    reinstate(ayu)
    done = feed(tmp_path, bought(AYU, IN_TIME), now=DECIDED + SECOND)
    assert (done.recorded, done.reinstated, of(ayu).first_purchase_at) == (1, 0, IN_TIME)
    assert night(RENEWED + timedelta(days=1)).due == 0


@pytest.mark.django_db
def test_an_officers_own_blacklist_entry_stays() -> None:
    [ayu] = wave(AYU)
    blacklist_add(nik=AYU, reason="penipuan", programme=PRAKERJA, keys=KEYS, now=IN_TIME, actor=OFFICER)
    night()
    assert reinstate(ayu).blacklisted is True
    assert BlacklistEntry.objects.get(person_id=ayu).lifted_at is None


@pytest.mark.django_db
def test_the_report_counts_the_reinstated_now_and_as_of_then() -> None:
    ayu, _ = wave(AYU, BUDI)
    night()
    before = report_as_of(programme=PRAKERJA, as_of=NIGHT + SECOND).total
    reinstate(ayu)
    for found in (report(programme=PRAKERJA, now=DECIDED), report_as_of(programme=PRAKERJA, as_of=DECIDED)):
        assert (found.total.revoked, found.total.reinstated, found.total.undecided) == (1, 1, 1)
    assert report_as_of(programme=PRAKERJA, as_of=NIGHT + SECOND).total == before


@pytest.mark.parametrize("state", ["accepted", "bought"])
@pytest.mark.django_db
def test_only_the_revoked_are_reinstated(tmp_path: Path, state: str) -> None:
    [ayu] = wave(AYU)
    if state == "bought":
        catalogue(tmp_path)
        feed(tmp_path, bought(AYU))
    events = Event.objects.count()
    with pytest.raises(reinstating.NotRevoked, match=f"is {state}, not revoked"):
        reinstate(ayu)
    assert Event.objects.count() == events


@pytest.mark.django_db
def test_once_is_enough_and_who_never_took_part_is_told_so() -> None:
    [ayu] = wave(AYU)
    night()
    reinstate(ayu)
    with pytest.raises(reinstating.NotRevoked, match="is accepted"):
        reinstate(ayu)
    stranger = blacklist_add(nik=CITRA, reason="x", programme=PRAKERJA, keys=KEYS, now=NIGHT, actor=OFFICER)
    with pytest.raises(reinstating.NotRevoked, match="no wave"):
        reinstate(stranger)


@pytest.mark.parametrize(
    ("reason", "by", "refusal"),
    [
        ("  ", "Sari", ReasonMissing),
        ("x" * 501, "Sari", ReasonUnusable),
        ("sakit\x1b[31m", "Sari", ReasonUnusable),
        ("sakit", "Sari\x1b[2J", NameUnusable),
        ("sakit", " ", NameUnusable),
        ("sakit", "x" * 201, NameUnusable),
    ],
)
@pytest.mark.django_db
def test_a_decision_without_reason_or_name_is_none(reason: str, by: str, refusal: type[Refusal]) -> None:
    [ayu] = wave(AYU)
    night()
    with pytest.raises(refusal):
        reinstate(ayu, reason=reason, by=by)
    assert state_of(ayu) == "revoked"


@pytest.mark.django_db
def test_the_database_lets_nobody_back_who_stays_on_the_blacklist() -> None:
    [ayu] = wave(AYU)
    night()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE waves_participation SET state = 'accepted', ended_at = NULL WHERE person_id = %s;"
            "SET CONSTRAINTS ALL IMMEDIATE",
            [ayu],
        )


@pytest.mark.parametrize("bought_at", [DEADLINE + SECOND, DECIDED], ids=["before", "in the same instant"])
@pytest.mark.django_db
def test_what_was_too_late_before_the_new_clock_is_no_purchase_in_time_for_the_audit_of_everything(
    tmp_path: Path, bought_at: datetime
) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    night()
    feed(tmp_path, bought(AYU, bought_at), now=DECIDED)
    reinstate(ayu)
    night(RENEWED + timedelta(hours=3))
    assert state_of(ayu) == "revoked"
    assert [check.detail for check in verify(programme=PRAKERJA) if not check.ok] == []


@pytest.mark.django_db
def test_a_renewed_deadline_does_not_change_who_was_held_before(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    feed(tmp_path, through=IN_TIME)
    told = report(programme=PRAKERJA, now=NIGHT)
    feed(tmp_path, through=DEADLINE, now=DECIDED)
    night(DECIDED)
    reinstate(ayu)
    assert told.total.held == 1
    assert report_as_of(programme=PRAKERJA, as_of=NIGHT) == told


@pytest.mark.usefixtures("committed")
def test_a_purchase_told_late_and_an_officer_bring_somebody_back_once(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    night()
    with sessions() as both:
        deciding, commit = both.start_and_hold(lambda: reinstate(ayu))
        buying = both.start(lambda: feed(tmp_path, bought(AYU), now=DECIDED))
        wait_until_blocked(buying)
        commit()
        assert deciding.result().balance == 3_550_000
        assert (buying.result().recorded, buying.result().reinstated) == (1, 0)
    ours = of(ayu)
    assert (ours.state, ours.balance, ours.deadline_at) == ("bought", 3_150_000, RENEWED)
    assert Event.objects.filter(person_id=ayu, kind="reinstated").count() == 1


@pytest.mark.usefixtures("committed")
def test_whoever_comes_second_finds_that_the_person_has_bought(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    night()
    with sessions() as both:
        buying, commit = both.start_and_hold(lambda: feed(tmp_path, bought(AYU), now=DECIDED))
        deciding = both.start(lambda: reinstate(ayu))
        wait_until_blocked(deciding)
        commit()
        assert buying.result().reinstated == 1
        with pytest.raises(reinstating.NotRevoked, match="is bought"):
            deciding.result()
    assert Event.objects.filter(person_id=ayu, kind="reinstated").count() == 1
