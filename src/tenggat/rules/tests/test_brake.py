"""Which runs wait for two people."""

import pytest

from tenggat.rules.brake import APPROVALS, WaveAhead, reasons
from tenggat.rules.values import Brake

BRAKE = Brake(least_percent=1, most_percent=20, smallest_wave=1000, people=100_000, reference="test")


@pytest.mark.parametrize(
    ("accepted", "revoked", "due", "waits"),
    [
        (1000, 0, 200, False),
        (1000, 0, 201, True),
        (1000, 0, 10, False),
        (1000, 0, 9, True),
        (999, 0, 999, False),  # too small for a share to mean anything
        (1000, 199, 1, False),  # what is left of a wave that was decided before
        (1000, 200, 1, True),
        (1000, 0, 0, False),  # nobody is due: there is nothing to look at
        (1_000_000, 0, 100_000, False),
        (1_000_000, 0, 100_001, True),
    ],
)
def test_a_run_outside_what_is_expected_waits(accepted: int, revoked: int, due: int, *, waits: bool) -> None:
    assert bool(reasons(BRAKE, {7: WaveAhead(accepted, revoked, due)})) is waits


def test_the_size_is_that_of_the_whole_run() -> None:
    waves = {number: WaveAhead(600_000, 0, 60_000) for number in (8, 9)}
    assert reasons(BRAKE, waves) == ["120000 people are to be revoked, more than 100000"]


def test_each_wave_outside_the_band_is_named() -> None:
    [sentence] = reasons(BRAKE, {8: WaveAhead(2000, 0, 100), 9: WaveAhead(2000, 0, 1000)})
    assert sentence == "1000 of 2000 people of wave 9 would be revoked, not 1 to 20 percent"


def test_a_small_wave_does_not_hide_those_after_it() -> None:
    assert len(reasons(BRAKE, {8: WaveAhead(10, 0, 10), 9: WaveAhead(2000, 0, 1000)})) == 1


def test_two_people_let_it_go() -> None:
    assert APPROVALS == 2
