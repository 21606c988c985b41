"""What comes after a night, as operators' scripts see it: quarantine, reinstate, seats."""

from pathlib import Path

import psycopg

from tests.conftest import Tenggat
from tests.scene import AYU, BUDI, CITRA
from tests.test_cli import AFTER, NIGHT, OPENED, accepted

LATER = "2020-11-01T10:00:00+07:00"
DECIDED = ("--reason", "rumah sakit", "--by", "Sari Dewi", "--now", AFTER)


def _let(home: Tenggat, statement: str) -> None:
    """Change what the database takes, as the owner of its tables may."""
    with psycopg.connect(home.url, autocommit=True) as owner:
        owner.execute(statement.encode())


def test_a_record_in_quarantine_is_shown_and_tried_again(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    bad = home.json("person", AYU, "--now", AFTER)["person_id"]
    _let(home, f"ALTER TABLE ledger_entry ADD CONSTRAINT books CHECK (person_id <> '{bad}') NOT VALID")
    rehearsal = home.json("revoke", "--dry-run", "--now", NIGHT)
    run = home.json("revoke", "--now", NIGHT)
    for answer in (rehearsal, run):
        assert (answer["due"], answer["held"], answer["revoked"], answer["quarantined"]) == (2, 0, 1, 1)
    [record] = home.json("quarantine", "list", "--now", AFTER)["quarantined"]
    assert (record["person_id"], record["wave"], record["run"]) == (bad, 10, run["run"])
    assert record["reason"] == "refused by books on ledger_entry: CheckViolation (23514)"
    told = home.run("quarantine", "list", "--now", AFTER, check=0).stdout
    assert "refused by books on ledger_entry" in told
    assert AYU not in told
    assert "1 record could not be processed" in home.run("revoke", "--now", AFTER, check=0).stdout
    _let(home, "ALTER TABLE ledger_entry DROP CONSTRAINT books")
    assert home.json("quarantine", "retry", "--now", AFTER) == {"affected": 1, "stuck": 0}
    assert home.json("quarantine", "list", "--now", AFTER) == {"quarantined": [], "affected": 0}
    assert home.json("revoke", "--now", LATER)["revoked"] == 1
    assert "No record" in home.run("quarantine", "list", "--now", LATER, check=0).stdout
    assert home.json("quarantine", "retry", "--now", LATER)["affected"] == 0


def test_an_officer_reinstates_by_nik(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    assert home.refused("reinstate", AYU, *DECIDED) == "not_revoked"
    home.run("revoke", "--now", NIGHT, check=0)
    done = home.json("reinstate", AYU, *DECIDED)
    assert (done["affected"], done["balance"], done["blacklisted"]) == (1, 3_550_000, False)
    assert done["deadline_at"] == "2020-11-30T17:00:00+00:00"
    person = home.json("person", AYU, "--now", AFTER)
    assert (person["state"], person["blacklisted"], person["balance"]) == ("accepted", False, 3_550_000)
    assert person["deadline_at"] == done["deadline_at"]
    assert [event["kind"] for event in person["events"]][-1] == "reinstated"
    assert ("reinstated", "planned") in [(message["step"], message["state"]) for message in person["messages"]]
    assert "too late to buy: 1 Dec 2020 00:00 WIB" in home.run("reinstate", BUDI, *DECIDED, check=0).stdout
    [wave] = home.json("report", "--now", AFTER)["waves"]
    assert (wave["revoked"], wave["reinstated"], wave["undecided"]) == (0, 2, 2)
    assert home.json("deliver", "--now", AFTER)["accepted"] == 2


def test_a_reinstatement_that_cannot_be_is_refused_with_status_2(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    home.run("revoke", "--now", NIGHT, check=0)
    for words, code in (
        ((CITRA, *DECIDED), "person_unknown"),
        (("123", *DECIDED), "nik_length"),
        ((AYU, "--reason", " ", "--by", "Sari", "--now", AFTER), "reason_missing"),
        ((AYU, "--reason", "x" * 501, "--by", "Sari", "--now", AFTER), "reason_unusable"),
        ((AYU, "--reason", "sakit", "--by", " ", "--now", AFTER), "name_unusable"),
        ((AYU, "--reason", "sakit", "--now", AFTER), "usage"),
    ):
        assert home.refused("reinstate", *words) == code, words
    assert home.json("person", AYU, "--now", AFTER)["state"] == "revoked"


def test_seats_are_released_to_a_new_wave_and_counted(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    run = home.json("revoke", "--now", NIGHT)["run"]
    home.run("wave", "open", 11, "--quota", 5, "--now", AFTER, check=0)
    words = ("seats", "release", "--run", run, "--to-wave", 11, "--now", AFTER)
    assert home.refused("seats", "release", "--run", run, "--to-wave", 12, "--now", AFTER) == "wave_unknown"
    assert home.refused("seats", "release", "--run", run, "--to-wave", 10, "--now", AFTER) == "wave_announced"
    assert home.refused("seats", "release", "--run", 10**9, "--to-wave", 11, "--now", AFTER) == "run_unknown"
    done = home.json(*words)
    assert done == {
        "affected": 2, "to_wave": 11, "quota": 7, "by_run": {str(run): 2}, "repaid": 0, "overdraft": 0,
    }  # fmt: skip
    assert home.json("wave", "list", "--now", AFTER)["waves"][1]["quota"] == 7
    assert home.json(*words)["affected"] == 0
    assert "Nothing is left to release." in home.run(*words, check=0).stdout
    home.run("reinstate", AYU, *DECIDED, check=0)
    listed = home.json("seats", "list", "--now", AFTER)
    assert listed == {
        "runs": [{"run": run, "revoked": 2, "gone": 1, "released": 2, "repaid": 0, "free": 0}], "overdraft": 1,
    }  # fmt: skip
    assert "1 person came back" in home.run("seats", "list", "--now", AFTER, check=0).stdout


def test_several_runs_are_named_one_after_the_other(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    first = home.json("revoke", "--now", NIGHT)["run"]
    second = home.json("revoke", "--now", AFTER)["run"]
    home.run("wave", "open", 11, "--quota", 5, "--now", OPENED, check=0)
    words = ("--run", first, "--run", second, "--run", first, "--to-wave", 11)
    assert home.json("seats", "release", *words, "--now", AFTER)["by_run"] == {str(first): 1, str(second): 0}


def test_an_officer_gives_a_person_another_phone(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    assert home.json("contact", AYU, "0857 1234 5678", *DECIDED) == {"affected": 1, "channel": "sms", "sessions": 0}
    assert "***678" in home.run("person", AYU, "--now", AFTER, check=0).stdout
    assert home.refused("contact", AYU, "0857 1234 5678", *DECIDED) == "same_address"
    assert home.refused("contact", BUDI, "0857 1234 5678", *DECIDED) == "person_unknown"
    assert home.refused("contact", AYU, "12", *DECIDED) == "address_unreadable"
    told = home.run("contact", AYU, "ayu@contoh.id", *DECIDED, check=0).stdout
    assert "a•••@c•••.id" in told
