"""What the documents promise is true: every command is described, every link leads somewhere, examples are taken."""

import re
import runpy
from pathlib import Path

import pytest

from tests.conftest import Tenggat

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_page_of_commands_is_that_of_the_program() -> None:
    write = runpy.run_path(str(ROOT / "scripts" / "write-commands"))
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == write["text"](), "run: make docs"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_every_make_word_of_the_documents_exists() -> None:
    words = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for document in DOCUMENTS:
        for word in re.findall(r"`make ([a-z0-9-]+)", document.read_text("utf-8")):
            assert word in words, f"{document.name}: make {word}"


def test_the_main_job_of_the_readme_runs_as_written(home: Tenggat) -> None:
    told = (ROOT / "README.md").read_text("utf-8").split("## The main job by hand")[1].split("```")[1]
    lines = re.sub(r"\\\n\s+", "", told).splitlines()
    commands = [re.sub(r"\s+#.*", "", line).removeprefix(".venv/bin/tenggat ") for line in lines if "tenggat " in line]
    assert len(commands) == 17
    places = {"docs/": ROOT, "case.json": home.home}
    for command in commands[:-1]:  # the last one stops a server that other tests use
        if not command.startswith("export"):
            words = [
                next((str(place / word) for start, place in places.items() if word.startswith(start)), word)
                for word in command.split()
            ]
            home.run(*words, check=1 if "purchases" in command else 0)
    report = home.json("report", "--now", "2020-11-01T09:00:00+07:00")["total"]
    assert (report["accepted"], report["bought"], report["revoked"]) == (4, 2, 2)
