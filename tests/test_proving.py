"""evidence and seal as commands: what they write, say and end with."""

import json
from pathlib import Path

import psycopg

from tests.conftest import Tenggat
from tests.pdf import needs_pango, pages
from tests.scene import AYU, BUDI, CITRA
from tests.test_cli import AFTER, ANNOUNCED, MORNING, NIGHT, NOON, OPENED, accepted, buys

SEALED = "SELECT count(*) FROM journal_seal"


def seals(home: Tenggat) -> int:
    with psycopg.connect(home.url) as database:
        row = database.execute(SEALED).fetchone()
        assert row is not None
        return int(row[0])


def test_every_command_that_writes_seals_before_it_returns_and_no_other_does(home: Tenggat, tmp_path: Path) -> None:
    assert seals(home) == 0
    accepted(home, tmp_path, AYU, BUDI)
    assert seals(home) == 3  # opened, announced, imported
    home.run("remind", "--now", MORNING, check=0)
    for words in (("report",), ("wave", "list"), ("person", AYU), ("blacklist", "check", AYU), ("revoke", "--dry-run")):
        home.run(*words, "--now", NOON, check=0)
    assert seals(home) == 3  # planning writes nothing into the journal, and reading nothing at all
    buys(home, tmp_path, AYU)
    home.run("revoke", "--now", NIGHT, check=0)
    assert seals(home) == 5
    home.run("wave", "open", 10, "--quota", 7, "--now", NIGHT, check=2)
    assert seals(home) == 5


def test_what_an_interrupted_command_left_behind_is_sealed_by_the_next(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    with psycopg.connect(home.url) as database:  # as if it died between commit and seal
        database.execute("SET session_replication_role = replica")
        database.execute("DELETE FROM journal_seal WHERE seal_id = 3")
    home.run("blacklist", "add", CITRA, "--reason", "x", "--now", NOON, check=0)
    with psycopg.connect(home.url) as database:
        rows = database.execute("SELECT seal_id, rows FROM journal_seal ORDER BY seal_id").fetchall()
    assert rows[2] == (3, 3)  # accepted, the act of the import, and blacklisted
    assert len(rows) == 3


def test_evidence_is_written_and_checked_without_a_home(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    home.run("remind", "--now", MORNING, check=0)
    home.run("deliver", "--now", NOON, check=0)
    buys(home, tmp_path, AYU)
    home.run("revoke", "--now", NIGHT, check=0)
    for nik, state in ((AYU, "bought"), (BUDI, "revoked")):
        case, kept = tmp_path / f"{state}.json", tmp_path / "seal.json"
        written = home.json("evidence", nik, case, "--now", AFTER)
        assert (written["ok"], written["state"]) == (True, state)
        assert home.json("seal", "export", kept, "--now", AFTER)["ok"] is True
        assert home.json("seal", "check", kept, "--now", AFTER)["ok"] is True
        nowhere = Tenggat(tmp_path / "nowhere", "postgresql://x.invalid/none")
        assert nowhere.json("evidence", "check", case, "--seal", kept)["ok"] is True
        told = nowhere.run("evidence", "check", case, check=0)
        assert told.stdout.startswith("ok: ")
        assert nik not in case.read_text("utf-8")
    lie = case.read_text("utf-8").replace("2020-10-31T17:00:00", "2020-10-31T18:00:00", 1)
    case.write_text(lie, "utf-8")
    answer = nowhere.json("evidence", "check", case, check=1)
    assert (answer["ok"], answer["detail"]) == (False, "The deadline of wave 10 is not what was sealed.")
    assert answer["detail"] in nowhere.run("evidence", "check", case, check=1).stderr


def test_evidence_of_nobody_or_to_nowhere_is_refused(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    for words, code in (
        (("evidence", BUDI, tmp_path / "case.json", "--now", NOON), "person_unknown"),
        (("evidence", "123", tmp_path / "case.json", "--now", NOON), "nik_length"),
        (("evidence", AYU, tmp_path / "case.txt", "--now", NOON), "case_file_refused"),
        (("evidence", AYU, tmp_path / "no" / "case.json", "--now", NOON), "file_unusable"),
        (("evidence", AYU), "usage"),
        (("evidence", "check", tmp_path / "none.json"), "disk"),
        (("evidence", "check", tmp_path), "disk"),
        (("seal", "check", tmp_path / "none.json", "--now", NOON), "disk"),
    ):
        assert home.refused(*words) == code, words
    assert not list(tmp_path.glob("*case*"))
    assert home.json("seal", "renumber", "--now", NOON) == {"ok": True, "changed": False}


def test_a_restored_dump_is_refused_until_it_is_renumbered(home: Tenggat, tmp_path: Path) -> None:
    home.run("wave", "open", 10, "--quota", 100, "--now", OPENED, check=0)
    with psycopg.connect(home.url) as database:  # as a younger server would find it
        database.execute("SET session_replication_role = replica")
        database.execute("UPDATE journal_seal SET snapshot = '6000000000:6000000000:'")
    words = ("wave", "announce", 10, "--at", ANNOUNCED, "--now", ANNOUNCED)
    assert home.refused(*words) == "numbers_began_anew"
    home.run("report", "--now", ANNOUNCED, check=0)
    assert home.json("seal", "renumber", "--now", ANNOUNCED)["changed"] is True
    home.run(*words, check=0)
    assert seals(home) == 2


@needs_pango
def test_the_page_is_one_page_and_tells_the_same(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    home.run("revoke", "--now", NIGHT, check=0)
    page = tmp_path / "case.pdf"
    assert home.json("evidence", BUDI, page, "--now", AFTER)["ok"] is True
    assert pages(page.read_bytes()) == 1


def test_the_seal_in_a_file_is_small(home: Tenggat, tmp_path: Path) -> None:
    home.run("wave", "open", 10, "--quota", 100, "--now", OPENED, check=0)
    kept = tmp_path / "seal.json"
    home.run("seal", "export", kept, "--now", NOON, check=0)
    found = json.loads(kept.read_text("utf-8"))
    assert (found["format"], found["programme"], found["seal"], found["rows"]) == (
        "tenggat.seal/1", "Kartu Prakerja", 1, 1,
    )  # fmt: skip
    assert len(found["digest"]) == 64
    assert kept.stat().st_size < 500
