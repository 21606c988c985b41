"""The words of messages on the command line: shown, checked, compared."""

from pathlib import Path

from tenggat import rules
from tests.conftest import Tenggat
from tests.scene import AYU, BUDI
from tests.test_cli import ANNOUNCED, MORNING, accepted

PROGRAMME = (Path(rules.__file__).parent / "programmes" / "prakerja.toml").read_text("utf-8")
VARIANTS = """
[[step.variant]]
name = "calm"
share = 50

[[step.variant]]
name = "brisk"
share = 50
text = "{name}, {deadline}: beli pelatihan di akun {title}."
"""
TRIED = PROGRAMME.replace("\n# In 2020 only h-7", f"{VARIANTS}\n# In 2020 only h-7")
SETTLED = "2020-11-01T02:00:00+07:00"


def test_each_text_is_shown_as_its_reader_gets_it(home: Tenggat) -> None:
    shown = home.json("texts", "show", "--now", ANNOUNCED)["texts"]
    assert [each["step"] for each in shown] == [
        "accepted", "h-7", "h-3", "last-day", "revoked", "reinstated", "otp", "answer",
        "contact",
    ]  # fmt: skip
    assert all((each["segments"], each["alphabet"], each["faults"]) == (1, "gsm7", []) for each in shown)
    assert shown[0]["text"].startswith("Selamat Siti Aminah, Anda lolos Kartu Prakerja.")
    assert "31 Okt 2020 pukul 23.59 WIB" in shown[0]["text"]
    wanted = ("--step", "last-day", "--language", "en", "--zone", "Asia/Jayapura", "--name", "Ni Luh Putu Ayu Lestari")
    [one] = home.json("texts", "show", *wanted, "--now", ANNOUNCED)["texts"]
    assert one["text"].startswith("Ni Luh Putu Ayu, this is the last call")
    assert "1 Nov 2020 01:59 WIT (23:59 WIB)" in one["text"]
    assert (one["channels"], one["when"], one["audience"]) == (
        ["sms", "email"], "last day, from 2021-01-01", "not_bought",
    )  # fmt: skip
    prose = home.run("texts", "show", "--now", ANNOUNCED, check=0).stdout
    assert "133 characters, 1 segment; 151 at the longest" in prose
    assert max(map(len, prose.splitlines())) <= 80


def test_what_cannot_be_shown_is_refused(home: Tenggat) -> None:
    assert home.refused("texts", "show", "--step", "h-30", "--now", ANNOUNCED) == "texts_refused"
    assert home.refused("texts", "show", "--language", "jv", "--now", ANNOUNCED) == "texts_refused"
    assert home.refused("texts", "show", "--zone", "Asia/Tokyo", "--now", ANNOUNCED) == "texts_refused"


def test_a_file_is_checked_and_every_fault_is_one_line(home: Tenggat, tmp_path: Path) -> None:
    assert home.json("texts", "check", "--now", ANNOUNCED) == {"programme": "prakerja", "texts": 9}
    file = tmp_path / "mine.toml"
    file.write_text(TRIED, "utf-8")
    assert home.json("texts", "check", file)["texts"] == 10
    file.write_text(TRIED.replace("{name}, {deadline}: beli", "{nama} {deadline}: beli"), "utf-8")
    assert home.refused("texts", "check", file) == "texts_refused"
    bad = TRIED.replace(
        "{name}, {deadline}: beli pelatihan di akun {title}.", "Hubungi 0800-150-3001 besok, prakerja.vip"
    )
    file.write_text(bad, "utf-8")
    told = home.run("texts", "check", file, check=2).stderr.splitlines()
    assert len(told) == 3
    assert all("The text of h-7 (variant brisk) " in line for line in told)
    assert home.run("init", "--programme", file, check=2).stderr.startswith("tenggat: The text of h-7 (variant brisk)")
    file.write_text("[programme]\n", "utf-8")
    assert home.run("texts", "check", file, check=2).stderr.startswith("tenggat: ")


def test_variants_are_shown_and_compared_when_all_is_over(home: Tenggat, tmp_path: Path) -> None:
    settings = home.home / "home.json"
    settings.write_text(settings.read_text("utf-8").replace('"prakerja"', '"programme.toml"'), "utf-8")
    (home.home / "programme.toml").write_text(TRIED, "utf-8")
    shown = home.json("texts", "show", "--step", "h-7", "--now", ANNOUNCED)["texts"]
    assert [each["variant"] for each in shown] == ["calm", "brisk"]
    assert "h-7 · brisk" in home.run("texts", "show", "--now", ANNOUNCED, check=0).stdout
    accepted(home, tmp_path, AYU, BUDI)
    home.run("remind", "--now", MORNING, check=0)
    words = ("texts", "compare", "--wave", 10, "--step", "h-7", "--now")
    assert home.refused(*words, MORNING) == "not_compared"
    found = home.json(*words, SETTLED)
    assert [group["variant"] for group in found["variants"]] == ["calm", "brisk"]
    assert sum(group["people"] for group in found["variants"]) == 2
    assert "h-7 in wave 10: bought by 31 Oct 2020 23:59 WIB" in home.run(*words, SETTLED, check=0).stdout
