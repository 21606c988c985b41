"""Every page of the portal on a cheap phone: both languages, with and without JavaScript."""

import pytest

from tests.browsing import Phones, looks_right, picture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
PAGES = {"home": "/"}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_right_on_a_phone(phone: Phones, name: str, language: str) -> None:
    on = phone(language=language)
    on.go(PAGES[name])
    looks_right(on)
    picture(on, f"{name}-{language}")


def test_the_language_is_chosen_without_javascript_and_kept(phone: Phones) -> None:
    on = phone(javascript=False)
    on.go("/")
    assert on.page.get_attribute("html", "lang") == "id"
    on.tap("English", "button")
    assert on.page.get_attribute("html", "lang") == "en"
    on.go("/")
    assert on.page.get_attribute("html", "lang") == "en"
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
