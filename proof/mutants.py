"""Mutation testing: `python -m proof.mutants [--quick] [MODULE ...]`. A change that no test notices must be explained.

Each mutant runs in a fork of a process that has loaded everything but Tenggat itself, so that a run of the rules' tests
takes about a second. Two at a time, with a database server each. Status 1: a change survived that survivors.toml does
not explain, or one that it explains does not exist.
"""

import argparse
import importlib
import importlib.util
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import NoReturn

import pytest

from proof.mutating import Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
EXPLAINED = ROOT / "proof" / "survivors.toml"
_RULES = "src/tenggat/rules/tests"
# Each module with the tests that speak of it, the most telling first.
TARGETS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (f"tenggat.rules.{name}" for name in (
            "brake", "checking", "deadlines", "journey", "problems", "programme", "reading", "reminders", "schema",
            "toml_source", "values",
        )),
        (_RULES,),
    ),
    "tenggat.deadlines.approving": ("tests/test_brake.py",),
    "tenggat.deadlines.audit": ("tests/test_audit.py", "tests/test_night.py", "tests/test_races.py"),
    "tenggat.deadlines.engine": (
        "tests/test_night.py", "tests/test_brake.py", "tests/test_quarantine.py", "tests/test_decisions.py",
        "tests/test_spending.py", "tests/test_decision_races.py", "tests/test_races.py",
    ),
    "tenggat.deadlines.reminders": (
        "tests/test_steps.py", "tests/test_delivery.py", "tests/test_extensions.py", "tests/test_reinstating.py",
        "tests/test_decision_races.py",
    ),
}  # fmt: skip
_LOADED = ("hypothesis", "hypothesis.strategies", "django.db.models", "psycopg")
"""What takes long to load and knows nothing of Tenggat."""

_SAID = "said"
"""The file, in the home of who tries, with what the last tests there printed."""
_QUICK = 75
"""Seconds for a sample; what was begun is finished."""
_SURVIVED, _KILLED = 0, (1, 2, 3, 4)
"""Statuses of pytest: 3 and 4 where a change breaks what is loaded before the first test, such as a programme."""
_SLOW = 3
"""A mutant that takes so many times as long as the tests themselves hangs: that was noticed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a mutant."""

    mutant: Mutant
    survived: bool


class _Changed(SourceFileLoader):
    """Loads a module as a mutant has it."""

    def __init__(self, mutant: Mutant, path: str) -> None:
        super().__init__(mutant.module, path)
        self.tree = mutant.tree

    def get_code(self, fullname: str) -> CodeType:
        """The changed module, compiled."""
        return compile(self.tree, self.path, "exec")


class _Instead:
    """Finds the changed module before anybody finds the one on the disk."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of that one module."""
        if name != self.mutant.module:
            return None
        file = str(_file(name))
        return importlib.util.spec_from_file_location(name, file, loader=_Changed(self.mutant, file))


def _file(module: str) -> Path:
    return ROOT / "src" / f"{module.replace('.', '/')}.py"


@dataclass(frozen=True, slots=True)
class _Trial:
    """A fork in which the tests run: with which change, on which server, and until when it may."""

    mutant: Mutant | None
    tests: tuple[str, ...]
    home: Path
    process: int
    began: float
    until: float

    def passed(self) -> bool | None:
        """Whether the tests pass; None: they are still running. Raises RuntimeError when they could not be run."""
        process, status = os.waitpid(self.process, os.WNOHANG)
        if not process and time.monotonic() < self.until:
            return None
        with suppress(ProcessLookupError):  # also what the tests have started
            os.killpg(self.process, signal.SIGKILL)
        reuse = self.home / "reuse"
        if not process:
            os.waitpid(self.process, 0)
            shutil.rmtree(reuse, ignore_errors=True)  # what it left in the database is unknown
            return False
        ended = os.waitstatus_to_exitcode(status)
        if ended not in {_SURVIVED, *_KILLED}:
            raise RuntimeError(f"The tests {' '.join(self.tests)} could not be run: status {ended}")
        reuse.mkdir(exist_ok=True)
        return ended == _SURVIVED


def _trial(tests: tuple[str, ...], home: Path, seconds: float, mutant: Mutant | None = None) -> _Trial:
    process = os.fork()
    if process == 0:
        os.setpgid(0, 0)
        _be_tested(tests, home, mutant)
    with suppress(PermissionError, ProcessLookupError):  # it may have done so itself, or be over
        os.setpgid(process, process)
    began = time.monotonic()
    return _Trial(mutant, tests, home, process, began, began + seconds)


