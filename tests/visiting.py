"""A visitor of the pages inside the test's own process: quick, for what a page says and does without a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tenggat.foundation import clock, keys
from tenggat.foundation.home import Home, write_home
from tenggat.portal.opening import opened
from tests.scene import IN_TIME, KEYS


@pytest.fixture
def visitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest) -> Iterator[Client]:
    """A browser without scripts, in a sandbox home with the scene's keys, on 20 October 2020."""
    made = Home(tmp_path / "home", "prakerja", sandbox=True)
    made.path.mkdir()
    write_home(made)
    keys.write(made.keys_file, KEYS)
    monkeypatch.setenv("TENGGAT_HOME", str(made.path))
    monkeypatch.setenv(clock.BORROWED, IN_TIME.isoformat())
    # Names without digests: nothing has been laid into this home.
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    opened.cache_clear()
    yield Client()
    opened.cache_clear()
