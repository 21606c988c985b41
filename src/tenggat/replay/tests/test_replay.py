"""A whole replay through the real engine, small enough for a test."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from django.db.models import Sum

from tenggat.deadlines.models import Run
from tenggat.foundation import keys
from tenggat.journal.models import Event
from tenggat.ledger.models import Entry
from tenggat.messaging.models import Message
from tenggat.partners.models import Feed
from tenggat.registry.models import BlacklistEntry
from tenggat.replay.driver import Replayed, ReplayRefused, replay
from tenggat.replay.facts import GROUPS, PLATFORMS, PUBLISHED, WAVES
from tenggat.replay.fates import Fate, fates
from tenggat.replay.press import press_table, table
from tenggat.replay.shares import shares
from tenggat.replay.timetable import calendars
from tenggat.rules.programme import load
from tenggat.training.models import Purchase
from tenggat.waves.models import Participation

SCALE, SEED = 2000, 3
PROGRAMME = load("prakerja")
SHARES = shares(scale=SCALE)
BENEFIT = 3_550_000

pytestmark = pytest.mark.slow


class Watching:
    """Sees that every wave's bar only grows, and ends full."""

    def __init__(self) -> None:
        self.seen: dict[int, tuple[int, int, str]] = {}

    def wave(self, number: int, done: int, total: int, what: str) -> None:
        assert self.seen.get(number, (0, 0, ""))[0] <= done <= total
        self.seen[number] = (done, total, what)


def run(folder: Path, *, seed: int = SEED) -> tuple[Replayed, Watching]:
    watching = Watching()
    found = replay(scale=SCALE, seed=seed, folder=folder, programme=PROGRAMME, keys=keys.derive(seed), watch=watching)
    return found, watching


def dealt(*kinds: Fate) -> int:
    return sum(fates(share).counts[fate] for share in SHARES.values() for fate in kinds)


@pytest.mark.usefixtures("committed")
def test_the_engine_finds_the_published_shares(tmp_path: Path) -> None:
    found, watching = run(tmp_path)
    _the_figures_are_the_shares(found)
    _the_edges_fall_on_their_sides()
    _the_books_and_the_blacklist_agree(found)
    _people_were_reminded_and_told(found, tmp_path)
    _wrong_rows_were_refused(tmp_path)
    _the_press_table_adds_up(found)
    assert {seen[0] == seen[1] for seen in watching.seen.values()} == {True}
    with pytest.raises(ReplayRefused):
        run(tmp_path)


def _the_figures_are_the_shares(found: Replayed) -> None:
    assert [(wave.wave, wave.accepted, wave.revoked) for wave in found.waves] == [
        (number, share.accepted, share.lapsing) for number, share in SHARES.items()
    ]
    assert all(wave.bought + wave.revoked == wave.accepted for wave in found.waves)
    for group, facts in zip(found.groups, GROUPS, strict=True):
        assert (group.waves, group.published) == (facts.name, facts.revoked)
        assert abs(group.revoked * SCALE - facts.revoked) <= SCALE / 2
    assert found.total.revoked == sum(group.revoked for group in found.groups)
    assert found.total.published == PUBLISHED
    assert (Run.objects.count(), Run.objects.filter(state="closed").count()) == (10, 10)


def _the_edges_fall_on_their_sides() -> None:
    """Bought in the last second: kept. A second late: revoked. Told late: revoked first, and reinstated."""
    deadlines = {wave.number: wave.deadline_at for wave in calendars(WAVES, programme=PROGRAMME)}
    states = {(p.person_id, p.wave_id): p.state for p in Participation.objects.all()}
    last = [p for p in Purchase.objects.all() if 0 < (deadlines[p.wave] - p.occurred_at).total_seconds() <= 1]
    assert len(last) >= dealt(Fate.LAST_SECOND)
    assert {states[p.person_id, p.wave] for p in last} == {"bought"}
    late = Purchase.objects.filter(late=True)
    assert late.count() == dealt(Fate.ON_THE_DEADLINE, Fate.A_SECOND_LATE, Fate.LATE)
    assert {states[p.person_id, p.wave] for p in late} == {"revoked"}
    kinds = Counter(Event.objects.values_list("kind", flat=True))
    assert kinds["reinstated"] == dealt(Fate.REPORTED_LATE) > 0
    assert kinds["revoked"] - kinds["reinstated"] == sum(share.lapsing for share in SHARES.values())
    assert kinds["held"] == 0
    cancelled = Purchase.objects.exclude(cancelled_at=None)
    assert cancelled.count() == dealt(Fate.TAKEN_BACK, Fate.CANCELLED_AFTER)
    for purchase in cancelled:
        in_time = purchase.cancelled_at is not None and purchase.cancelled_at < deadlines[purchase.wave]
        assert states[purchase.person_id, purchase.wave] == ("revoked" if in_time else "bought")


