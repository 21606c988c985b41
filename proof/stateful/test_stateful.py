"""The machine finds nothing in Tenggat, and each planted fault in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from proof.stateful.faults import FAULTS
from proof.stateful.machine import machine
from proof.stateful.planting import Change, Fault, NothingToPlant, planted
from proof.stateful.world import SLICE, World
from tenggat.deadlines import engine

FULL = os.environ.get("TENGGAT_PROOF") == "full"
"""Ten or thirty times as many examples, and other ones each time."""

pytestmark = pytest.mark.timeout(0 if FULL else 240)


@pytest.fixture
def world(committed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A database in which everything commits, and an engine whose slices are small."""
    monkeypatch.setattr(engine, "SLICE", SLICE)
    here = World(tmp_path)
    yield here
    here.spoil()


def tried(examples: int, steps: int = 25, *, full: int, shrink: bool = True) -> settings:
    return settings(
        max_examples=full if FULL else examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not FULL,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.slow
def test_nothing_is_found(world: World) -> None:
    run_state_machine_as_test(machine(world), settings=tried(10, full=300))


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.story.replace(" ", "_"))
def test_a_planted_fault_is_found(world: World, fault: Fault) -> None:
    with planted(fault), pytest.raises(Exception) as found:  # noqa: PT011 -- whatever it is, but not the tester's own
        run_state_machine_as_test(machine(world, fault.verbs), settings=tried(100, 15, full=1000, shrink=False))
    assert not isinstance(found.value, HypothesisException | NothingToPlant), found.value


def test_a_fault_that_no_longer_fits_is_refused() -> None:
    fault = Fault("none", (), (Change("tenggat.deadlines.engine:_settlement", "no such text", ""),))
    with pytest.raises(NothingToPlant), planted(fault):
        pass
