"""Signing in as a visitor does it: what the pages say, what they keep, and what they never tell."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tenggat.accounts.addresses import Address
from tenggat.accounts.models import Session
from tenggat.accounts.tests import people
from tenggat.accounts.tests.people import AYU, BORN, CITRA, KK, MAIL, NOBODY, PHONE, SHARED, UNKNOWN, sent
from tenggat.foundation import clock
from tenggat.messaging.models import Message
from tenggat.portal.opening import opened
from tests.scene import IN_TIME

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]
SIGN_IN, CODE, WHO, ME = "/masuk", "/masuk/kode", "/masuk/siapa", "/saya"


@pytest.fixture
def known(db: None) -> None:
    people.register()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Lets the pages go on to another moment."""

    def go(moment: datetime) -> None:
        monkeypatch.setenv(clock.BORROWED, moment.isoformat())
        opened.cache_clear()

    return go


def text(response: Any) -> str:
    said = re.sub(r"<[^>]+>|\s+", " ", response.content.decode())
    return re.sub(r" +", " ", said).replace("&#x27;", "'")


def sign_in(browser: Client, address: str = PHONE.text, *, elsewhere: bool = False, **more: str) -> Any:
    """All the way, with the newest code."""
    browser.post(SIGN_IN, {"address": address, **more})
    data = {"code": sent(SHARED if address == SHARED.text else PHONE)[-1], **more}
    return browser.post(CODE, data | ({"elsewhere": "on"} if elsewhere else {}))


def test_a_phone_in_any_spelling_leads_to_a_code_and_to_ones_own_page(visitor: Client) -> None:
    asked = visitor.post(SIGN_IN, {"address": "0812 3456 7890"})
    assert (asked.status_code, asked["Location"]) == (302, CODE)
    page = visitor.get(CODE)
    assert "Jika +62 •••• ••890 terdaftar" in text(page)
    assert 'autocomplete="one-time-code"' in page.content.decode()
    assert 'inputmode="numeric"' in page.content.decode()
    done = visitor.post(CODE, {"code": sent()[-1]})
    assert (done.status_code, done["Location"]) == (302, ME)
    assert "Anda masuk sebagai P*** 1***" in text(visitor.get("/saya/akun"))


def test_a_stranger_gets_the_same_pages(visitor: Client) -> None:
    pages = []
    for address in (PHONE, UNKNOWN):
        browser = Client()
        asked = browser.post(SIGN_IN, {"address": address.text})
        waits = browser.get(CODE)
        wrong = browser.post(CODE, {"code": "0000000"})
        cookie = asked.cookies["tenggat_code"]
        pages.append(
            [
                (asked.status_code, asked["Location"], len(cookie.value), cookie["max-age"]),
                *((page.status_code, _plain(page, address)) for page in (waits, wrong)),
            ]
        )
    assert pages[0] == pages[1]


def _plain(page: Any, address: Address) -> str:
    said = re.sub(r'value="[A-Za-z0-9]{64}"', "", page.content.decode())
    return said.replace(address.masked, "").replace(address.text, "")


def test_what_was_typed_wrongly_is_kept_and_told_at_the_top_and_beside_the_field(visitor: Client) -> None:
    page = visitor.post(SIGN_IN, {"address": "12"}).content.decode()
    assert 'value="12"' in page
    assert page.count("Ini bukan nomor HP atau alamat email") == 2
    visitor.post(SIGN_IN, {"address": PHONE.text})
    assert "Sisa 4 percobaan" in text(visitor.post(CODE, {"code": "0000000"}))


def test_a_family_phone_asks_for_a_nik_and_for_no_name(visitor: Client) -> None:
    shared = sign_in(visitor, SHARED.text)
    assert (shared.status_code, shared["Location"]) == (302, WHO)
    page = visitor.get(WHO)
    assert "Peserta" not in text(page).replace("Kartu Prakerja", "")
    assert "NIK ini tidak cocok" in text(visitor.post(WHO, {"nik": NOBODY}))
    assert visitor.get(ME)["Location"] == f"{SIGN_IN}?next=%2Fsaya"
    done = visitor.post(WHO, {"nik": CITRA})
    assert done["Location"] == ME
    assert Session.objects.get().person_id == people.person(CITRA)


def test_a_session_key_that_was_planted_is_worth_nothing(visitor: Client) -> None:
    name = settings.SESSION_COOKIE_NAME
    visitor.cookies[name] = "a" * 32
    sign_in(visitor)
    key = visitor.cookies[name].value
    assert key != "a" * 32
    thief = Client()
    thief.cookies[name] = "a" * 32
    assert thief.get(ME).status_code == 302
    cookie = visitor.cookies[name]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 24 * 3600)
    sign_in(visitor)
    thief.cookies[name] = key
    assert thief.get(ME).status_code == 302


