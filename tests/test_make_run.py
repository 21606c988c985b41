"""`make run` as a newcomer calls it, with few people: twice, and what it leaves can be looked at."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TENGGAT = ROOT / ".venv" / "bin" / "tenggat"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A home of its own with the embedded server, whatever server the other tests use."""
    home = tmp_path / "var"
    outside = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    yield {**outside, "TENGGAT_HOME": str(home)}
    inside = {**outside, "TENGGAT_HOME": str(home / "replays" / "prakerja-2020")}
    subprocess.run([TENGGAT, "db", "stop"], env=inside, check=False, timeout=60)


def run(*words: object, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.db
def test_make_run_prints_the_press_table_and_can_be_run_again(environment: dict[str, str]) -> None:
    told = run("make", "--no-print-directory", "run", "SCALE=5000", environment=environment)
    for figure in ("189,436", "47,818", "72,958", "34,747", "28,786", "373,745", "382,868"):
        assert figure in told
    again = json.loads(
        run(TENGGAT, "replay", "prakerja-2020", "--scale", 5000, "--json", environment=environment).splitlines()[-1]
    )
    assert [group["published"] for group in again["groups"]] == [189436, 47818, 72958, 34747, 28786, 9123]
    assert [group["revoked"] for group in again["groups"]] == [38, 10, 15, 7, 6, 2]
    assert again["total"]["returned"] == again["total"]["revoked"] * 3_550_000
    inside = {**environment, "TENGGAT_HOME": again["home"]}
    report = json.loads(run(TENGGAT, "report", "--json", environment=inside))
    assert report["total"]["revoked"] == again["total"]["revoked"]
    assert report["total"]["undecided"] == report["total"]["held"] == 0
