"""Homes whose servers end with the test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenggat.foundation import embedded
from tenggat.foundation.embedded import layout


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may traverse; the servers of all homes in it end with the test."""
    path = Path(tempfile.mkdtemp(prefix="tenggat-test-", dir="/tmp")).resolve()
    path.chmod(0o711)
    yield path
    for lock in [*path.rglob("db.lock")]:
        lock.parent.chmod(0o711)
        place = layout.find(lock.parent)
        embedded.stop(lock.parent)
        if place:
            shutil.rmtree(place.folder)
    shutil.rmtree(path)


@pytest.fixture
def home(folder: Path) -> Path:
    return folder / "home"
