"""Homes for the tests that run the command itself."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo


@dataclass
class Tenggat:
    """The command in a home of its own, with a database of its own on the tests' server."""

    home: Path
    url: str

    def run(
        self, *words: object, check: int | None = None, stdout: Any = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        """Run `tenggat WORDS`; with `check`, the exit status must be that."""
        done = subprocess.run(
            [sys.executable, "-c", "from tenggat.cli.main import main; main()", *map(str, words)],
            env={**os.environ, "TENGGAT_HOME": str(self.home), "DATABASE_URL": self.url},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert check is None or done.returncode == check, (done.returncode, done.stdout, done.stderr)
        return done

    def json(self, *words: object, check: int = 0) -> dict[str, Any]:
        """Run with --json and read the one object on standard output."""
        done = self.run(*words, "--json", check=check)
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer

    def refused(self, *words: object) -> str:
        """The error code of a command that could not be carried out, said the same way in prose and in JSON."""
        prose = self.run(*words, check=2)
        assert prose.stdout == ""
        assert len(prose.stderr.strip().splitlines()) <= 3
        error = self.json(*words, check=2)["error"]
        assert error["message"]
        return str(error["code"])


@pytest.fixture
def home(tmp_path: Path, server_url: str) -> Iterator[Tenggat]:
    """A sandbox home that `tenggat init` made, and removes with its database."""
    name = f"cli_{os.getpid()}_{abs(hash(tmp_path)) % 10**9}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    tenggat = Tenggat(tmp_path / "home", make_conninfo(server_url, dbname=name))
    tenggat.run("init", "--sandbox", check=0)
    yield tenggat
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
