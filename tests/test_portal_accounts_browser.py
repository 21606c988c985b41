"""Signing in on a cheap phone, with and without JavaScript; every page of it looked at, in both languages."""

import json
import re
from datetime import timedelta

import pytest

from tests.browsing import Phone, Phones, Site, looks_right, picture
from tests.scene import ANNOUNCED, AYU, BUDI, CITRA, IN_TIME, write

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PHONE, MAIL, SHARED = "081234567890", "ayu@contoh.id", "081234567111"
BORN = {AYU: "11-01-1995"}


@pytest.fixture(scope="module")
def people(site: Site) -> Site:
    """Ayu with a phone and an email; Budi and Citra with one phone."""
    home, early = site.home, ("--now", (ANNOUNCED - timedelta(days=1)).isoformat())
    home.run("wave", "open", "10", "--quota", "10", *early, check=0)
    home.run("wave", "announce", "10", "--at", ANNOUNCED.isoformat(), "--now", ANNOUNCED.isoformat(), check=0)
    head = ("nik", "kk", "name", "birth_date", "phone", "email", "province")
    rows = [
        (AYU, "9" + AYU[1:], "Ayu Lestari", "1995-01-11", PHONE, MAIL, "31"),
        (BUDI, "9" + BUDI[1:], "Budi Santoso", "1995-01-12", SHARED, "", "31"),
        (CITRA, "9" + CITRA[1:], "Citra Dewi", "1995-01-13", SHARED, "", "31"),
    ]
    write(home.home / "people.csv", head, rows)
    home.run(
        "import", "participants", home.home / "people.csv", "--wave", "10", "--now", ANNOUNCED.isoformat(), check=0
    )
    return site


def newest_code(site: Site, to: str) -> str:
    """What the gateway was handed for an address last."""
    site.home.run("deliver", "--now", IN_TIME.isoformat(), check=0)
    lines = (site.home.home / "outbox" / "messages.jsonl").read_text("utf-8").splitlines()
    texts = [row["text"] for row in map(json.loads, lines) if row["to"].endswith(to.lstrip("0"))]
    found = re.match(r"[0-9]{6,8}", texts[-1])
    assert found, texts[-1]
    return found[0]


def fill(on: Phone, **fields: str) -> None:
    for name, value in fields.items():
        on.page.fill(f"[name={name}]", value)


def seen(on: Phone, name: str) -> None:
    looks_right(on)
    picture(on, f"{name}-{on.language}")


WORDS = {
    "id": {"send": "Kirim kode", "in": "Masuk", "on": "Lanjut", "again": "Minta kode lagi", "new": "Minta kode baru",
           "devices": "Perangkat yang sedang masuk", "contacts": "HP dan email saya", "out": "Keluar",
           "everywhere": "Keluar dari semua perangkat", "lost": "Nomor atau email itu sudah tidak saya pakai"},
    "en": {"send": "Send me a code", "in": "Sign in", "on": "Continue", "again": "Ask for the code again",
           "new": "Ask for a new code", "devices": "Where I am signed in", "contacts": "My phone and email",
           "out": "Sign out", "everywhere": "Sign out everywhere",
           "lost": "I no longer have this number or email"},
}  # fmt: skip


@pytest.mark.parametrize(("language", "javascript"), [("id", True), ("en", True), ("id", False)])
def test_signing_in_and_out(people: Site, phone: Phones, language: str, javascript: bool) -> None:
    on, said = phone(language=language, javascript=javascript), WORDS[language]
    on.go("/masuk")
    seen(on, "sign-in")
    fill(on, address="12")
    on.tap(said["send"], "button")
    seen(on, "sign-in-mistake")
    fill(on, address="0812-3456-7890")
    on.tap(said["send"], "button")
    assert on.page.url.endswith("/masuk/kode")
    seen(on, "code")
    fill(on, code="0000000")
    on.tap(said["in"], "button")
    seen(on, "code-mistake")
    assert PHONE not in on.page.content()
    fill(on, code=newest_code(people, PHONE))
    on.tap(said["in"], "button")
    assert on.page.url.endswith("/saya")
    assert on.says("A*** L***")
    on.go("/saya/akun")
    seen(on, "account")
    on.tap(said["devices"])
    seen(on, "devices")
    on.tap(said["everywhere"], "button")
    assert on.page.url.endswith("/masuk")
    on.go("/saya")
    assert "/masuk?next=" in on.page.url


def test_a_family_phone(people: Site, phone: Phones) -> None:
    on = phone(javascript=False)
    on.go("/masuk")
    fill(on, address=SHARED)
    on.tap("Kirim kode", "button")
    on.page.check("[name=elsewhere]")
    fill(on, code=newest_code(people, SHARED))
    on.tap("Masuk", "button")
    seen(on, "who")
    fill(on, nik=AYU)
    on.tap("Lanjut", "button")
    assert on.says("NIK ini tidak cocok")
    fill(on, nik=CITRA)
    on.tap("Lanjut", "button")
    assert on.says("C*** D***")
    assert {cookie["name"] for cookie in on.page.context.cookies()} == {"csrftoken", "tenggat"}
    on.tap("Keluar")
    seen(on, "sign-out")
    on.tap("Keluar", "button")
    on.go("/saya")
    assert "/masuk" in on.page.url


@pytest.mark.parametrize(("language", "javascript"), [("id", True), ("en", False)])
def test_recovering(people: Site, phone: Phones, language: str, javascript: bool) -> None:
    on, said = phone(language=language, javascript=javascript), WORDS[language]
    on.go("/masuk")
    on.tap(said["lost"])
    seen(on, "recover")
    fill(on, nik="123", kk="9" + AYU[1:], birth_date="31-02-1995")
    on.tap(said["on"], "button")
    seen(on, "recover-mistake")
    assert on.page.input_value("[name=kk]") == "9" + AYU[1:]
    fill(on, nik=AYU, birth_date="11/1/1995")
    on.tap(said["on"], "button")
    seen(on, "ways")
    on.page.check("[value=email]")
    on.tap(said["send"], "button")
    fill(on, code=newest_code(people, MAIL))
    on.tap(said["in"], "button")
    assert on.says("A*** L***")


@pytest.mark.parametrize(("language", "javascript"), [("id", False), ("en", True)])
def test_changing_a_phone(people: Site, phone: Phones, language: str, javascript: bool) -> None:
    on, said = phone(language=language, javascript=javascript), WORDS[language]
    on.go("/masuk?next=/saya/kontak")
    fill(on, address=MAIL)
    on.tap(said["send"], "button")
    fill(on, code=newest_code(people, MAIL))
    on.tap(said["in"], "button")
    assert on.page.url.endswith("/saya/kontak")
    seen(on, "contacts")
    new = "085712345678" if language == "id" else "085712345679"
    fill(on, address=new)
    on.tap(said["on"], "button")
    seen(on, "contact-code")
    fill(on, code=newest_code(people, MAIL))
    on.tap(said["on"], "button")
    fill(on, code=newest_code(people, new))
    on.tap(said["on"], "button")
    assert on.page.url.endswith("/saya/kontak")
    seen(on, "contacts-waiting")
    on.page.click("[name=cancel]")
    assert on.page.locator("[name=cancel]").count() == 0
    on.go("/saya/kontak/kode")
    seen(on, "change-over")


def test_the_code_page_without_a_code(people: Site, phone: Phones) -> None:
    for language in WORDS:
        on = phone(language=language)
        on.go("/masuk/kode")
        seen(on, "code-over")
        on.tap(WORDS[language]["new"])
        assert on.page.url.endswith("/masuk")
