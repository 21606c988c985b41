"""The command as operators' scripts see it: words, exit statuses, JSON. See the promise in docs/commands.md."""

import json
from pathlib import Path

import polars as pl
import psycopg
import pytest

from tenggat import rules
from tenggat.foundation import keys
from tests.conftest import Tenggat
from tests.scene import AYU, BUDI, CITRA, write

PEOPLE = ("nik", "kk", "name", "birth_date", "phone", "email", "province")
BUYING = ("reference", "nik", "course", "price", "occurred_at")
OPENED, ANNOUNCED = "2020-09-26T12:00:00+07:00", "2020-10-02T12:00:00+07:00"
MORNING, NOON = "2020-10-24T06:00:00+07:00", "2020-10-24T12:00:00+07:00"
NIGHT, AFTER = "2020-11-01T02:30:00+07:00", "2020-11-01T09:00:00+07:00"

WEEK = "2020-11-08T00:00:00+07:00"


def accepted(home: Tenggat, folder: Path, *niks: str, status: int = 0) -> dict[str, object]:
    """A wave of these people, imported from a file."""
    home.run("wave", "open", 10, "--quota", 100, "--now", OPENED, check=0)
    home.run("wave", "announce", 10, "--at", ANNOUNCED, "--now", ANNOUNCED, check=0)
    rows = [(nik, "9" + nik[1:], "Siti Aminah", "", "081234567890", "", "31") for nik in niks]
    write(folder / "people.csv", PEOPLE, rows)
    return home.json("import", "participants", folder / "people.csv", "--wave", 10, "--now", ANNOUNCED, check=status)


def buys(home: Tenggat, folder: Path, nik: str, at: str = "2020-10-20T10:00:00+07:00") -> None:
    write(folder / "courses.csv", ("code", "title", "institution", "price"), [("EXCEL", "Excel", "Sekolah", 400000)])
    home.run("import", "courses", folder / "courses.csv", "--now", ANNOUNCED, check=0)
    write(folder / "buying.csv", BUYING, [("R1", nik, "EXCEL", 400000, at)])
    source = ("--source", "tokopedia", "--through", "2020-11-01T00:30:00+07:00", "--now", "2020-11-01T01:00:00+07:00")
    assert home.json("import", "purchases", folder / "buying.csv", *source) == {
        "read": 1, "recorded": 1, "repeated": 0, "reinstated": 0, "refused": 0, "refused_file": None,
    }  # fmt: skip


def test_the_main_job_from_acceptance_to_the_night_after_the_deadline(home: Tenggat, tmp_path: Path) -> None:
    done = accepted(home, tmp_path, AYU, BUDI)
    assert done == {"read": 2, "accepted": 2, "refused": 0, "warned": 0, "refused_file": None}
    none = {"h-7": 0, "h-3": 0, "last-day": 0}
    assert home.json("remind", "--now", ANNOUNCED)["planned"] == {**none, "accepted": 2}
    assert home.json("deliver", "--now", ANNOUNCED)["accepted"] == 2
    assert home.json("remind", "--now", MORNING)["planned"] == {**none, "accepted": 0, "h-7": 2}
    assert home.json("deliver", "--now", NOON) == {
        "accepted": 2, "rejected": 0, "unknown": 0, "expired": 0, "waiting": 0,
    }  # fmt: skip
    buys(home, tmp_path, AYU)
    rehearsal = home.json("revoke", "--dry-run", "--now", NIGHT)
    run = home.json("revoke", "--now", NIGHT)
    for answer in (rehearsal, run):
        assert (answer["due"], answer["held"], answer["revoked"], answer["quarantined"]) == (1, 0, 1, 0)
        assert (answer["returned"], answer["by_wave"]) == (3_550_000, {"10": 1})
    assert run["cutoff"] == "2020-10-31T17:30:00+00:00"
    [wave] = home.json("report", "--now", AFTER)["waves"]
    assert wave == {
        "wave": 10, "accepted": 2, "bought": 1, "completed": 0, "revoked": 1, "withdrawn": 0, "reinstated": 0,
        "held": 0, "undecided": 0, "lapse_rate": 0.5,
    }  # fmt: skip
    assert home.json("blacklist", "check", BUDI, "--now", AFTER)["blacklisted"] is True
    assert home.json("blacklist", "check", AYU, "--now", AFTER)["blacklisted"] is False


