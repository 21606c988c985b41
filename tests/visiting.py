"""A visitor of the pages inside the test's own process: quick, for what a page says and does without a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from tenggat.foundation import clock, keys
from tenggat.foundation.home import Home, write_home
from tenggat.portal.opening import opened
from tests.scene import IN_TIME, KEYS

_PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
"""Names without digests: nothing has been laid into this home."""


@pytest.fixture
def visitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A browser without scripts, in a sandbox home with the scene's keys, on 20 October 2020."""
    made = Home(tmp_path / "home", "prakerja", sandbox=True)
    made.path.mkdir()
    write_home(made)
    keys.write(made.keys_file, KEYS)
    monkeypatch.setenv("TENGGAT_HOME", str(made.path))
    monkeypatch.setenv(clock.BORROWED, IN_TIME.isoformat())
    opened.cache_clear()
    with override_settings(STORAGES=_PLAIN):
        yield Client()
    opened.cache_clear()
