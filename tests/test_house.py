"""What an import checker cannot see: tables in SQL, who writes them, foreign keys by name, clocks, built SQL."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from tenggat.foundation import sql
from tenggat.foundation.sql import Statement

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "tenggat"
TABLES = {model._meta.db_table for model in apps.get_models()}
_WRITTEN = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|COPY)\s+(?:ONLY\s+)?([a-z_]+)")
_READ = re.compile(r"\b(?:FROM|JOIN|USING)\s+([a-z_]+)")
_CLOCK = re.compile(
    r"datetime\.(?:now|utcnow|today)\(|date\.today\(|timezone\.now\(|time\.time\(|auto_now|clock\.now\("
    r"|foundation\.clock import.*\bnow\b"
)
DOORS = ("cli", "config", "portal", "webhooks")


def statements() -> Iterator[tuple[str, Statement]]:
    for file in sorted(SOURCE.rglob("*.sql")):
        room = file.relative_to(SOURCE).parts[0]
        for statement in sql.parse(file.read_text("utf-8"), where=str(file)).values():
            yield room, statement


STATEMENTS = list(statements())
IDS = [f"{room}:{statement.name}" for room, statement in STATEMENTS]


def without_comments(text: str) -> str:
    return re.sub(r"--[^\n]*", "", text)


def code_files() -> Iterator[Path]:
    for file in sorted(SOURCE.rglob("*.py")):
        if "tests" not in file.parts and "migrations" not in file.parts:
            yield file


@pytest.mark.parametrize(("room", "statement"), STATEMENTS, ids=IDS)
def test_a_statement_declares_the_tables_it_reads_and_writes(room: str, statement: Statement) -> None:
    text = without_comments(statement.text)
    written = set(_WRITTEN.findall(text)) & TABLES
    read = set(_READ.findall(text)) & TABLES
    assert set(statement.writes) == written
    assert set(statement.reads) - written == read - written


@pytest.mark.parametrize(("room", "statement"), STATEMENTS, ids=IDS)
def test_a_statement_writes_only_what_the_map_lets_its_room_write(room: str, statement: Statement) -> None:
    allowed = writers()
    for table in statement.writes:
        assert room in allowed[table], f"docs/map.md does not let {room} write {table}"


def writers() -> dict[str, set[str]]:
    rows = re.findall(r"^\| `([a-z_]+)` \| ([a-z, ]+) \|$", (ROOT / "docs" / "map.md").read_text("utf-8"), re.MULTILINE)
    return {table: {room.strip() for room in rooms.split(",")} for table, rooms in rows}


def test_the_map_names_every_table() -> None:
    assert set(writers()) == {table for table in TABLES if not table.startswith("django_")}


def test_the_map_draws_every_room() -> None:
    picture = (ROOT / "docs" / "map.md").read_text("utf-8").split("```")[1]
    rooms = {folder.name for folder in SOURCE.iterdir() if folder.is_dir() and folder.name != "__pycache__"}
    assert {word for word in re.findall(r"[a-z]+", picture) if word in rooms} == rooms


def test_only_doors_read_a_clock() -> None:
    for file in code_files():
        room = file.relative_to(SOURCE).parts[0]
        if room in DOORS or file == SOURCE / "foundation" / "clock.py":
            continue
        assert not _CLOCK.search(file.read_text("utf-8")), f"{file.relative_to(ROOT)} reads a clock; take `now` instead"


def test_no_statement_reads_a_clock() -> None:
    for room, statement in STATEMENTS:
        text = without_comments(statement.text).lower()
        assert not re.search(r"\bnow\(\)|current_(timestamp|date|time)|clock_timestamp", text), (
            f"{room}:{statement.name}"
        )


def test_no_foreign_key_hides_behind_a_name() -> None:
    for file in code_files():
        found = re.search(r"(ForeignKey|OneToOneField|ManyToManyField)\(\s*[\"']", file.read_text("utf-8"))
        assert not found, f"{file.relative_to(ROOT)}: import the model, so that the floors can be checked"


def test_no_sql_is_built_from_strings() -> None:
    for file in code_files():
        assert not re.search(r"execute\(\s*f[\"']|copy\(\s*f[\"']", file.read_text("utf-8")), file.relative_to(ROOT)


def test_no_signals_and_no_save_overrides() -> None:
    for file in code_files():
        text = file.read_text("utf-8")
        for forbidden in ("django.dispatch", "django.db.models.signals", "def save("):
            assert forbidden not in text, f"{file.relative_to(ROOT)}: {forbidden}"