def test_a_wave_answers_with_its_deadline(home: Tenggat) -> None:
    opened = home.json("wave", "open", 10, "--quota", 5, "--now", OPENED)
    assert opened == {"wave": 10, "quota": 5, "announced_at": None, "deadline_at": None, "accepted": 0}
    announced = home.json("wave", "announce", 10, "--at", ANNOUNCED, "--now", ANNOUNCED)
    assert announced["deadline_at"] == "2020-10-31T17:00:00+00:00"
    assert home.json("wave", "list", "--now", ANNOUNCED) == {"waves": [announced]}


def test_a_persons_history_is_told_oldest_first_and_masked(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    home.run("revoke", "--now", NIGHT, check=0)
    answer = home.json("person", AYU, "--now", AFTER)
    assert [event["kind"] for event in answer["events"]] == ["accepted", "revoked"]
    assert (answer["state"], answer["blacklisted"], answer["balance"]) == ("revoked", True, 0)
    assert [message["step"] for message in answer["messages"]] == ["revoked"]
    told = json.dumps(answer) + home.run("person", AYU, "--now", AFTER, check=0).stdout
    for secret in (AYU, "9" + AYU[1:], "81234567890", "Aminah"):
        assert secret not in told


def test_refused_rows_are_listed_and_the_rest_is_taken(home: Tenggat, tmp_path: Path) -> None:
    home.run("blacklist", "add", CITRA, "--reason", "penipuan", "--now", OPENED, check=0)
    done = accepted(home, tmp_path, AYU, "12345", AYU, CITRA, status=1)
    assert (done["read"], done["accepted"], done["refused"]) == (4, 1, 3)
    listed = Path(str(done["refused_file"])).read_text("utf-8").splitlines()
    assert [line.split(",")[:2] for line in listed[1:]] == [
        ["3", "nik_length"],
        ["4", "repeated"],
        ["5", "blacklisted"],
    ]
    assert AYU not in "".join(listed)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"nik,kk,name,birth_date,phone,email,province\n", "file_empty"),
        (b"nik,kk\n1,2\n", "file_columns"),
        ("nik,kk,name,birth_date,phone,email,province\n1,2,Andr\xe9,,,,\n".encode("latin-1"), "file_not_utf8"),
        (b"\x00\x01\x02", "file_not_utf8"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_changes_nothing(
    home: Tenggat, tmp_path: Path, content: bytes, code: str
) -> None:
    home.run("wave", "open", 10, "--quota", 5, "--now", OPENED, check=0)
    (tmp_path / "people.csv").write_bytes(content)
    assert home.refused("import", "participants", tmp_path / "people.csv", "--wave", 10, "--now", ANNOUNCED) == code
    assert not (tmp_path / "people.csv.refused.csv").exists()


def test_what_cannot_be_done_is_refused_with_status_2(home: Tenggat, tmp_path: Path) -> None:
    home.run("wave", "open", 10, "--quota", 5, "--now", OPENED, check=0)
    for words, code in (
        (("wave", "open", 10, "--quota", 6, "--now", OPENED), "wave_exists"),
        (("wave", "announce", 11, "--at", ANNOUNCED, "--now", OPENED), "wave_unknown"),
        (("wave", "announce", 10, "--at", "2020-10-02", "--now", OPENED), "clock_refused"),
        (("import", "participants", tmp_path / "none.csv", "--wave", 10, "--now", OPENED), "file_not_found"),
        (("import", "participants", tmp_path, "--wave", 10, "--now", OPENED), "file_is_folder"),
        (("person", AYU, "--now", OPENED), "person_unknown"),
        (("person", "123", "--now", OPENED), "nik_length"),
        (("blacklist", "remove", AYU, "--reason", "x", "--now", OPENED), "person_unknown"),
        (("report", "--now", OPENED, "--as-of", NIGHT), "clock_refused"),
        (("report", "--now", "2020-10-24T12:00:00"), "clock_refused"),
        (("report", "--now", "tomorrow"), "clock_refused"),
        (("export", "journal", tmp_path / "x.txt", "--now", OPENED), "export_refused"),
        (("export", "journal", tmp_path / "no" / "x.csv", "--now", OPENED), "file_unusable"),
        (("replay", "prakerja-2031"), "replay_refused"),
        (("wave", "open", "ten", "--quota", 5), "usage"),
        (("frobnicate",), "usage"),
    ):
        assert home.refused(*words) == code, words


def test_a_watermark_in_the_future_is_refused_before_anything_is_written(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    write(tmp_path / "buying.csv", BUYING, [("R1", AYU, "EXCEL", 400000, ANNOUNCED)])
    words = ("import", "purchases", tmp_path / "buying.csv", "--source", "x", "--now", NOON)
    assert home.refused(*words, "--through", NIGHT) == "watermark_in_future"
    assert home.refused(*words, "--through", "2020-10-24T12:00:00") == "clock_refused"


def test_a_day_without_sales_moves_the_watermark(home: Tenggat, tmp_path: Path) -> None:
    write(tmp_path / "buying.csv", BUYING, [])
    words = ("import", "purchases", tmp_path / "buying.csv", "--source", "x", "--now", NOON)
    assert home.refused(*words) == "file_empty"
    assert home.json(*words, "--through", NOON)["read"] == 0


def test_every_table_can_be_exported_as_csv_and_parquet(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    buys(home, tmp_path, AYU)
    home.run("remind", "--now", MORNING, check=0)
    home.run("revoke", "--now", NIGHT, check=0)
    for table, rows in (("participations", 2), ("purchases", 1), ("messages", 5), ("journal", 4)):
        for ending in ("csv", "parquet"):
            file = tmp_path / f"{table}.{ending}"
            assert home.json("export", table, file, "--now", AFTER)["rows"] == rows
            frame = pl.read_csv(file) if ending == "csv" else pl.read_parquet(file)
            assert frame.height == rows
    people = pl.read_csv(tmp_path / "participations.csv").sort("state")
    assert people.columns == [
        "person_id", "wave", "state", "accepted_at", "deadline_at", "first_purchase_at", "ended_at", "balance",
    ]  # fmt: skip
    assert people["balance"].to_list() == [3_150_000, 0]
    assert people["ended_at"].to_list() == [None, "2020-10-31T19:30:00.000000+00:00"]
    assert pl.read_csv(tmp_path / "messages.csv").columns[:7] == [
        "person_id", "step", "channel", "state", "not_before", "expires_at", "sent_at",
    ]  # fmt: skip
    for file in tmp_path.glob("*.csv"):
        if file.stem in {"participations", "purchases", "messages", "journal"}:
            assert AYU not in file.read_text("utf-8")


def test_the_report_of_a_past_moment_says_what_was_said_then(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    then = home.json("report", "--now", NOON)
    buys(home, tmp_path, AYU)
    home.run("revoke", "--now", NIGHT, check=0)
    assert home.json("report", "--now", AFTER, "--as-of", NOON) == then
    now = home.json("report", "--now", AFTER)
    assert home.json("report", "--now", AFTER, "--as-of", AFTER) == now
    home.run("report", "--now", AFTER, "--csv", tmp_path / "press.csv", check=0)
    assert pl.read_csv(tmp_path / "press.csv")["revoked"].to_list() == [1, 1]


def test_a_real_home_has_no_borrowed_clock(tmp_path: Path) -> None:
    real = Tenggat(tmp_path / "home", "")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "home.json").write_text('{"programme": "prakerja", "sandbox": false}')
    assert real.refused("revoke", "--now", NIGHT) == "clock_refused"


def test_init_again_changes_nothing_and_a_home_keeps_its_kind(home: Tenggat) -> None:
    before = (home.home / "secrets" / "keys.json").read_bytes()
    assert home.json("init", "--sandbox") == {"home": str(home.home), "programme": "prakerja", "sandbox": True}
    assert (home.home / "secrets" / "keys.json").read_bytes() == before
    assert home.refused("init") == "home_differs"
    assert home.refused("init", "--sandbox", "--programme", "chile-ejemplo") == "home_differs"
    own = home.home / "own.toml"  # taken at the first init alone: a later one must not seem to take it
    own.write_bytes((Path(rules.__file__).parent / "programmes" / "prakerja.toml").read_bytes())
    assert home.refused("init", "--sandbox", "--programme", own) == "home_differs"


def test_init_never_takes_away_what_it_did_not_make(home: Tenggat) -> None:
    keys = (home.home / "secrets" / "keys.json").read_bytes()
    (home.home / "home.json").unlink()
    assert home.refused("init") == "foreign_database"  # --sandbox was forgotten
    assert (home.home / "secrets" / "keys.json").read_bytes() == keys
    assert home.json("init", "--sandbox")["sandbox"] is True
    home.run("report", check=0)


def test_a_home_does_not_open_a_database_of_another_secret(home: Tenggat, tmp_path: Path) -> None:
    stranger = Tenggat(tmp_path / "stranger", home.url)
    assert stranger.refused("init", "--sandbox") == "foreign_database"
    assert stranger.refused("report") == "no_home"
    (home.home / "secrets" / "keys.json").unlink()
    assert home.refused("report") == "keys_unusable"


def test_a_stopped_database_is_told_in_a_sentence(home: Tenggat) -> None:
    gone = Tenggat(home.home, "postgresql://tenggat@127.0.0.1:9/none?connect_timeout=2")
    assert gone.refused("report") == "database_gone"


def test_a_programme_file_with_mistakes_is_refused_with_each_of_them(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[programme]\nname = "x"\ntitel = "y"\n')
    fresh = Tenggat(tmp_path / "home", "")
    done = fresh.run("init", "--programme", tmp_path / "bad.toml", check=2)
    assert "bad.toml:3" in done.stderr
    assert "did you mean title?" in done.stderr
    assert not (tmp_path / "home").exists()


def test_auditors_scripts_find_the_promised_tables(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    home.run("revoke", "--now", NIGHT, check=0)
    with psycopg.connect(home.json("db", "url")["url"]) as auditor:
        assert auditor.execute("SELECT sum(amount) FROM ledger_entry GROUP BY person_id").fetchall() == [(0,)]
        kinds = auditor.execute("SELECT kind FROM journal_event ORDER BY occurred_at").fetchall()
        assert kinds == [("accepted",), ("revoked",)]
        assert auditor.execute("SELECT wave, state FROM waves_participation").fetchall() == [(10, "revoked")]
        with pytest.raises(psycopg.errors.RestrictViolation):
            auditor.execute("DELETE FROM journal_event")


def test_a_moment_before_the_programme_began_is_refused(home: Tenggat) -> None:
    assert home.refused("revoke", "--now", "1999-01-01T00:00:00Z") == "not_in_force"
    assert home.refused("revoke", "--now", "0001-01-01T00:00:00Z") == "clock_refused"
    assert home.refused("revoke", "--now", "9999-12-31T23:59:59Z") == "clock_refused"


def test_a_watermark_of_long_ago_holds_everybody(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    write(tmp_path / "buying.csv", BUYING, [])
    words = ("import", "purchases", tmp_path / "buying.csv", "--source", "x", "--now", NOON)
    home.run(*words, "--through", "2001-01-01T00:00:00Z", check=0)
    assert home.json("revoke", "--now", NIGHT)["held"] == 1


def test_a_deadline_that_would_undo_a_purchase_is_not_announced(home: Tenggat, tmp_path: Path) -> None:
    home.run("wave", "open", 10, "--quota", 100, "--now", OPENED, check=0)
    write(tmp_path / "people.csv", PEOPLE, [(AYU, "9" + AYU[1:], "Ayu", "", "", "", "31")])
    home.run("import", "participants", tmp_path / "people.csv", "--wave", 10, "--now", ANNOUNCED, check=0)
    buys(home, tmp_path, AYU)
    words = ("wave", "announce", 10, "--at", "2020-09-01T12:00:00+07:00", "--now", NIGHT)
    assert home.refused(*words) == "purchases_known"
    assert home.json("wave", "list", "--now", NIGHT)["waves"][0]["deadline_at"] is None


def test_an_answer_that_cannot_be_written_is_told(home: Tenggat) -> None:
    with Path("/dev/full").open("w") as full:
        done = home.run("report", "--json", check=1, stdout=full)
    assert "could not be written" in done.stderr


def test_help_names_every_command(home: Tenggat) -> None:
    told = home.run("--help", check=0).stdout
    for word in ("init", "replay", "wave", "import", "remind", "deliver", "revoke", "report", "person", "blacklist"):
        assert word in told
    for word in ("hold", "extend", "lift", "decisions"):
        assert word in told


def test_keys_are_rotated_and_everything_stays_readable(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    before = home.json("person", AYU, "--now", NOON)["person_id"]
    assert home.json("keys", "rotate", "--now", NOON) == {"key": 2, "identities": 2, "cards": 2}
    assert home.json("person", AYU, "--now", NOON)["person_id"] == before
    assert accepted_again(home, tmp_path, AYU) == "repeated"
    assert home.json("keys", "rotate", "--now", NOON)["key"] == 3


def test_an_interrupted_rotation_goes_on_with_the_same_key(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    file = home.home / "secrets" / "keys.json"
    keys.write(file, keys.read(file).rotated())  # as far as a call came that was killed
    assert home.json("keys", "rotate", "--now", NOON) == {"key": 2, "identities": 2, "cards": 2}
    assert keys.read(file).current == 2


def accepted_again(home: Tenggat, folder: Path, nik: str) -> str:
    """The reason why somebody who is in a wave already is refused."""
    write(folder / "again.csv", PEOPLE, [(nik, "9" + nik[1:], "Siti Aminah", "", "081234567890", "", "31")])
    done = home.json("import", "participants", folder / "again.csv", "--wave", 10, "--now", NOON, check=1)
    return Path(done["refused_file"]).read_text().splitlines()[1].split(",")[1]


def test_the_brake_waits_with_status_3_and_two_approve(home: Tenggat, tmp_path: Path) -> None:
    stopped_by_two(home)
    accepted(home, tmp_path, AYU, BUDI)
    waiting = home.json("revoke", "--now", NIGHT, check=3)
    assert (waiting["waits"], waiting["expected"], waiting["revoked"], waiting["due"]) == (True, 2, 0, 0)
    told = home.run("revoke", "--now", NIGHT, check=3)
    assert f"Run {waiting['run']} waits for two people" in told.stderr
    first = home.json("approve", waiting["run"], "--by", "Sari", "--now", NIGHT)
    assert (first["approvals"], first["state"]) == (1, "waiting")
    assert home.refused("approve", waiting["run"], "--by", "sari", "--now", NIGHT) == "approved_before"
    assert home.json("approve", waiting["run"], "--by", "Bambang", "--now", NIGHT)["state"] == "open"
    assert home.json("revoke", "--now", NIGHT)["revoked"] == 2


def test_a_hold_is_decided_listed_and_lifted(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    why = ("--reason", "Situs tidak dapat dibuka", "--by", "Sari")
    held = home.json("hold", "--person", AYU, "--until", WEEK, *why, "--approved-by", "Bambang", "--now", NOON)
    assert held == {"decision": 1, "affected": 1, "reinstated": 0, "until": "2020-11-07T17:00:00+00:00"}
    run = home.json("revoke", "--now", NIGHT)
    assert (run["held"], run["revoked"], run["spent_over"]) == (1, 1, {"people": 0, "returned": 0})
    [listed] = home.json("decisions", "--now", AFTER)["decisions"]
    assert (listed["kind"], listed["scope"], listed["decided_by"], listed["approved_by"]) == (
        "hold", "person", "Sari", "Bambang",
    )  # fmt: skip
    assert "Situs tidak dapat" in home.run("decisions", "--now", AFTER, check=0).stdout
    assert home.json("lift", 1, "--reason", "selesai", "--by", "Sari", "--now", AFTER)["affected"] == 1
    assert home.json("revoke", "--now", "2020-11-01T10:00:00+07:00")["revoked"] == 1
    told = home.json("person", AYU, "--now", AFTER)
    assert [event["kind"] for event in told["events"]] == ["accepted", "held", "revoked", "hold_lifted"]
    assert AYU not in json.dumps(told) + json.dumps(listed)


def test_an_extension_after_the_night_reinstates(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    home.run("revoke", "--now", NIGHT, check=0)
    words = ("extend", "--wave", 10, "--until", WEEK, "--reason", "Situs mati", "--by", "Sari", "--now", AFTER)
    nobody = home.run(*words, check=0)
    assert "--effective" in nobody.stderr
    assert home.json(*words)["affected"] == 0
    done = home.json(*words, "--effective", "2020-10-31T20:00:00+07:00")
    assert (done["affected"], done["reinstated"]) == (2, 2)
    person = home.json("person", AYU, "--now", AFTER)
    assert (person["state"], person["deadline_at"], person["balance"], person["blacklisted"]) == (
        "accepted", "2020-11-07T17:00:00+00:00", 3_550_000, False,
    )  # fmt: skip


def test_what_no_decision_can_be_is_refused_with_status_2(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    usual = ("--reason", "x", "--by", "Sari", "--now", NOON)
    for words, code in (
        (("hold", "--until", WEEK, *usual), "scope_unclear"),
        (("hold", "--everyone", "--wave", 10, "--until", WEEK, *usual), "scope_unclear"),
        (("hold", "--person", BUDI, "--until", WEEK, *usual), "person_unknown"),
        (("hold", "--person", "123", "--until", WEEK, *usual), "nik_length"),
        (("hold", "--wave", 11, "--until", WEEK, *usual), "wave_unknown"),
        (("extend", "--source", "toko", "--until", WEEK, *usual), "source_unknown"),
        (("extend", "--wave", 10, "--until", "tomorrow", *usual), "clock_refused"),
        (("extend", "--wave", 10, "--until", WEEK, *usual, "--effective", NIGHT), "moment_refused"),
        (("hold", "--wave", 10, "--until", MORNING, *usual), "moment_refused"),
        (("extend", "--wave", 10, "--until", WEEK, *usual, "--approved-by", " SARI "), "same_person"),
        (("extend", "--wave", 10, "--until", "2020-12-31T00:00:00+07:00", *usual), "spending_over"),
        (("lift", 1, *usual), "decision_unknown"),
        (("hold", "--wave", 10, "--until", WEEK, "--by", "Sari", "--now", NOON), "usage"),
    ):
        assert home.refused(*words) == code, words
    assert home.json("decisions", "--now", NOON) == {"decisions": []}


def test_the_report_names_the_feed_that_people_wait_for(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    write(tmp_path / "buying.csv", BUYING, [])
    home.run(
        "import", "purchases", tmp_path / "buying.csv", "--source", "toko", "--through", NOON, "--now", NOON, check=0
    )
    told = home.json("report", "--now", NIGHT)
    assert (told["silent_feeds"], told["waiting"]) == (["toko"], 1)
    assert "1 person waits for the purchases of: toko" in home.run("report", "--now", NIGHT, check=0).stdout


def test_yes_answers_the_brake_in_a_sandbox(home: Tenggat, tmp_path: Path) -> None:
    stopped_by_two(home)
    accepted(home, tmp_path, AYU, BUDI)
    assert home.json("revoke", "--yes", "--now", NIGHT)["revoked"] == 2


def stopped_by_two(home: Tenggat) -> None:
    """Give the home a programme whose brake stops a run of two people."""
    shipped = (Path(rules.__file__).parent / "programmes" / "prakerja.toml").read_text()
    (home.home / "careful.toml").write_text(shipped.replace("people = 100_000", "people = 1"))
    (home.home / "home.json").write_text(json.dumps({"programme": "careful.toml", "sandbox": True}))


def test_a_nik_where_a_number_was_asked_for_is_not_repeated(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    for words in (("approve", AYU, "--by", "Sari"), ("lift", AYU, "--by", "Sari", "--reason", "x")):
        assert AYU not in home.run(*words, "--now", ANNOUNCED, check=2).stderr
