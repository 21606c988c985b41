"""The rule for one person and the statements for everyone give the same outcome, whatever came when."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenggat.rules.deadlines import Hold, PurchaseFact, outcome
from tenggat.waves.models import Participation
from tests.scene import ANNOUNCED, DEADLINE, NIGHT, bought, cancelled, catalogue, crowd, feed, night

MICRO = timedelta(microseconds=1)
_EDGES = (-MICRO, timedelta(0), MICRO, timedelta(seconds=-1), timedelta(seconds=1), timedelta(days=-3))


@dataclass
class Story:
    """What one person did, as facts for the rule and as rows for the feed."""

    nik: str
    facts: list[PurchaseFact] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    late_rows: list[tuple[Any, ...]] = field(default_factory=list)


def invent(nik: str, dice: random.Random) -> Story:
    story = Story(nik)
    for at in range(dice.choice((0, 0, 1, 1, 2, 3))):
        moment = _moment(dice)
        taken_back = moment + abs(_moment(dice) - moment) if dice.random() < 0.3 else None
        reference = f"{nik[-8:]}-{at}"
        rows = story.late_rows if dice.random() < 0.3 and moment < DEADLINE else story.rows
        rows.append(bought(nik, moment, ref=reference, price=200_000))
        # A cancellation is reported with its purchase: one told after the deadline waits for a human instead.
        if taken_back is not None and rows is story.rows and taken_back < NIGHT:
            if moment < DEADLINE and taken_back < DEADLINE:
                rows.append(cancelled(nik, taken_back, ref=reference))
            else:
                taken_back = None
        else:
            taken_back = None
        story.facts.append(PurchaseFact(moment, taken_back))
    if dice.random() < 0.1:
        moment = DEADLINE - timedelta(days=dice.randint(1, 20))
        story.rows.append(bought(nik, moment, ref=f"{nik[-8:]}-hold", course="UNKNOWN", price=100_000))
        story.holds.append(Hold(moment))
    return story


def _moment(dice: random.Random) -> datetime:
    if dice.random() < 0.5:
        return DEADLINE + dice.choice(_EDGES)
    return ANNOUNCED + timedelta(seconds=dice.randint(0, 29 * 86400))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.django_db
def test_rule_and_statements_agree_on_random_people(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    stories = [invent(nik, dice) for nik in crowd(tmp_path, 300)]
    catalogue(tmp_path, price=200_000)
    # Everything is told before the deadline is over, as far as it had happened; the rest comes after.
    early = [row for story in stories for row in story.rows]
    dice.shuffle(early)
    early.sort(key=lambda row: row[5] == "cancel")
    before = [row for row in early if datetime.fromisoformat(row[4]) < DEADLINE]
    feed(tmp_path, *before, now=DEADLINE - MICRO)
    feed(tmp_path, *[row for row in early if row not in before])
    night()
    if late := [row for story in stories for row in story.late_rows]:
        feed(tmp_path, *late, now=NIGHT + timedelta(days=2))
    night(NIGHT + timedelta(days=3))
    found = _found()
    for story, state in zip(stories, found, strict=True):
        expected = outcome(
            accepted_at=ANNOUNCED,
            deadline_at=DEADLINE,
            purchases=story.facts,
            holds=story.holds,
            withdrawn=False,
            cutoff_at=NIGHT,
        )
        assert state == expected, (seed, story)
    assert {"bought", "held", "revoked"} <= set(found)


def _found() -> list[str]:
    from tests.scene import KEYS

    states = {
        each.person_id: "held" if each.state == "accepted" else each.state for each in Participation.objects.all()
    }
    niks = [f"317101{1 + serial % 28:02d}0390{serial:04d}" for serial in range(1, 301)]
    return [states[KEYS.fingerprint("nik", nik)] for nik in niks]