def test_the_token_of_forms_is_another_one_after_signing_in(visitor: Client) -> None:
    visitor.get(SIGN_IN)
    before = visitor.cookies["csrftoken"].value
    sign_in(visitor)
    assert visitor.cookies["csrftoken"].value != before


def test_a_form_from_elsewhere_is_refused(visitor: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    for path in (SIGN_IN, CODE, WHO, "/pulihkan", "/pulihkan/cara", "/keluar", "/saya/perangkat", "/saya/kontak"):
        assert strict.post(path, {"address": PHONE.text}).status_code == 403, path
    assert sent() == []


def test_on_a_foreign_phone_nothing_stays(visitor: Client, at: Callable[[datetime], None]) -> None:
    done = sign_in(visitor, elsewhere=True)
    assert "tenggat_device" not in done.cookies
    assert done.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""
    at(IN_TIME + timedelta(minutes=20))
    assert visitor.get(ME).status_code == 302


def test_a_known_device_gets_through_while_a_stranger_floods(visitor: Client, at: Callable[[datetime], None]) -> None:
    sign_in(visitor)
    visitor.post("/keluar")
    at(IN_TIME + timedelta(minutes=20))
    stranger = Client()  # on the same network
    for _ in range(6):
        stranger.post(SIGN_IN, {"address": PHONE.text})
        stranger.post(CODE, {"code": "0000000"})
    assert "Lima kode salah" in text(stranger.post(SIGN_IN, {"address": PHONE.text}))
    assert sign_in(visitor)["Location"] == ME


def test_strangers_are_counted_by_the_address_that_our_proxy_saw(visitor: Client) -> None:
    for number in range(6):
        forged = {"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.7"}
        visitor.post(SIGN_IN, {"address": PHONE.text}, headers=forged)
        visitor.post(CODE, {"code": "0000000"}, headers=forged)
    assert "Lima kode salah" in text(
        visitor.post(SIGN_IN, {"address": PHONE.text}, headers={"X-Forwarded-For": "203.0.113.7"})
    )
    elsewhere = {"X-Forwarded-For": "203.0.113.8"}
    assert visitor.post(SIGN_IN, {"address": PHONE.text}, headers=elsewhere).status_code == 302


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/saya/perangkat", "/saya/perangkat"),
        ("https://penipu.example/", ME),
        ("//penipu.example/", ME),
        ("/\\penipu.example", ME),
        ("javascript:alert(1)", ME),
        ("saya", ME),
        ("", ME),
    ],
)
def test_nobody_is_sent_elsewhere(visitor: Client, asked: str, reached: str) -> None:
    assert sign_in(visitor, next=asked)["Location"] == reached


def test_where_one_wanted_to_go_is_kept_over_the_code(visitor: Client) -> None:
    asked = visitor.get("/saya/kontak")
    assert asked["Location"] == f"{SIGN_IN}?next=%2Fsaya%2Fkontak"
    sent_on = visitor.post(SIGN_IN, {"address": PHONE.text, "next": "/saya/kontak"})
    assert sent_on["Location"] == f"{CODE}?next=%2Fsaya%2Fkontak"
    assert 'name="next" value="/saya/kontak"' in visitor.get(sent_on["Location"]).content.decode()


def test_another_code_is_sent_after_a_minute(visitor: Client, at: Callable[[datetime], None]) -> None:
    visitor.post(SIGN_IN, {"address": PHONE.text})
    first = sent()[-1]
    at(IN_TIME + timedelta(seconds=61))
    assert visitor.post(CODE, {"again": "1"})["Location"] == CODE
    assert len({first, *sent()}) == 2
    assert visitor.post(CODE, {"code": first})["Location"] == ME


def test_recovery_shows_hints_and_ends_at_the_same_code_page(visitor: Client) -> None:
    three = {"nik": AYU, "kk": KK[AYU], "birth_date": BORN[AYU].strftime("%d-%m-%Y")}
    assert visitor.post("/pulihkan", three)["Location"] == "/pulihkan/cara"
    page = text(visitor.get("/pulihkan/cara"))
    assert f"SMS ke {PHONE.masked}" in page
    assert f"Email ke {MAIL.masked}" in page
    assert visitor.post("/pulihkan/cara", {"channel": "email"})["Location"] == CODE
    assert visitor.post(CODE, {"code": sent(MAIL)[-1]})["Location"] == ME


