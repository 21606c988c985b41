"""`kill -9` over nights of some 20,000 revocations: the engine at every commit and at random moments, the server, its
connections, its disk. Each night is gone on with until it is over, then looked at (aftermath.py) and verified.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from bench import world
from bench.child import ROOT
from bench.place import COPY, Place, place
from bench.place import NATION as DATABASE

from proof import aftermath
from proof.aftermath import Aftermath
from tenggat.foundation import embedded

_SECONDS = 120
"""A night takes a few; one that takes this long has stopped."""


@dataclass(frozen=True, slots=True)
class Night:
    """What was done to a night, how often, and what came out."""

    name: str
    blows: int
    seconds: float
    after: Aftermath
    verified: bool

    @property
    def right(self) -> bool:
        """As if nothing had happened."""
        return self.after.right and self.verified


Blows = Callable[["Scene"], int]
"""Lives through one night on a scene's database; gives how many blows it was dealt."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A copy of the nation in the evening, the dice, and how many blows the clock deals at most."""

    here: Place
    url: str
    dice: random.Random
    most: int

    def start(
        self, *words: object, module: str = "night", stdout: int | None = subprocess.DEVNULL
    ) -> "subprocess.Popen[bytes]":
        """An engine (or a platform) in a process of its own."""
        search = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
        environment = os.environ | {"DATABASE_URL": self.url, "PYTHONPATH": search}
        command = [sys.executable, "-m", "proof.child", module, *map(str, words)]
        return subprocess.Popen(command, env=environment, stdout=stdout, stderr=subprocess.PIPE)

    def do(self, module: str, *words: object) -> None:
        """Something that nobody disturbs. Raises RuntimeError when it fails."""
        process = self.start(*words, module=module)
        _, error = process.communicate(timeout=_SECONDS)
        if process.returncode:
            raise RuntimeError(f"{module} did not go on: {error.decode(errors='replace')[-2000:]}")


def nights(*, quick: bool) -> Iterator[Night]:
    """Every kind of blow; when quick, each of them in one night, and fewer of those that the clock deals."""
    dice, most, again = random.Random(20_201_101), (8 if quick else 40), (1 if quick else 3)
    with place() as here:
        here.create(DATABASE)
        Scene(here, here.url(), dice, most).do("evening")
        for name, blows, times in (
            ("engine, behind every commit", _behind_commits, 1),
            ("engine, before every commit", _before_commits, 1),
            ("engine, behind any statement", _behind_statements, again),
            ("two engines, any moment", _any_moment, again),
            ("server, a platform telling purchases", _server, again),
            ("connections of engine and platform", _connections, again),
        ):
            for _ in range(times):
                yield _night(here, name, blows, dice, most)
        yield _full_disk(dice)


def _night(here: Place, name: str, blows: Blows, dice: random.Random, most: int) -> Night:
    with here.copy() as url:
        began = time.monotonic()
        scene = Scene(here, url, dice, most)
        dealt = blows(scene)
        scene.do("night", "never")
        return Night(name, dealt, time.monotonic() - began, aftermath.look(url), _verified(scene))


def _verified(scene: Scene) -> bool:
    verifying = scene.start(module="verified", stdout=None)
    verifying.communicate(timeout=_SECONDS)
    return verifying.returncode == 0


def _behind_commits(scene: Scene) -> int:
    """Each engine dies as soon as it has committed something: opening, approvals, each slice, closing."""
    return _until_over(scene, lambda tries: f"behind:{tries}")


def _before_commits(scene: Scene) -> int:
    """Each engine dies where its second commit should come: its first stands, its second is lost."""
    return _until_over(scene, lambda tries: f"before:{1 + tries}")


def _behind_statements(scene: Scene) -> int:
    """Each engine dies behind one of its first few statements, inside a transaction or not."""
    return _until_over(scene, lambda tries: f"statement:{scene.dice.randint(1, 6 + tries)}")


def _until_over(scene: Scene, fate: Callable[[int], str]) -> int:
    """Engine after engine; one that died without leaving a trace lets the next one live a little longer."""
    deaths, tries, before = 0, 1, _standing(scene)
    while not before[0]:
        engine = scene.start(fate(tries))
        _, error = engine.communicate(timeout=_SECONDS)
        if engine.returncode not in {0, -signal.SIGKILL}:
            raise RuntimeError(f"An engine failed: {error.decode(errors='replace')[-2000:]}")
        deaths += engine.returncode != 0
        now = _standing(scene)
        tries, before = (tries + 1 if now == before else 1), now
    return deaths


