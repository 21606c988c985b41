"""One's own pages on a cheap phone, in each state: as the real thing serves them, from signing in by code on."""

import csv
import json
import re
from pathlib import Path

import pytest

from tests.browsing import Phone, Phones, Site, looks_right, picture
from tests.conftest import Tenggat
from tests.scene import ANNOUNCED, IN_TIME, NIGHT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
_HEAD = ("nik", "kk", "name", "birth_date", "phone", "email", "province")
_BUYER, _HELD, _LEAVER, _BEFORE, _REVOKED = range(5)
_NUMBERS = [f"08123456700{place}" for place in range(5)]


def _person(place: int, wave: int) -> tuple[str, ...]:
    nik = f"317101{11 + place:02d}0195{11 + place:04d}"
    return (nik, "9" + nik[1:], f"Peserta {wave}{place}", f"1995-01-{11 + place}", _NUMBERS[place], "", "73")


@pytest.fixture(scope="module")
def people(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One who has bought, two who have not, and one whose wave is long over and who was revoked."""
    folder, home = tmp_path_factory.mktemp("people"), site.home
    _wave(home, folder, 9, [_REVOKED], announced="2020-09-01T12:00:00+07:00")
    home.run("revoke", "--yes", "--now", "2020-10-01T09:00:00+07:00", check=0)
    _wave(home, folder, 10, [_BUYER, _HELD, _LEAVER, _BEFORE], announced=ANNOUNCED.isoformat())
    (folder / "courses.csv").write_text("code,title,institution,price\nEXCEL,Excel,Lembaga,400000\n", "utf-8")
    home.run("import", "courses", str(folder / "courses.csv"), "--now", IN_TIME.isoformat(), check=0)
    purchase = f"P1,{_person(_BUYER, 10)[0]},EXCEL,400000,2020-10-05T10:00:00+07:00"
    (folder / "bought.csv").write_text(f"reference,nik,course,price,occurred_at\n{purchase}\n", "utf-8")
    home.run(
        "import", "purchases", str(folder / "bought.csv"), "--source", "toko", "--now", IN_TIME.isoformat(), check=0
    )
    hold = (
        "hold",
        "--person",
        _person(_HELD, 10)[0],
        "--until",
        NIGHT.isoformat(),
        "--reason",
        "sakit",
        "--by",
        "Sari",
    )
    home.run(*hold, "--now", IN_TIME.isoformat(), check=0)
    return site


def _wave(home: Tenggat, folder: Path, number: int, places: list[int], *, announced: str) -> None:
    path = folder / f"{number}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_HEAD, *(_person(place, number) for place in places)])
    home.run("wave", "open", str(number), "--quota", "100", "--now", announced, check=0)
    home.run("wave", "announce", str(number), "--at", announced, "--now", announced, check=0)
    home.run("import", "participants", str(path), "--wave", str(number), "--now", announced, check=0)


def sign_in(on: Phone, site: Site, place: int) -> None:
    on.go("/masuk")
    on.page.locator("input[name=address]").fill(_NUMBERS[place])
    on.page.locator("main button.button").first.click()
    on.page.wait_for_url("**/masuk/kode*")
    on.page.locator("input[name=code]").fill(_code(site, _NUMBERS[place]))
    on.page.locator("main button.button").first.click()
    on.page.wait_for_url("**/saya")


def _code(site: Site, number: str) -> str:
    """The one that was sent to it last, out of the file that stands for a gateway here."""
    site.home.run("deliver", "--now", IN_TIME.isoformat(), check=0)
    sent = (site.home.home / "outbox" / "messages.jsonl").read_text("utf-8").splitlines()
    texts = [row["text"] for row in map(json.loads, sent) if row["to"].endswith(number[1:])]
    found = [match[0] for text in texts if (match := re.search(r"\b[0-9]{6,8}\b", text))]
    return found[-1]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("place", "name"), [(_BEFORE, "accepted"), (_BUYER, "bought"), (_HELD, "held"), (_REVOKED, "revoked")]
)
def test_ones_own_page_is_right_in_each_state(
    phone: Phones, people: Site, place: int, name: str, language: str
) -> None:
    on = phone(language=language)
    sign_in(on, people, place)
    on.go("/saya")
    looks_right(on)
    picture(on, f"me-{name}-{language}")


@pytest.mark.parametrize("javascript", [True, False])
def test_what_stops_one_leads_to_what_helps(phone: Phones, people: Site, javascript: bool) -> None:
    on = phone(javascript=javascript)
    sign_in(on, people, _BEFORE)
    on.go("/saya/alasan")
    looks_right(on)
    picture(on, "reason-id")
    on.page.get_by_label("Saya menunggu kartu dikirim lewat pos").check()
    on.tap("Tunjukkan yang membantu", "button")
    assert on.says("Tidak ada kartu yang dikirim lewat pos")
    looks_right(on)
    picture(on, "remedy-card-id")


def test_a_place_is_given_back_on_a_phone_without_javascript(phone: Phones, people: Site) -> None:
    on = phone(javascript=False)
    sign_in(on, people, _LEAVER)
    on.go("/saya/alasan")
    on.page.get_by_label("Saya sudah bekerja").check()
    on.tap("Tunjukkan yang membantu", "button")
    picture(on, "remedy-job-id")
    on.tap("Arti mengembalikan tempat")
    looks_right(on)
    picture(on, "leave-id")
    on.page.locator("input[name=reason]").fill("sudah bekerja")
    on.tap("Kembalikan tempat saya", "button")
    assert on.says("Centang ini kalau Anda sudah mengerti")
    assert on.page.locator("input[name=reason]").input_value() == "sudah bekerja"
    on.page.locator("input[name=understood]").check()
    on.tap("Kembalikan tempat saya", "button")
    assert on.says("Anda mengembalikan tempat Anda")
    looks_right(on)
    picture(on, "me-withdrawn-id")
