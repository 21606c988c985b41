"""A database for the tests that ask for one: the server in DATABASE_URL, else an embedded one for this run.

It is started when the first test needs it, so that the pure tests run without any.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = ["tests.visiting", "tests.browsing"]
_HOME = "TENGGAT_TEST_HOME"
_made_here: list[Path] = []


def pytest_configure(config: pytest.Config) -> None:
    """The first process names a home; workers inherit it, and whoever needs the server first starts it there."""
    if _HOME not in os.environ:
        _made_here.append(Path(tempfile.mkdtemp(prefix="tenggat-tests-")))
        os.environ[_HOME] = str(_made_here[0])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whoever named the home ends its server."""
    from tenggat.foundation import embedded

    for home in _made_here:
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)
        os.environ.pop(_HOME, None)
    _made_here.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs a server is marked `db`: `-m "not db"` is quick, `-m db` is run again on PostgreSQL 15."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"server_url", "db", "transactional_db"}:
            item.add_marker("db")


@pytest.fixture(scope="session")
def server_url() -> str:
    """Connection string of the server for this run."""
    from tenggat.foundation import embedded

    return os.environ.get("DATABASE_URL") or embedded.ensure(Path(os.environ[_HOME]), say=lambda _: None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, server_url: str) -> None:
    """Point Django at the server, before pytest-django makes its test database there."""
    from django.db import connections

    from tenggat.config.settings import database

    connection = connections["default"]
    name = connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict.update({key: value for key, value in database(server_url).items() if key != "TEST"})
    connection.settings_dict["TEST"]["NAME"] = name


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """A database in which transactions really commit; emptied afterwards, past the guards that keep rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
