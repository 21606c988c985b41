"""Holds: a person, a wave, a platform's people, everyone; stacked, lifted, and decided when it was too late."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from tenggat.deadlines import deciding, engine
from tenggat.deadlines.deciding import CannotBeLifted, DecisionUnknown, Terms
from tenggat.deadlines.models import Decision
from tenggat.deadlines.naming import MomentRefused, SamePerson
from tenggat.deadlines.scopes import Scope, SourceUnknown, source_scope, wave_scope
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Act, Event
from tenggat.ledger.models import Entry
from tenggat.messaging.models import Message
from tenggat.registry.actions import NameUnusable, ReasonMissing
from tenggat.registry.models import BlacklistEntry
from tenggat.rules.values import Brake, Dated
from tenggat.waves.models import Hold, Participation
from tenggat.waves.refusals import WaveUnknown
from tests.office import AFTERWARDS, BEFORE, DAY, NEXT_WEEK, WAVE_10, extend, faults, hold, lift
from tests.scene import (
    ANNOUNCED,
    AYU,
    BUDI,
    CITRA,
    DEADLINE,
    IN_TIME,
    NIGHT,
    OFFICER,
    PRAKERJA,
    SECOND,
    bought,
    cancelled,
    catalogue,
    feed,
    join,
    night,
    state_of,
    wave,
)

pytestmark = pytest.mark.django_db
AFTER_THE_HOLD = NEXT_WEEK + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _nothing_is_wrong_in_the_end(db: None) -> Iterator[None]:
    yield
    assert faults() == []


def test_who_is_held_is_not_revoked_until_the_hold_is_over() -> None:
    ayu, budi = wave(AYU, BUDI)
    done = hold(Scope(person_id=ayu))
    assert (done.affected, done.reinstated) == (1, 0)
    outcome = night()
    assert (outcome.revoked, outcome.held) == (1, 1)
    assert (state_of(ayu), state_of(budi)) == ("accepted", "revoked")
    assert night(AFTER_THE_HOLD - SECOND).revoked == 0
    assert night(AFTER_THE_HOLD).revoked == 1
    assert Participation.objects.get(person_id=ayu).deadline_at == DEADLINE


def test_a_hold_of_a_wave_holds_the_wave_and_nobody_else() -> None:
    [ayu] = wave(AYU)
    [budi] = wave(BUDI, number=11)
    assert hold(wave_scope(10)).affected == 1
    night()
    assert (state_of(ayu), state_of(budi)) == ("accepted", "revoked")


def test_everyone_is_held_by_one_decision() -> None:
    wave(AYU)
    wave(BUDI, number=11)
    assert hold(Scope()).affected == 2
    assert night().held == 2


def test_a_platforms_people_are_those_of_whom_it_has_told_anything(tmp_path: Path) -> None:
    ayu, budi, citra = wave(AYU, BUDI, CITRA)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, course="UNKNOWN", ref="A"), now=IN_TIME, source="toko")
    feed(tmp_path, bought(BUDI, ref="B"), cancelled(BUDI, IN_TIME + SECOND, ref="B"), now=IN_TIME + DAY, source="toko")
    feed(tmp_path, bought(CITRA, ref="C"), now=IN_TIME, source="lain")
    done = hold(source_scope("TOKO"))
    held = set(Hold.objects.filter(reason="decision").values_list("person_id", flat=True))
    assert (done.affected, held) == (2, {ayu, budi})
    assert citra not in held
    assert hold(source_scope("lain")).affected == 1


def test_whoever_cancelled_before_buying_is_a_platforms_as_well(tmp_path: Path) -> None:
    wave(AYU, BUDI)
    feed(tmp_path, cancelled(AYU, IN_TIME), now=IN_TIME + DAY)
    assert hold(source_scope("toko")).affected == 1


def test_whoever_bought_late_is_a_platforms_as_well(tmp_path: Path) -> None:
    wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, DEADLINE + SECOND))
    assert hold(source_scope("toko"), now=NIGHT).affected == 1


def test_a_purchase_that_is_taken_back_leaves_the_hold(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=IN_TIME)
    assert hold(WAVE_10).affected == 1
    feed(tmp_path, cancelled(AYU, BEFORE), now=BEFORE + SECOND)
    assert night().held == 1
    assert night(AFTER_THE_HOLD).revoked == 1
    assert state_of(ayu) == "revoked"


def test_who_cannot_be_held_is_not_affected(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    assert hold(Scope(person_id=ayu), DEADLINE).affected == 0  # over before it matters
    assert hold(Scope(person_id=ayu), effective=DEADLINE + SECOND).affected == 0  # too late
    assert Hold.objects.count() == 0
    assert night().revoked == 1


@pytest.mark.parametrize(("after", "affected"), [(timedelta(0), 1), (timedelta(microseconds=1), 0)])
def test_a_hold_protects_from_the_deadline_itself_on(after: timedelta, affected: int) -> None:
    [ayu] = wave(AYU)
    assert hold(Scope(person_id=ayu), effective=DEADLINE + after).affected == affected


def test_holds_stack_and_the_last_end_counts() -> None:
    [ayu] = wave(AYU)
    hold(WAVE_10)
    hold(Scope(person_id=ayu), DEADLINE + 2 * DAY)
    later = hold(Scope(person_id=ayu), NEXT_WEEK + 7 * DAY, effective=DEADLINE + 5 * DAY)  # while the first one stands
    assert later.affected == 1
    assert night(AFTER_THE_HOLD).held == 1
    assert night(AFTER_THE_HOLD + 7 * DAY).revoked == 1


def test_a_hold_that_is_lifted_ends_and_the_others_go_on() -> None:
    [ayu] = wave(AYU)
    of_the_wave = hold(WAVE_10)
    of_ayu = hold(Scope(person_id=ayu), DEADLINE + 2 * DAY)
    assert lift(of_the_wave).affected == 1
    assert Participation.objects.get(person_id=ayu).held_until == DEADLINE + 2 * DAY
    assert night().held == 1
    assert lift(of_ayu, now=NIGHT).affected == 1
    assert Participation.objects.get(person_id=ayu).held_until is None
    assert night(NIGHT + SECOND).revoked == 1


def test_a_hold_that_followed_another_outlives_its_lifting() -> None:
    [ayu] = wave(AYU)
    first = hold(WAVE_10)
    hold(Scope(person_id=ayu), effective=DEADLINE + DAY)
    lift(first, now=DEADLINE + 2 * DAY)
    assert night(DEADLINE + 3 * DAY).held == 1
    assert night(AFTER_THE_HOLD).revoked == 1


def test_a_hold_leaves_those_of_purchases_alone(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    feed(tmp_path, bought(AYU), now=IN_TIME)
    lift(hold(Scope(person_id=ayu)))
    assert Participation.objects.get(person_id=ayu).held_until.year == 9999  # type: ignore[union-attr]
    assert night().held == 1


def test_everything_about_a_decision_is_on_record() -> None:
    [ayu] = wave(AYU)
    decision = hold(Scope(person_id=ayu)).decision
    decision.refresh_from_db()
    assert (decision.kind, decision.scope, decision.person_id) == ("hold", "person", ayu)
    assert (decision.decided_by, decision.approved_by, decision.reason) == ("Sari", "Bambang", "the site was down")
    event = Event.objects.get(person_id=ayu, kind="held")
    assert (event.occurred_at, event.details and event.details["decision"]) == (BEFORE, decision.decision_id)
    assert Act.objects.get(kind="hold_decided").details["affected"] == 1


def test_who_was_revoked_is_reinstated_by_a_hold_that_was_effective_before(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    night()
    done = hold(Scope(person_id=ayu), now=AFTERWARDS)
    assert (done.affected, done.reinstated) == (1, 1)
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.balance, participation.training_balance) == (
        "accepted",
        3_550_000,
        1_000_000,
    )
    assert (participation.ended_at, participation.run_id, participation.deadline_at) == (None, None, DEADLINE)
    assert Entry.objects.filter(person_id=ayu).aggregate(left=Sum("amount"))["left"] == 3_550_000
    assert BlacklistEntry.objects.get(person_id=ayu).lifted_at == AFTERWARDS
    assert BlacklistEntry.objects.get(person_id=budi).lifted_at is None
    kinds = list(Event.objects.filter(person_id=ayu).order_by("event_id").values_list("kind", flat=True))
    assert kinds == ["accepted", "revoked", "reinstated", "held"]
    assert Message.objects.get(person_id=ayu, step="revoked").state == "cancelled"
    assert Message.objects.get(person_id=ayu, step="reinstated").state == "planned"
    assert night(AFTERWARDS + DAY).held == 1


def test_a_second_revocation_is_told_again() -> None:
    [ayu] = wave(AYU)
    night()
    hold(Scope(person_id=ayu), now=AFTERWARDS)
    assert night(AFTER_THE_HOLD).revoked == 1
    told = Message.objects.filter(person_id=ayu, step="revoked").order_by("deadline_version")
    assert list(told.values_list("state", flat=True)) == ["cancelled", "planned"]
    assert BlacklistEntry.objects.filter(person_id=ayu, lifted_at=None).count() == 1
    assert Entry.objects.filter(person_id=ayu).aggregate(left=Sum("amount"))["left"] == 0


def test_the_brake_does_not_count_twice_who_is_revoked_twice(tmp_path: Path) -> None:
    _, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    half = Brake(0, 60, smallest_wave=1, people=100, reference="a test")
    programme = replace(PRAKERJA, brakes=Dated("brake", ((date(2020, 4, 11), half),)))
    assert engine.revoke(programme=programme, now=NIGHT).revoked == 1
    hold(Scope(person_id=budi), now=AFTERWARDS)
    again = engine.revoke(programme=programme, now=AFTER_THE_HOLD)
    assert (again.brake, again.revoked) == ([], 1)


def test_a_purchase_told_late_is_taken_of_somebody_reinstated_by_a_hold(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    night()
    hold(Scope(person_id=ayu), now=AFTERWARDS)
    night(AFTER_THE_HOLD)
    assert feed(tmp_path, bought(AYU), now=AFTER_THE_HOLD + DAY).reinstated == 1
    participation = Participation.objects.get(person_id=ayu)
    assert (participation.state, participation.balance) == ("bought", 3_150_000)
    assert Message.objects.filter(person_id=ayu, step="reinstated").count() == 2


def test_an_officers_blacklist_entry_outlives_a_hold() -> None:
    from tenggat.registry.actions import blacklist_add
    from tests.scene import KEYS

    [ayu] = wave(AYU)
    blacklist_add(nik=AYU, reason="penipuan", programme=PRAKERJA, keys=KEYS, now=IN_TIME, actor=OFFICER)
    night()
    hold(Scope(person_id=ayu), now=AFTERWARDS)
    assert BlacklistEntry.objects.filter(person_id=ayu, lifted_at=None).count() == 1


def test_who_joins_a_held_wave_later_is_held_as_well() -> None:
    [ayu] = wave(AYU)
    hold(WAVE_10, effective=IN_TIME)
    budi = join(BUDI, now=IN_TIME + DAY)
    rehearsed = engine.rehearse(programme=PRAKERJA, now=NIGHT)
    assert (rehearsed.revoked, rehearsed.held, Hold.objects.count()) == (0, 2, 1)
    assert night().held == 2
    assert (state_of(ayu), state_of(budi)) == ("accepted", "accepted")
    assert Event.objects.filter(person_id=budi, kind="held").count() == 1
    night(NIGHT + DAY)
    assert Hold.objects.count() == 2


def test_a_wave_that_is_announced_after_a_hold_is_held() -> None:
    from tenggat.waves.actions import announce_wave, open_wave

    open_wave(number=10, quota=10, now=ANNOUNCED - 3 * DAY, actor=OFFICER)
    join(AYU, now=ANNOUNCED - DAY)
    assert hold(Scope(), effective=ANNOUNCED - DAY).affected == 0
    announce_wave(number=10, at=ANNOUNCED, programme=PRAKERJA, now=ANNOUNCED, actor=OFFICER)
    assert night().held == 1


def test_a_lifted_hold_takes_nobody_in() -> None:
    wave(AYU)
    lift(hold(WAVE_10, effective=IN_TIME), now=IN_TIME + SECOND)
    join(BUDI, now=IN_TIME + DAY)
    assert night().revoked == 2


def test_a_hold_that_was_too_late_counts_once_the_deadline_is_later() -> None:
    [ayu] = wave(AYU)
    assert hold(Scope(person_id=ayu), NEXT_WEEK + 7 * DAY, effective=DEADLINE + DAY).affected == 0
    extend(Scope(person_id=ayu), now=DEADLINE + 2 * DAY)
    assert night(AFTER_THE_HOLD).held == 1
    assert night(AFTER_THE_HOLD + 7 * DAY).revoked == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"by": " "}, NameUnusable),
        ({"by": "x" * 201}, NameUnusable),
        ({"reason": " "}, ReasonMissing),
        ({"by": "Sari  Dewi", "approved_by": "sari dewi"}, SamePerson),
        ({"until": BEFORE}, MomentRefused),
        ({"effective_at": BEFORE + SECOND}, MomentRefused),
        ({"scope": Scope(wave=99)}, WaveUnknown),
    ],
)
def test_what_no_decision_can_be_is_refused(change: dict[str, object], refusal: type[Refusal]) -> None:
    wave(AYU)
    usual = {"scope": WAVE_10, "until": NEXT_WEEK, "effective_at": BEFORE, "reason": "x", "by": "a", "approved_by": ""}
    terms = Terms(**(usual | change))  # type: ignore[arg-type]
    for verb in (deciding.hold, deciding.extend):
        with pytest.raises(refusal):
            verb(terms=terms, programme=PRAKERJA, now=BEFORE, actor=OFFICER)
    assert Decision.objects.count() == 0


def test_an_unknown_wave_or_platform_is_refused() -> None:
    with pytest.raises(WaveUnknown):
        wave_scope(10)
    with pytest.raises(SourceUnknown, match="toko"):
        source_scope("toko")


def test_a_hold_that_is_over_is_refused() -> None:
    wave(AYU)
    with pytest.raises(MomentRefused, match="protects nobody"):
        hold(WAVE_10, DEADLINE + DAY, now=DEADLINE + DAY)


def test_only_a_hold_that_stands_can_be_lifted() -> None:
    wave(AYU)
    done = hold(WAVE_10)
    lift(done)
    with pytest.raises(CannotBeLifted, match="before, by Sari"):
        lift(done)
    with pytest.raises(CannotBeLifted, match="promised"):
        lift(extend(WAVE_10))
    with pytest.raises(DecisionUnknown):
        deciding.lift(decision_id=99, reason="x", by="Sari", now=BEFORE, actor=OFFICER)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deadlines_decision SET until_at = until_at - interval '1 day'",
        "UPDATE deadlines_decision SET decided_by = 'x'",
        "DELETE FROM deadlines_decision",
        "TRUNCATE deadlines_decision",
    ],
)
def test_a_decision_stays_as_it_was_written_down(statement: str) -> None:
    wave(AYU)
    hold(WAVE_10)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_human_decides_whoever_took_a_purchase_back_and_told_it_late(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=IN_TIME + SECOND)
    feed(tmp_path, cancelled(AYU, BEFORE), now=NIGHT)
    assert night().held == 1
    assert decide(ayu) == 1
    assert Event.objects.filter(kind="hold_lifted").latest("event_id").details == {
        "reason": "cancel_told_late", "reference": "toko/R-0011", "by": "Sari", "why": "the person knew",
    }  # fmt: skip
    assert night(NIGHT + 2 * SECOND).revoked == 1
    with pytest.raises(deciding.NothingToLift):
        decide(ayu)


def decide(person: UUID) -> int:
    return deciding.lift_waiting(
        person_id=person, reason="the person knew", by="Sari", now=NIGHT + SECOND, actor=OFFICER
    )
