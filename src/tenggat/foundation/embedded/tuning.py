"""Settings that fit the machine: `measure` looks at it, `settings` decides (pure)."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MB = 1024 * 1024
GB = 1024 * MB

# What is the same everywhere. fsync stays on: a benefit programme does not lose a purchase to a power cut.
_FIXED = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "jit": "off",
    "random_page_cost": "1.1",
    "autovacuum": "on",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    # COPY into a table made in the same transaction then needs no WAL; nothing replicates from an embedded
    # server.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # No personal data in the log. `log` ranks above `error`: an error of a statement goes to its client only,
    # for even its first line may quote a value ("invalid input syntax for type date: ..."), and DETAIL quotes
    # keys.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "off",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "logging_collector": "off",
    "log_destination": "'stderr'",
    "log_line_prefix": "'%m [%p] '",
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the server may use: bytes, processors, and whether PostgreSQL was built with lz4."""

    memory: int
    processors: int
    disk_free: int
    shared_memory: int | None
    lz4: bool


def measure(*, folder: Path, lz4: bool) -> Machine:
    """Looks at the machine; `folder` is on the disk that holds the data."""
    shm = Path("/dev/shm")  # noqa: S108 -- asked for its size only
    return Machine(
        memory=min([_physical_memory(), *_cgroup_limits()]),
        processors=_processors(),
        disk_free=shutil.disk_usage(folder).free,
        shared_memory=shutil.disk_usage(shm).total if shm.is_dir() else None,
        lz4=lz4,
    )


def settings(machine: Machine) -> dict[str, str]:
    """Name and value of each setting, values quoted as postgresql.conf wants them."""
    # Keys are random, so behind each checkpoint almost every change writes its whole page into the log again: the
    # fewer checkpoints, and the more pages kept in memory between them, the better.
    max_wal = max(128 * MB, min(16 * GB, machine.disk_free // 8))
    parallel = max(1, min(4, machine.processors // 2))
    chosen = {
        "shared_buffers": _mb(max(128 * MB, min(8 * GB, machine.memory // 4))),
        "wal_buffers": _mb(max(4 * MB, min(64 * MB, machine.memory // 256))),
        "effective_cache_size": _mb(max(256 * MB, machine.memory * 6 // 10)),
        "work_mem": _mb(max(4 * MB, min(64 * MB, machine.memory // 128))),
        "maintenance_work_mem": _mb(max(64 * MB, min(1 * GB, machine.memory // 16))),
        "max_wal_size": _mb(max_wal),
        "min_wal_size": _mb(max(64 * MB, max_wal // 8)),
        # pglz, which is always there, costs a night of revocations three times the processor time for 0.57 of its log.
        "wal_compression": "lz4" if machine.lz4 else "off",
        "max_worker_processes": str(max(8, machine.processors)),
        "max_parallel_workers": str(machine.processors),
        "max_parallel_workers_per_gather": str(parallel),
        "max_parallel_maintenance_workers": str(parallel),
    }
    if machine.shared_memory is not None and machine.shared_memory < GB:
        # A container's default /dev/shm of 64 MB is too small for parallel hash joins.
        chosen["dynamic_shared_memory_type"] = "mmap"
    return _FIXED | chosen


def _mb(size: int) -> str:
    return f"{size // MB}MB"


def _physical_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _processors() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for group in _cgroups("cpu"):
        quota, _, period = _read(group / "cpu.max").partition(" ")
        quota = quota or _read(group / "cpu.cfs_quota_us")
        period = period or _read(group / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit() and int(period):
            usable = min(usable, -(-int(quota) // int(period)))
    return max(1, usable)


def _cgroup_limits() -> Iterator[int]:
    """Memory limits in bytes of the control groups that we are in, versions 1 and 2."""
    for group in _cgroups("memory"):
        for name in ("memory.max", "memory.high", "memory.limit_in_bytes"):
            value = _read(group / name)
            if value.isdigit() and int(value):
                yield int(value)


def _cgroups(controller: str) -> Iterator[Path]:
    """The folders of our control group and of all above it: each may carry a limit."""
    for line in _read(Path("/proc/self/cgroup")).splitlines():
        _, names, path = line.split(":", 2)
        if names and controller not in names.split(","):
            continue
        root = Path("/sys/fs/cgroup") / (controller if names else "")
        own = root / path.lstrip("/")
        yield from (group for group in (own, *own.parents) if group.is_relative_to(root))


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
