"""Where the run happens: an embedded server in a temporary home of its own, or the server of DATABASE_URL."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tenggat.foundation import embedded

NATION = "tenggat_bench"
COPY = "tenggat_bench_copy"


@dataclass(frozen=True, slots=True)
class Place:
    """A server that lets us make databases, and a folder for files."""

    server: str
    folder: Path

    def url(self, name: str = NATION) -> str:
        """Where one of our databases is."""
        return make_conninfo(self.server, dbname=name)

    def create(self, name: str) -> None:
        """Make an empty database; an older one of that name goes."""
        self.drop(name)
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The nation as it stands, in a database that is thrown away; each measured step begins at the same state."""
        self.drop(COPY)
        names = (sql.Identifier(COPY), sql.Identifier(NATION))
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*names))
        try:
            yield self.url(COPY)
        finally:
            self.drop(COPY)

    def drop(self, name: str) -> None:
        """Remove a database of ours, if there is one."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def version(self) -> str:
        """What the server says it is."""
        with psycopg.connect(self.url("postgres")) as session:
            [row] = session.execute("SHOW server_version").fetchall()
        return f"PostgreSQL {row[0]}"

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as session:
            session.execute(statement)


@contextmanager
def place() -> Iterator[Place]:
    """Open the place; whatever was made there goes away at the end, also after Ctrl-C."""
    home = Path(tempfile.mkdtemp(prefix="tenggat-bench-"))
    own = os.environ.get("DATABASE_URL")
    try:
        here = Place(own or embedded.ensure(home, say=print), home)
        try:
            yield here
        finally:
            here.drop(COPY)
            here.drop(NATION)
    finally:
        if not own:
            embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)
