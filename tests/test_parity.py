"""The rule for one person and the statements for everyone give the same outcome, whatever came when."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenggat.deadlines.deciding import Decided
from tenggat.deadlines.scopes import Scope
from tenggat.rules.deadlines import Hold, PurchaseFact, outcome
from tenggat.waves.models import Participation
from tests.office import extend, faults, hold, lift
from tests.scene import ANNOUNCED, DEADLINE, KEYS, NIGHT, bought, cancelled, catalogue, crowd, feed, night

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
    found = _found(300)
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


def _found(size: int) -> list[str]:
    states = {
        each.person_id: "held" if each.state == "accepted" else each.state for each in Participation.objects.all()
    }
    niks = [f"317101{1 + serial % 28:02d}0390{serial:04d}" for serial in range(1, size + 1)]
    return [states[KEYS.fingerprint("nik", nik)] for nik in niks]


FINAL = NIGHT + timedelta(days=3)
CUTOFF = FINAL - timedelta(hours=2)
SOON, LATER = NIGHT - timedelta(hours=1), NIGHT + timedelta(days=2)
_ENDS = (CUTOFF - MICRO, CUTOFF, CUTOFF + MICRO, CUTOFF + timedelta(days=30))


@dataclass
class Decreed:
    """A decision about one person: when it took effect, until when, when it was written down and lifted."""

    kind: str
    effective: datetime
    until: datetime
    told: datetime
    lifted: datetime | None = None


def decree(dice: random.Random) -> list[Decreed]:
    """Up to three decisions, around every edge, some of them written down after the night."""
    made = []
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        told = dice.choice((SOON, LATER))
        kind = dice.choice(("hold", "hold", "extension"))
        ends = (
            (*_ENDS, DEADLINE + timedelta(seconds=2), DEADLINE + timedelta(minutes=30))
            if kind == "extension"
            else _ENDS
        )
        lifted = dice.choice((None, None, told + MICRO, LATER + timedelta(hours=1))) if kind == "hold" else None
        effective = DEADLINE + dice.choice(_EDGES) - timedelta(days=dice.choice((0, 0, 2)))
        made.append(Decreed(kind, effective, dice.choice(ends), told, lifted))
    return made


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.django_db
def test_rule_and_statements_agree_on_random_decisions(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    niks = crowd(tmp_path, 200)
    catalogue(tmp_path, price=200_000)
    stories, decreed = [invent(nik, dice) for nik in niks], [decree(dice) for _ in niks]
    lifts: list[tuple[Decreed, Decided]] = []

    def decide(told: datetime) -> None:
        for nik, decisions in zip(niks, decreed, strict=True):
            for each in decisions:
                if each.told == told:
                    verb = hold if each.kind == "hold" else extend
                    scope = Scope(person_id=KEYS.fingerprint("nik", nik))
                    done = verb(scope, each.until, effective=each.effective, now=told)
                    if each.lifted and done.affected:
                        lifts.append((each, done))
                    else:
                        each.lifted = None

    def lift_until(moment: datetime) -> None:
        for each, done in list(lifts):
            if each.lifted and each.lifted <= moment:
                lift(done, now=each.lifted)
                lifts.remove((each, done))

    rows = sorted((row for story in stories for row in story.rows), key=lambda row: (row[5] == "cancel", row[4]))
    before = [row for row in rows if datetime.fromisoformat(row[4]) < DEADLINE]
    feed(tmp_path, *before, now=DEADLINE - MICRO)
    feed(tmp_path, *[row for row in rows if row not in before and dice.random() < 0.5], now=SOON)
    decide(SOON)
    lift_until(SOON + MICRO)
    feed(tmp_path, *[row for row in rows if row not in before])
    night()
    decide(LATER)
    feed(tmp_path, *[row for story in stories for row in story.late_rows], now=LATER)
    lift_until(FINAL)
    night(FINAL)
    found = _found(200)
    for story, decisions, state in zip(stories, decreed, found, strict=True):
        assert state == _expected(story, decisions), (seed, story, decisions)
    assert faults() == []
    assert {"bought", "held", "revoked"} <= set(found)


def _expected(story: Story, decisions: list[Decreed]) -> str:
    deadline = DEADLINE
    for each in sorted(decisions, key=lambda each: each.effective):
        if each.kind == "extension" and each.effective < deadline:
            deadline = max(deadline, each.until)
    decided = [Hold(each.effective, each.until, each.lifted) for each in decisions if each.kind == "hold"]
    expected = outcome(
        accepted_at=ANNOUNCED,
        deadline_at=deadline,
        purchases=story.facts,
        holds=[*story.holds, *decided],
        withdrawn=False,
        cutoff_at=CUTOFF,
    )
    return "held" if expected == "undecided" else expected