def _standing(scene: Scene) -> tuple[bool, int, int, int]:
    """Whether the night is over; then how far it has come."""
    with psycopg.connect(scene.url) as session:
        [(accepted, unfinished, approvals, runs)] = session.execute(
            "SELECT (SELECT count(*) FROM waves_participation WHERE state = 'accepted'),"
            " (SELECT count(*) FROM deadlines_run WHERE state <> 'closed'),"
            " (SELECT count(*) FROM deadlines_approval), (SELECT count(*) FROM deadlines_run)"
        ).fetchall()
    return not accepted and not unfinished, accepted, approvals, runs


def _any_moment(scene: Scene) -> int:
    """Two engines at once, each killed by the clock."""
    deaths = 0
    while deaths < scene.most and not _standing(scene)[0]:
        pair = [scene.start("never"), scene.start("never")]
        for engine in pair:
            with suppress(subprocess.TimeoutExpired):
                engine.wait(0.4 + scene.dice.random() * 0.6)
            deaths += engine.poll() is None
            engine.kill()
            engine.communicate()
    return deaths


def _server(scene: Scene) -> int:
    """The server is killed with all its processes and started again, while an engine and a platform work."""
    path, deaths = _late_purchases(scene), 0
    while deaths < scene.most and not _standing(scene)[0]:
        pair = [scene.start("never"), scene.start(path, module="platform")]
        time.sleep(0.4 + scene.dice.random() * 0.6)  # half a second goes by before an engine has begun
        _kill_server(scene.here)
        deaths += 1
        for process in pair:
            process.communicate(timeout=_SECONDS)
    scene.do("platform", path)
    return deaths


def _kill_server(here: Place) -> None:
    with psycopg.connect(here.url("postgres")) as session:
        backend = session.info.backend_pid
        postmaster = int(Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()[1])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for pid in [postmaster, *map(int, children)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    embedded.ensure(here.folder, say=lambda _: None)


def _connections(scene: Scene) -> int:
    """Every session of the database is ended by the server, again and again."""
    path, ended = _late_purchases(scene), 0
    while ended < scene.most and not _standing(scene)[0]:
        pair = [scene.start("never"), scene.start(path, module="platform")]
        while any(process.poll() is None for process in pair):
            time.sleep(0.1 + scene.dice.random() * 0.4)
            ended += _end_sessions(scene)
        for process in pair:
            process.communicate()
    scene.do("platform", path)
    return ended


def _end_sessions(scene: Scene) -> int:
    with psycopg.connect(scene.here.url("postgres"), autocommit=True) as session:
        [(ended,)] = session.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s", [COPY]
        ).fetchall()
    return int(ended)


def _late_purchases(scene: Scene) -> Path:
    """A file of what 500 of those who are due bought in the last second."""
    with psycopg.connect(scene.url) as session:
        due = session.execute("SELECT serial FROM bench_person WHERE NOT bought ORDER BY serial LIMIT 500").fetchall()
    path = scene.here.folder / "late.csv"
    at = world.DEADLINE.replace(day=31, month=10, hour=23, minute=59, second=59).isoformat()
    lines = ["reference,nik,course,price,occurred_at"]
    lines += [f"L{serial},{world.nik(serial)},EXCEL,{world.PRICE},{at}" for (serial,) in due]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _full_disk(dice: random.Random) -> Night:
    """The disk of the server has no byte left in the middle of the night; then there is room again."""
    name = "disk full"
    with _small_disk() as folder, _server_on(folder) as here:
        here.create(DATABASE)
        scene = Scene(here, here.url(), dice, most=6)
        scene.do("evening")
        began, full = time.monotonic(), 0
        while full < scene.most and not _standing(scene)[0]:
            engine = scene.start("never")
            time.sleep(0.4 + dice.random() * 0.5)
            ballast = _fill(folder)
            _, error = engine.communicate(timeout=_SECONDS)
            full += engine.returncode != 0
            if engine.returncode and b"No space left" not in error and b"terminat" not in error:
                raise RuntimeError(f"A full disk was told as: {error.decode(errors='replace')[-2000:]}")
            ballast.unlink()
            embedded.ensure(here.folder, say=lambda _: None)  # a server that could not write its log has stopped
        scene.do("night", "never")
        return Night(name, full, time.monotonic() - began, aftermath.look(scene.url), _verified(scene))


@contextmanager
def _small_disk() -> Iterator[Path]:
    """A disk in memory; only root may mount one."""
    folder = Path("/mnt") / f"tenggat-proof-{os.getpid()}"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=900m,mode=0755", "tmpfs", str(folder)], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    finally:
        folder.rmdir()


@contextmanager
def _server_on(folder: Path) -> Iterator[Place]:
    home = folder / "home"
    try:
        yield Place(embedded.ensure(home, say=lambda _: None), home)
    finally:
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def _fill(folder: Path) -> Path:
    """Take the last byte."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file, suppress(OSError):
        while True:
            os.write(file.fileno(), bytes(1 << 16))
    return ballast
