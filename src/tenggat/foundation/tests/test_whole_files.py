"""A file is replaced in one step, or not at all."""

import os
from pathlib import Path

import pytest

from tenggat.foundation.whole_files import FileUnusable, replacing


def test_a_file_is_there_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text("old")
    with replacing(path) as draft:
        draft.write_text("new")
        assert (path.read_text(), draft.stat().st_mode & 0o777) == ("old", 0o600)
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", [".", "/", "", "folder", "pipe", "link", "nowhere/case.json"])
def test_what_cannot_be_a_file_is_refused_and_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FileUnusable), replacing(tmp_path / name if name not in {".", "/", ""} else Path(name)) as draft:
        draft.write_text("new")
    assert sorted(tmp_path.rglob("*")) == before


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError), replacing(tmp_path / "case.json") as draft:
        draft.write_text("half of it \ud800", encoding="utf-8")
    assert list(tmp_path.iterdir()) == []
