"""Whether another text helps: counted by lot, once, after everything is settled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tenggat.deadlines.reminders import plan_reminders
from tenggat.figures.proportions import difference
from tenggat.figures.variants import Comparison, NotCompared, compare_variants
from tenggat.messaging.models import Message
from tenggat.rules.programme import Programme, Variant
from tenggat.waves.models import Participation
from tests.office import NEXT_WEEK, WAVE_10, extend
from tests.scene import DEADLINE, IN_TIME, KEYS, PRAKERJA, SECOND, SETTLED, WIB, bought, catalogue, crowd, feed

pytestmark = pytest.mark.django_db
MORNING = datetime(2020, 10, 24, 6, tzinfo=WIB)
OVER = DEADLINE + timedelta(hours=2)
VARIANTS = (Variant("calm", 50), Variant("brisk", 50, "{name}, {deadline}"))
TRIED = replace(PRAKERJA, steps=(replace(PRAKERJA.step("h-7"), variants=VARIANTS),))


def compare(now: datetime = OVER, programme: Programme = TRIED) -> Comparison:
    return compare_variants(wave=10, step="h-7", programme=programme, keys=KEYS, now=now)


def planned(folder: Path, size: int = 60) -> dict[str, list[str]]:
    """A wave that is reminded; gives the numbers of the people of each variant."""
    niks = crowd(folder, size)
    catalogue(folder)
    plan_reminders(programme=TRIED, now=MORNING, keys=KEYS)
    drawn = dict(Message.objects.values_list("person_id", "variant"))
    found: dict[str, list[str]] = {"calm": [], "brisk": []}
    for nik in niks:
        found[drawn[KEYS.fingerprint("nik", nik)]].append(nik)
    return found


def told(folder: Path, niks: Sequence[str], at: datetime = DEADLINE - SECOND) -> None:
    feed(folder, *(bought(nik, at, ref=nik) for nik in niks), now=max(at + SECOND, SETTLED), through=DEADLINE)


def refused(now: datetime = OVER, programme: Programme = TRIED, *, wave: int = 10, step: str = "h-7") -> str:
    with pytest.raises(NotCompared) as no:
        compare_variants(wave=wave, step=step, programme=programme, keys=KEYS, now=now)
    return no.value.message


def test_purchases_in_time_are_counted_per_variant_and_held_against_the_first(tmp_path: Path) -> None:
    people = planned(tmp_path)
    told(tmp_path, people["calm"][:4] + people["brisk"][:9])
    calm, brisk = compare().groups
    assert (calm.variant, calm.people, calm.bought) == ("calm", len(people["calm"]), 4)
    assert (calm.more, calm.between) == (None, None)
    assert (brisk.variant, brisk.people, brisk.bought) == ("brisk", len(people["brisk"]), 9)
    assert brisk.more == pytest.approx(9 / len(people["brisk"]) - 4 / len(people["calm"]))
    assert brisk.between == difference(9, len(people["brisk"]), 4, len(people["calm"]))
    assert calm.share == pytest.approx(4 / len(people["calm"]))


def test_a_second_late_is_not_in_time(tmp_path: Path) -> None:
    people = planned(tmp_path)
    told(tmp_path, people["calm"][:1], DEADLINE)
    assert [group.bought for group in compare().groups] == [0, 0]


def test_who_had_bought_before_it_was_planned_is_no_witness(tmp_path: Path) -> None:
    niks = crowd(tmp_path, 40)
    catalogue(tmp_path)
    feed(tmp_path, *(bought(nik, IN_TIME, ref=nik) for nik in niks[:15]), now=IN_TIME)
    plan_reminders(programme=TRIED, now=MORNING, keys=KEYS)  # h-7 is for all
    assert Message.objects.count() == 40
    told(tmp_path, niks[15:16])
    groups = compare().groups
    assert (sum(group.people for group in groups), sum(group.bought for group in groups)) == (25, 1)


def test_whose_message_was_cancelled_by_a_purchase_is_counted(tmp_path: Path) -> None:
    ladder = replace(TRIED.steps[0], audience="not_bought", skip_if_bought=True)
    programme = replace(TRIED, steps=(ladder,))
    niks = crowd(tmp_path, 20)
    catalogue(tmp_path)
    plan_reminders(programme=programme, now=MORNING, keys=KEYS)
    told(tmp_path, niks[:5], MORNING + SECOND)
    assert Message.objects.filter(state="cancelled").count() == 5
    assert sum(group.bought for group in compare(programme=programme).groups) == 5


def test_nobody_looks_before_the_deadline_and_its_settlement_are_over(tmp_path: Path) -> None:
    planned(tmp_path)
    said = refused(OVER - SECOND)
    assert said == (
        "The variants of h-7 in wave 10 are compared from 2020-11-01 02:00 WIB on, when the deadline and "
        "its settlement are over: who looks earlier stops when chance looks good."
    )
    assert compare(OVER).wave == 10


def test_nobody_looks_while_a_platform_is_silent(tmp_path: Path) -> None:
    people = planned(tmp_path)
    feed(tmp_path, bought(people["calm"][0]), through=DEADLINE - SECOND)
    assert refused() == "The purchases of wave 10 are not all told yet; waiting for: toko."


def test_an_extended_wave_is_waited_for_and_one_person_alone_is_not(tmp_path: Path) -> None:
    planned(tmp_path)
    one = Participation.objects.order_by("person_id")[0].person_id
    Participation.objects.filter(person_id=one).update(deadline_at=NEXT_WEEK, deadline_version=2)
    assert compare().deadline_at == DEADLINE
    extend(WAVE_10)
    assert "from 2020-11-08 02:00" in refused()


def test_variants_that_were_written_afterwards_are_not_compared(tmp_path: Path) -> None:
    crowd(tmp_path, 30)
    plan_reminders(programme=PRAKERJA, now=MORNING, keys=KEYS)
    said = refused()
    assert said.startswith("The variants of h-7 were written or changed after messages of wave 10 had been planned")
    assert "(30 people have another)" in said


def test_shares_that_were_changed_afterwards_are_not_compared(tmp_path: Path) -> None:
    planned(tmp_path)
    other = (replace(VARIANTS[0], share=20), replace(VARIANTS[1], share=80))
    changed = replace(TRIED, steps=(replace(TRIED.steps[0], variants=other),))
    assert "written or changed after" in refused(programme=changed)


def test_what_is_not_there_is_not_compared(tmp_path: Path) -> None:
    assert refused(step="h-9") == "h-9 is no step with variants in the programme file (h-7)."
    assert "(none has any)" in refused(programme=PRAKERJA)
    assert refused(wave=11) == "Wave 11 is not announced: no step of it was planned."
    crowd(tmp_path, 5)
    assert refused() == "No message of h-7 was planned for wave 10."


def test_a_variant_that_fell_to_nobody_has_no_interval(tmp_path: Path) -> None:
    planned(tmp_path, size=1)
    calm, brisk = compare().groups
    assert {calm.people, brisk.people} == {0, 1}
    assert brisk.between is None
    assert {calm.share, brisk.share} == {None, 0.0}
