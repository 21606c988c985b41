"""Which settings a machine gets."""

from pathlib import Path

import pytest

from tenggat.foundation.embedded import ServerUnavailable, windows
from tenggat.foundation.embedded.tuning import GB, MB, Machine, measure, settings


def machine(
    *,
    memory: int = 24 * GB,
    processors: int = 2,
    disk_free: int = 80 * GB,
    shared_memory: int | None = 12 * GB,
    lz4: bool = False,
) -> Machine:
    return Machine(memory=memory, processors=processors, disk_free=disk_free, shared_memory=shared_memory, lz4=lz4)


def test_a_big_machine() -> None:
    chosen = settings(machine())
    assert chosen["shared_buffers"] == "6144MB"
    assert chosen["max_wal_size"] == "10240MB"
    assert chosen["wal_buffers"] == "64MB"
    assert chosen["work_mem"] == "64MB"
    assert "dynamic_shared_memory_type" not in chosen


def test_a_small_container() -> None:
    chosen = settings(machine(memory=1 * GB, processors=1, disk_free=4 * GB, shared_memory=64 * MB))
    assert chosen["shared_buffers"] == "256MB"
    assert chosen["max_wal_size"] == "512MB"
    assert chosen["min_wal_size"] == "64MB"
    assert chosen["max_parallel_workers"] == "1"
    assert chosen["dynamic_shared_memory_type"] == "mmap"


@pytest.mark.parametrize(("lz4", "value"), [(True, "lz4"), (False, "off")])
def test_the_log_is_compressed_only_where_that_is_cheap(lz4: bool, value: str) -> None:
    assert settings(machine(lz4=lz4))["wal_compression"] == value


@pytest.mark.parametrize("chosen", [settings(machine()), settings(machine(memory=256 * MB, disk_free=0))])
def test_nothing_that_makes_a_crash_lose_what_was_committed(chosen: dict[str, str]) -> None:
    assert not {"fsync", "synchronous_commit", "full_page_writes"} & set(chosen)


def test_this_machine_can_be_measured(tmp_path: Path) -> None:
    found = measure(folder=tmp_path, lz4=False)
    assert 64 * MB < found.memory < 2**46
    assert found.processors >= 1


def test_windows_is_refused_with_what_to_do() -> None:
    with pytest.raises(ServerUnavailable, match="DATABASE_URL"):
        windows.ensure(Path("home"), say=print)
    with pytest.raises(ServerUnavailable, match="DATABASE_URL"):
        windows.running_url(Path("home"))
    with pytest.raises(ServerUnavailable, match="DATABASE_URL"):
        windows.stop(Path("home"))