def test_a_stranger_who_recovers_gets_the_same_pages_and_nothing_is_sent(visitor: Client) -> None:
    three = {"nik": NOBODY, "kk": KK[NOBODY], "birth_date": "15-01-1995"}
    assert visitor.post("/pulihkan", three)["Location"] == "/pulihkan/cara"
    page = text(visitor.get("/pulihkan/cara"))
    assert re.search(r"SMS ke \+62 •••• ••\d{3}", page)
    assert visitor.post("/pulihkan/cara", {"channel": "sms"})["Location"] == CODE
    assert "Sisa 4 percobaan" in text(visitor.post(CODE, {"code": "123456"}))
    assert Message.objects.count() == 0


def test_a_recovery_keeps_what_was_typed(visitor: Client) -> None:
    page = visitor.post("/pulihkan", {"nik": "123", "kk": KK[AYU], "birth_date": "31-02-1995"}).content.decode()
    assert f'value="{KK[AYU]}"' in page
    assert 'value="31-02-1995"' in page
    assert "misalnya 17-08-1995" in page
    assert page.count("NIK terdiri dari 16 angka") == 2
    assert "NIK terdiri dari 16 angka" in text(
        visitor.post("/pulihkan", {"nik": "123", "kk": KK[AYU], "birth_date": "17/8/1995"})
    )


def test_devices_are_listed_and_signed_out(visitor: Client) -> None:
    sign_in(visitor)
    other = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/120.0"})
    sign_in(other)
    page = text(visitor.get("/saya/perangkat"))
    assert "Firefox, Windows" in page
    assert page.count("Perangkat ini") >= 1
    name = re.search(r'name="end" value="([0-9a-f]{40})"', visitor.get("/saya/perangkat").content.decode())
    assert name
    visitor.post("/saya/perangkat", {"end": name[1]})
    assert other.get(ME).status_code == 302
    assert visitor.get(ME).status_code == 200
    sign_in(other)
    assert visitor.post("/saya/perangkat", {"everywhere": "1"})["Location"] == SIGN_IN
    assert other.get(ME).status_code == visitor.get(ME).status_code == 302
    assert Session.objects.count() == 0


def test_a_change_of_phone_takes_two_codes_and_can_be_taken_back(visitor: Client) -> None:
    new = Address("sms", "+6285712345678")
    sign_in(visitor)
    assert "Ini sudah tercatat" in text(visitor.post("/saya/kontak", {"address": PHONE.text}))
    assert visitor.post("/saya/kontak", {"address": "0857 1234 5678"})["Location"] == "/saya/kontak/kode"
    assert "Kode di kontak Anda sekarang" in text(visitor.get("/saya/kontak/kode"))
    assert "Sisa 4" in text(visitor.post("/saya/kontak/kode", {"code": "0000000"}))
    assert visitor.post("/saya/kontak/kode", {"code": sent(MAIL)[-1]})["Location"] == "/saya/kontak/kode"
    assert "Kode di kontak baru Anda" in text(visitor.get("/saya/kontak/kode"))
    assert visitor.post("/saya/kontak/kode", {"code": sent(new)[-1]})["Location"] == "/saya/kontak"
    assert "Nomor HP baru Anda berlaku mulai Jumat, 23 Oktober 2020 pukul 10.00" in text(visitor.get("/saya/kontak"))
    visitor.post("/saya/kontak", {"cancel": "1"})
    assert "menunggu" not in text(visitor.get("/saya/kontak"))
    assert visitor.get("/saya/kontak/kode").status_code == 200


def test_no_address_of_a_page_and_no_cache_has_anything_of_a_person(visitor: Client) -> None:
    sign_in(visitor)
    for name in ("sign-in", "code", "who", "recover", "ways", "me", "devices", "contacts", "contact-code", "sign-out"):
        page = visitor.get(reverse(name))
        assert "no-store" in page.headers["Cache-Control"], name
        for secret in (PHONE.text, PHONE.text[3:], AYU, "Peserta 1"):
            assert secret not in page.content.decode(), name


def test_a_code_page_without_a_code_says_what_to_do(visitor: Client) -> None:
    for path in (CODE, WHO):
        assert "Minta kode baru" in text(visitor.get(path))
    visitor.cookies["tenggat_code"] = "nonsense"
    assert "Minta kode baru" in text(visitor.get(CODE))
    assert visitor.get("/pulihkan/cara")["Location"] == "/pulihkan"
