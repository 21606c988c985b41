"""The machine finds nothing in Tenggat, and each planted fault in it."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from proof.stateful.machine import Machine
from proof.stateful.world import SLICE, World
from tenggat.deadlines import engine

FULL = os.environ.get("TENGGAT_PROOF") == "full"


@pytest.fixture
def world(committed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A database in which everything commits, and an engine whose slices are small."""
    monkeypatch.setattr(engine, "SLICE", SLICE)
    return World(tmp_path)


def tried(examples: int, steps: int = 25, *, shrink: bool = True) -> settings:
    return settings(
        max_examples=examples * (10 if FULL else 1),
        stateful_step_count=steps,
        deadline=None,
        derandomize=not FULL,
        database=None,
        print_blob=False,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def test_nothing_is_found(world: World) -> None:
    machine = type("All", (Machine,), {"world": world})
    run_state_machine_as_test(machine, settings=tried(20))