def _be_tested(tests: Sequence[str], home: Path, mutant: Mutant | None) -> NoReturn:
    """The rest of the life of a fork."""
    status = 99
    try:
        said = os.open(home / _SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.chdir(ROOT)
        os.environ["TENGGAT_TEST_HOME"] = str(home)
        if mutant is not None:
            sys.meta_path.insert(0, _Instead(mutant))
        keep = "--reuse-db" if (home / "reuse").exists() else "--create-db"
        status = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--reuse-db", keep, *tests]))
    finally:
        os._exit(status)


@contextmanager
def _homes(count: int) -> Iterator[list[Path]]:
    """A server's home for each that works at once; the servers end with it."""
    homes = [Path(tempfile.mkdtemp(prefix="tenggat-mutants-")) for _ in range(count)]
    try:
        yield list(homes)
    finally:
        from tenggat.foundation import embedded

        for home in homes:
            embedded.stop(home)
            shutil.rmtree(home, ignore_errors=True)


def live(modules: Sequence[str], *, quick: bool) -> Iterator[Found]:
    """Try every mutant of the modules; when quick, those of a seeded order that can be begun in two minutes.

    Raises RuntimeError when the tests fail without any change.
    """
    for name in _LOADED:
        importlib.import_module(name)
    chosen = [mutant for module in modules for mutant in mutants(module, _file(module))]
    if quick:
        random.Random(7).shuffle(chosen)
    with _homes(2) as free:
        usual: dict[tuple[str, ...], float] = {}
        for trial, passed in _side_by_side(free, [(tests, 600.0, None) for tests in {TARGETS[one] for one in modules}]):
            if not passed:
                said = (trial.home / _SAID).read_text("utf-8", "replace")[-4000:]
                raise RuntimeError(f"The tests {' '.join(trial.tests)} fail without any change:\n{said}")
            usual[trial.tests] = 5 + _SLOW * (time.monotonic() - trial.began)
        over = time.monotonic() + _QUICK if quick else float("inf")
        work = ((TARGETS[one.module], usual[TARGETS[one.module]], one) for one in chosen if time.monotonic() < over)
        for trial, survived in _side_by_side(free, work):
            if trial.mutant is not None:
                yield Found(trial.mutant, survived)


def _side_by_side(
    free: list[Path], work: Iterable[tuple[tuple[str, ...], float, Mutant | None]]
) -> Iterator[tuple[_Trial, bool]]:
    """As many at once as there are servers; gives each trial when it has ended, and whether its tests passed."""
    waiting, running = iter(work), list[_Trial]()
    while True:
        while free and (coming := next(waiting, None)):
            tests, seconds, mutant = coming
            running.append(_trial(tests, free.pop(), seconds, mutant))
        if not running:
            return
        time.sleep(0.02)
        for trial in list(running):
            passed = trial.passed()
            if passed is not None:
                running.remove(trial)
                free.append(trial.home)
                yield trial, passed


def explained() -> dict[tuple[str, str, str], str]:
    """The survivors that may live, and why."""
    entries = tomllib.loads(EXPLAINED.read_text("utf-8")).get("survivor", [])
    return {(entry["module"], entry["place"], entry["change"]): entry["why"] for entry in entries}


def main() -> int:
    """Try them; say who survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a sample of about two minutes")
    parser.add_argument("modules", nargs="*", default=[], help="all of them, if none is named")
    arguments = parser.parse_args()
    modules, known = arguments.modules or list(TARGETS), explained()
    exist = {mutant.name for module in TARGETS for mutant in mutants(module, _file(module))}
    gone = [name for name in known if name not in exist]
    for module, place, change in gone:
        print(f"explained, and not there: {module} {place}: {change}")
    tried = alive = 0
    for found in live(modules, quick=arguments.quick):
        tried += 1
        if found.survived and found.mutant.name not in known:
            alive += 1
            print(f"survived: {found.mutant.module} {found.mutant.place}: {found.mutant.change}", flush=True)
    print(
        f"{tried} of {len(exist)} mutants tried; {alive} survived without an explanation, {len(known)} are explained."
    )
    return int(bool(alive or gone))


if __name__ == "__main__":
    sys.exit(main())
