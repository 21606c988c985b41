"""Figures add up, and the journal alone gives those of every past moment (I8)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tenggat.figures.report import Report, WaveFigures, report, report_as_of
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
