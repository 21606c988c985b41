"""The rounded shares: pure arithmetic over the published figures."""

from itertools import pairwise

import pytest

from tenggat.replay.facts import GROUPS, MATURED, PUBLISHED, PUBLISHED_RETURNED, WAVES
from tenggat.replay.fates import IN_TIME, Fate, fates
from tenggat.replay.shares import Share, apportioned, rounded, shares

SCALES = (1, 7, 20, 99, 100, 101, 1000, 2000, 9999, 10_000)


def test_the_published_figures_agree_with_each_other() -> None:
    assert sum(group.revoked for group in GROUPS[:MATURED]) == PUBLISHED
    assert sum(group.revoked for group in GROUPS) == 382_868
    assert PUBLISHED * 3_550_000 == PUBLISHED_RETURNED
    assert sum(wave.accepted for wave in WAVES) == 5_597_141


def test_every_wave_belongs_to_one_group() -> None:
    assert [number for group in GROUPS for number in group.waves] == [wave.number for wave in WAVES]


@pytest.mark.parametrize("scale", SCALES)
def test_shares_are_as_near_to_the_figures_as_whole_people_can_be(scale: int) -> None:
    shared = shares(scale=scale)
    for wave in WAVES:
        assert abs(shared[wave.number].accepted * scale - wave.accepted) <= scale / 2
    for group in GROUPS:
        lapsing = sum(shared[number].lapsing for number in group.waves)
        assert abs(lapsing * scale - group.revoked) <= scale / 2


def test_at_scale_1_the_shares_are_the_figures() -> None:
    shared = shares(scale=1)
    assert sum(share.lapsing for number, share in shared.items() if number < 10) == PUBLISHED
    assert [shared[wave.number].accepted for wave in WAVES] == [wave.accepted for wave in WAVES]


@pytest.mark.parametrize("scale", SCALES)
def test_a_group_divides_in_proportion_to_the_accepted(scale: int) -> None:
    shared = shares(scale=scale)
    for group in GROUPS:
        accepted = sum(wave.accepted for wave in WAVES if wave.number in group.waves)
        for wave in WAVES:
            if wave.number in group.waves:
                fair = rounded(group.revoked, scale) * wave.accepted / accepted
                assert abs(shared[wave.number].lapsing - fair) < 1


def test_halves_are_rounded_up_and_the_earlier_wave_wins_a_tie() -> None:
    assert [rounded(whole, 10) for whole in (4, 5, 14, 15)] == [0, 1, 1, 2]
    assert apportioned(3, {6: 10, 7: 10}) == {6: 2, 7: 1}


@pytest.mark.parametrize("scale", SCALES)
def test_fates_add_up_to_the_shares(scale: int) -> None:
    for share in shares(scale=scale).values():
        dealt = fates(share)
        assert sum(dealt.counts.values()) == len(dealt.table) == share.accepted
        assert sum(count for fate, count in dealt.counts.items() if fate < IN_TIME) == share.lapsing
        assert min(dealt.counts.values()) >= 0


def test_each_rank_is_dealt_once_and_neighbours_are_far_apart() -> None:
    dealt = fates(Share(8000, 1023))
    people = [dealt.of(index) for index in range(8000)]
    assert {fate: people.count(fate) for fate in Fate} == dealt.counts
    lapsing = [index for index, fate in enumerate(people) if fate < IN_TIME]
    assert max(later - earlier for earlier, later in pairwise(lapsing)) < 50
