"""Messages on the command line: stopped and started, by which ways they go, and whom they reached."""

import csv
from pathlib import Path

from proof.smsc.behaviour import Behaviour
from proof.smsc.running import simulated

from tests.conftest import Tenggat
from tests.scene import AYU, BUDI
from tests.test_cli import MORNING, NOON, accepted

ROUTE = """
[[route]]
name = "smsc"
kind = "smpp"
[route.settings]
host = "127.0.0.1"
port = {port}
system_id = "tenggat"
password = ""
source = "PRAKERJA"
"""


def test_a_step_is_stopped_and_started_again(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    home.run("remind", "--now", MORNING, check=0)
    stop = ("messages", "stop", "--step", "h-7", "--reason", "a wrong text", "--by", "Sari", "--now", MORNING)
    assert home.json(*stop)["stopped"] == {"kind": "step", "name": "h-7"}
    [row] = home.json("messages", "stopped", "--now", NOON)["stopped"]
    assert (row["name"], row["by"], row["reason"]) == ("h-7", "Sari", "a wrong text")
    assert "a wrong text" in home.run("messages", "stopped", "--now", NOON, check=0).stdout
    done = home.json("deliver", "--now", NOON)
    assert (done["accepted"], done["waiting"]) == (1, 1)
    home.run("messages", "start", "--step", "h-7", "--now", NOON, check=0)
    assert home.json("deliver", "--now", NOON)["accepted"] == 1
    assert home.refused("messages", "start", "--step", "h-7", "--now", NOON) == "not_stopped"
    nothing_named = home.refused("messages", "stop", "--reason", "x", "--by", "Sari", "--now", NOON)
    assert nothing_named == "one_of_step_channel_route"


def test_an_address_is_kept_from_what_one_may_refuse(home: Tenggat) -> None:
    words = ("messages", "suppress", "0812-3456-7890", "--reason", "asked for it", "--now", NOON)
    assert (home.json(*words)["affected"], home.json(*words)["affected"]) == (1, 0)
    assert home.json("messages", "release", "+6281234567890", "--now", NOON)["affected"] == 1
    assert home.refused("messages", "release", "+6281234567890", "--now", NOON) == "not_suppressed"


def test_messages_go_by_an_smsc_and_reach_people(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU, BUDI)
    home.run("remind", "--now", MORNING, check=0)
    with simulated(Behaviour()) as smsc:
        (home.home / "gateways.toml").write_text(ROUTE.format(port=smsc.port), "utf-8")
        routes = home.json("routes", "--now", NOON)
        assert [row["name"] for row in routes["routes"]] == ["smsc"]
        assert routes["without_route"] == ["email"]
        assert "No route carries email" in home.run("routes", "--now", NOON, check=0).stdout
        assert home.json("deliver", "--now", NOON)["accepted"] == 4
    whole = [row for row in home.json("reach", "--step", "h-7", "--now", NOON)["reach"] if row["operator"] is None]
    assert (whole[0]["people"], whole[0]["reached"], whole[0]["share"]) == (2, 2, 1.0)
    calls = tmp_path / "calls.csv"
    assert home.json("reach", "--unreached", calls, "--now", NOON)["unreached"] == 0
    assert list(csv.DictReader(calls.open(encoding="utf-8"))) == []


def test_a_gateway_that_is_not_there_is_told_and_nothing_is_lost(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    home.run("remind", "--now", MORNING, check=0)
    with simulated(Behaviour()) as smsc:
        port = smsc.port
    (home.home / "gateways.toml").write_text(ROUTE.format(port=port), "utf-8")
    assert home.refused("deliver", "--now", NOON) == "gateway_unusable"
    (home.home / "gateways.toml").unlink()
    assert home.json("deliver", "--now", NOON)["accepted"] == 2


def test_a_route_that_there_is_not_is_not_stopped(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    words = ("--reason", "maintenance", "--by", "Sari", "--now", MORNING)
    assert "No gateways.toml could be read" in home.run("messages", "stop", "--route", "smcs", *words, check=0).stdout
    home.run("messages", "start", "--route", "smcs", "--now", MORNING, check=0)
    (home.home / "gateways.toml").write_text(ROUTE.format(port=1), "utf-8")
    assert home.refused("messages", "stop", "--route", "smcs", *words) == "not_known"
    home.run("messages", "stop", "--route", "smsc", *words, check=0)
    assert home.json("routes", "--now", MORNING)["stopped"] == ["route smsc"]
    assert "Stopped: route smsc." in home.run("routes", "--now", MORNING, check=0).stdout


def test_deliver_says_what_is_stopped(home: Tenggat, tmp_path: Path) -> None:
    accepted(home, tmp_path, AYU)
    home.run("remind", "--now", MORNING, check=0)
    words = ("--reason", "a wrong text", "--by", "Sari", "--now", MORNING)
    home.run("messages", "stop", "--channel", "sms", *words, check=0)
    told = home.run("deliver", "--now", NOON, check=0).stdout
    assert "for what is stopped to be started again" in told
    assert "Stopped: channel sms." in told
    assert home.json("deliver", "--now", NOON)["stopped"] == ["channel sms"]


def test_a_step_or_wave_that_there_is_not_has_no_reach(home: Tenggat) -> None:
    assert home.refused("reach", "--step", "h7", "--now", NOON) == "not_known"
    assert home.refused("reach", "--wave", "9", "--now", NOON) == "not_known"
    assert home.json("reach", "--step", "h-7", "--now", NOON)["reach"] == []


def test_whoever_suppresses_an_address_is_told_what_still_goes_to_it(home: Tenggat) -> None:
    words = ("messages", "suppress", "0812-3456-7890", "--reason", "asked for it", "--now", NOON)
    assert "none has may_opt_out = true" in home.run(*words, check=0).stdout