def _the_books_and_the_blacklist_agree(found: Replayed) -> None:
    assert all(wave.returned == wave.revoked * BENEFIT for wave in found.waves)
    assert BlacklistEntry.objects.filter(lifted_at=None).count() == found.total.revoked
    assert BlacklistEntry.objects.exclude(lifted_at=None).count() == dealt(Fate.REPORTED_LATE)
    booked = Entry.objects.aggregate(left=Sum("amount"))["left"]
    assert booked == Participation.objects.aggregate(left=Sum("balance"))["left"]
    assert set(Feed.objects.values_list("source", flat=True)) == set(PLATFORMS)


def _people_were_reminded_and_told(found: Replayed, folder: Path) -> None:
    reachable = Counter(Participation.objects.exclude(channel="none").values_list("wave_id", flat=True))
    assert {wave.wave: wave.reminded for wave in found.waves} == dict(reachable)
    states = Counter(Message.objects.values_list("step", "state"))
    assert {state for _, state in states} == {"accepted"}
    assert states["reinstated", "accepted"] <= dealt(Fate.REPORTED_LATE)
    lines = (folder / "outbox" / "messages.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == sum(states.values())


def _wrong_rows_were_refused(folder: Path) -> None:
    reasons: Counter[str] = Counter()
    for path in (folder / "feeds").glob("*.refused.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            reasons.update(row["reason"] for row in csv.DictReader(file))
    assert reasons == {
        "late": dealt(Fate.ON_THE_DEADLINE, Fate.A_SECOND_LATE, Fate.LATE),
        "unknown_person": dealt(Fate.MISTYPED),
        "over_balance": dealt(Fate.TRIED_TOO_DEAR),
    }


def _the_press_table_adds_up(found: Replayed) -> None:
    press = press_table(replayed=found, scale=SCALE)
    assert [row.waves for row in press.rows] == ["1-4", "5", "6-7", "8", "9"]
    assert press.total.ours == sum(row.ours for row in press.rows)
    assert press.total.returned == press.total.ours * BENEFIT
    assert press.total.published == PUBLISHED
    assert [(row.waves, row.published) for row in press.later] == [("10", 9123)]
    head, rows = table(found, scale=SCALE)
    assert {len(row) for row in rows} == {len(head)}
    assert [row[0] for row in rows[-3:]] == ["1-9, after 23 October 2020", "10", "1-10, after 31 October 2020"]
    assert [row[2] for row in rows[-3:]] == ["373,745", "9,123", "382,868"]


@pytest.mark.usefixtures("committed")
def test_another_seed_invents_others_and_finds_the_same_figures(tmp_path: Path) -> None:
    found, _ = run(tmp_path, seed=4)
    assert [(wave.wave, wave.accepted, wave.revoked) for wave in found.waves] == [
        (number, share.accepted, share.lapsing) for number, share in SHARES.items()
    ]


@pytest.mark.parametrize("scale", [0, 10_001, -1])
def test_a_scale_out_of_range_is_refused_before_anything_is_done(tmp_path: Path, scale: int) -> None:
    with pytest.raises(ReplayRefused):
        replay(scale=scale, seed=1, folder=tmp_path, programme=PROGRAMME, keys=keys.derive(1), watch=Watching())
    assert list(tmp_path.iterdir()) == []
