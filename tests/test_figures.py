"""Figures add up, and the journal alone gives those of every past moment (I8)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tenggat.deadlines.scopes import Scope
from tenggat.figures.report import Report, WaveFigures, report, report_as_of
from tests.office import DAY, NEXT_WEEK, extend, hold, lift
from tests.scene import (
    ANNOUNCED,
    AYU,
    BUDI,
    CITRA,
    DEADLINE,
    IN_TIME,
    NIGHT,
    PRAKERJA,
    SECOND,
    bought,
    cancelled,
    catalogue,
    feed,
    night,
    wave,
)

pytestmark = pytest.mark.django_db


def figures(now: datetime) -> WaveFigures:
    """What the tables say, which must be what the journal says."""
    found = report(programme=PRAKERJA, now=now)
    assert report_as_of(programme=PRAKERJA, as_of=now) == found
    [one] = found.waves
    assert one.accepted == one.bought + one.completed + one.revoked + one.withdrawn + one.held + one.undecided
    return one


def test_every_moment_of_a_wave_is_told_the_same_by_tables_and_journal(tmp_path: Path) -> None:
    then: dict[datetime, Report] = {}

    def note(now: datetime) -> WaveFigures:
        one = figures(now)
        then[now] = report(programme=PRAKERJA, now=now)
        return one

    wave(AYU, BUDI, CITRA)
    assert note(ANNOUNCED + SECOND).undecided == 3
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=IN_TIME, through=IN_TIME)
    assert note(IN_TIME).bought == 1
    assert note(NIGHT).held == 2  # the feed is silent since
    feed(tmp_path, bought(CITRA, course="NEW"), now=NIGHT + SECOND, through=DEADLINE)
    night(NIGHT + 2 * SECOND)
    held = note(NIGHT + 3 * SECOND)
    assert (held.bought, held.revoked, held.held, held.undecided) == (1, 1, 1, 0)
    assert held.lapse_rate is None
    feed(tmp_path, bought(BUDI, DEADLINE - SECOND), now=NIGHT + timedelta(days=1))
    back = note(NIGHT + timedelta(days=1))
    assert (back.bought, back.revoked, back.reinstated, back.held) == (2, 0, 1, 1)
    for moment, said in then.items():
        assert report_as_of(programme=PRAKERJA, as_of=moment) == said


def test_a_silent_feed_is_named_with_those_who_wait_for_it(tmp_path: Path) -> None:
    wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=IN_TIME, through=IN_TIME)
    feed(tmp_path, bought(AYU), now=NIGHT, through=NIGHT, source="lain")
    figures(NIGHT)
    found = report(programme=PRAKERJA, now=NIGHT)
    assert (found.silent_feeds, found.waiting) == (("toko",), 1)
    feed(tmp_path, bought(AYU), now=NIGHT, through=NIGHT)
    figures(NIGHT)
    assert report(programme=PRAKERJA, now=NIGHT).silent_feeds == ()


def test_decisions_are_told_the_same_by_tables_and_journal_at_every_moment() -> None:
    then: dict[datetime, Report] = {}

    def note(now: datetime) -> WaveFigures:
        one = figures(now)
        then[now] = report(programme=PRAKERJA, now=now)
        return one

    ayu, budi, _ = wave(AYU, BUDI, CITRA)
    of_ayu = hold(Scope(person_id=ayu))
    hold(Scope(person_id=budi), DEADLINE + DAY)
    assert note(NIGHT - SECOND).held == 2
    night()
    one = note(NIGHT)
    assert (one.held, one.revoked, one.undecided) == (2, 1, 0)
    lift(of_ayu, now=NIGHT + SECOND)
    assert (note(NIGHT + SECOND).held, note(NIGHT + DAY).held) == (1, 0)
    extend(Scope(person_id=budi), now=NIGHT + DAY + SECOND)
    extend(Scope(), NEXT_WEEK, now=NIGHT + DAY + 2 * SECOND)
    back = note(NIGHT + DAY + 2 * SECOND)
    assert (back.revoked, back.reinstated, back.undecided, back.held) == (0, 1, 3, 0)
    night(NEXT_WEEK + 3 * DAY)
    assert note(NEXT_WEEK + 3 * DAY).revoked == 3
    for moment, said in then.items():
        assert report_as_of(programme=PRAKERJA, as_of=moment) == said


def test_a_lapse_rate_waits_until_nobody_is_undecided(tmp_path: Path) -> None:
    wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=IN_TIME)
    assert figures(DEADLINE).lapse_rate is None
    night()
    assert figures(NIGHT).lapse_rate == 0.5


def test_a_purchase_taken_back_is_no_purchase_in_the_figures(tmp_path: Path) -> None:
    wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=IN_TIME)
    feed(tmp_path, cancelled(AYU, IN_TIME + SECOND), now=IN_TIME + SECOND)
    one = figures(IN_TIME + SECOND)
    assert (one.bought, one.undecided) == (0, 1)
