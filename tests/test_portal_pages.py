"""Every page of the portal on a cheap phone: both languages, with and without JavaScript."""

import psycopg
import pytest

from tests.browsing import Phones, Site, looks_right, picture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PAGES = {
    "home": "/",
    "help": "/bantuan",
    "help-found": "/bantuan?q=lupa+sandi",
    "help-not-found": "/bantuan?q=zzzzz",
    "question": "/bantuan/kartu-fisik",
    "contact": "/kontak",
    "glossary": "/istilah",
}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_right_on_a_phone(phone: Phones, name: str, language: str) -> None:
    on = phone(language=language)
    on.go(PAGES[name])
    looks_right(on)
    picture(on, f"{name}-{language}")


def test_the_first_page_is_right_in_the_dark(phone: Phones) -> None:
    on = phone()
    on.page.emulate_media(color_scheme="dark")
    on.go("/")
    picture(on, "home-dark-id")
    looks_right(on)


def test_the_language_is_chosen_without_javascript_and_kept(phone: Phones) -> None:
    on = phone(javascript=False)
    on.go("/bantuan/e-wallet")
    assert on.page.get_attribute("html", "lang") == "id"
    on.tap("English", "button")
    assert on.page.url == on.url + "/bantuan/e-wallet"
    assert on.says("Do I need an e-wallet")
    on.go("/")
    assert on.says("Just accepted? Three steps")
    on.language = "en"
    looks_right(on)


def test_an_address_that_does_not_exist_says_where_to_go(phone: Phones) -> None:
    on = phone()
    on.go("/tidak-ada")
    assert on.says("Halaman ini tidak ada")
    looks_right(on, status=404)
    picture(on, "not-found-id")
    on.tap("Ke halaman depan")
    assert on.page.url == on.url + "/"


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_first_page_to_an_answer_that_helped(phone: Phones, site: Site, javascript: bool) -> None:
    on = phone(javascript=javascript)
    on.go("/")
    on.page.get_by_label("Cari di bantuan").fill("kartu tidak datang rumah")
    on.tap("Cari", "button")
    on.tap("Apakah kartu fisiknya akan dikirim?")
    assert on.says("Tidak ada kartu fisik")
    before = answers(site)
    on.tap("Ya", "button")
    assert on.says("Terima kasih. Senang ini membantu.")
    looks_right(on)
    assert answers(site) == before + 1
    on.go("/bantuan/kartu-fisik")
    assert on.page.get_by_role("button", name="Ya", exact=True).count() == 0  # it is asked once a day


@pytest.mark.parametrize("javascript", [True, False])
def test_an_answer_that_did_not_help_leads_to_people(phone: Phones, javascript: bool) -> None:
    on = phone(language="en", javascript=javascript)
    on.go("/bantuan/gagal-bayar")
    on.tap("No", "button")
    on.tap("Ask us directly")
    assert on.says("0800-150-3001")
    assert on.says("Monday to Friday, 08:00 to 19:00 WIB")


def test_a_form_that_was_open_too_long_is_told_plainly(phone: Phones) -> None:
    on = phone()
    on.go("/bantuan/e-wallet")
    on.page.context.clear_cookies()
    on.tap("Ya", "button")
    assert on.says("Kirim formulir sekali lagi")
    looks_right(on, status=403)
    picture(on, "form-again-id")


def answers(site: Site) -> int:
    with psycopg.connect(site.home.url) as session:
        (found,) = session.execute("SELECT coalesce(sum(times), 0) FROM help_opinion WHERE slug = 'kartu-fisik'")
        return int(found[0])
