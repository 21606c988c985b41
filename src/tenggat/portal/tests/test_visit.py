"""What every page of a person carries: a language, a clock, and headers; and what it does not: a session."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.test import Client, RequestFactory, override_settings
from tests.scene import IN_TIME

from tenggat.foundation import clock
from tenggat.foundation.home import Home, write_home
from tenggat.help import actions
from tenggat.portal import errors
from tenggat.portal.opening import BorrowedClock, opened

pytestmark = pytest.mark.django_db
PAGES = ("/", "/bantuan", "/kontak", "/istilah", "/bantuan/e-wallet")


@pytest.fixture(autouse=True)
def loaded() -> None:
    actions.load()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_headers_that_protect_its_reader(visitor: Client, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_stands_inline(visitor: Client, path: str) -> None:
    page = visitor.get(path).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_a_page_leaves_no_cookie_but_the_token_of_its_forms(visitor: Client) -> None:
    visitor.get("/bantuan")
    assert set(visitor.cookies) == {"csrftoken"}
    assert visitor.cookies["csrftoken"]["httponly"]
    assert visitor.cookies["csrftoken"]["samesite"] == "Lax"


def test_over_https_the_browser_is_told_to_stay_there(visitor: Client) -> None:
    with override_settings(SECURE_HSTS_SECONDS=3600):
        assert "max-age=3600" in Client().get("/kontak", secure=True)["Strict-Transport-Security"]
        assert "Strict-Transport-Security" not in Client().get("/kontak")


def test_the_language_is_indonesian_whatever_the_phone_is_set_to(visitor: Client) -> None:
    answer = visitor.get("/kontak", HTTP_ACCEPT_LANGUAGE="en-US,en;q=0.9")
    assert answer["Content-Language"] == "id"
    assert '<html lang="id">' in answer.content.decode()
    assert "Cookie" in answer["Vary"]


def test_a_chosen_language_is_kept_and_a_strange_one_is_not(visitor: Client) -> None:
    visitor.cookies["django_language"] = "en"
    assert visitor.get("/kontak")["Content-Language"] == "en"
    visitor.cookies["django_language"] = "xx"
    assert visitor.get("/kontak")["Content-Language"] == "id"


def test_choosing_a_language_never_leads_elsewhere(visitor: Client) -> None:
    answer = visitor.post("/bahasa", {"language": "en", "next": "https://prakerja.vip/"})
    assert answer["Location"] == "/"
    assert visitor.post("/bahasa", {"language": "en", "next": "/kontak"})["Location"] == "/kontak"


def test_a_form_without_our_token_changes_nothing(visitor: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/bantuan/e-wallet/membantu", {"membantu": "ya"})
    assert answer.status_code == 403
    assert "Kirim formulir sekali lagi" in answer.content.decode()


def test_gateways_are_answered_with_a_number_and_no_page(visitor: Client) -> None:
    answer = visitor.get("/receipts/a/b")
    assert (answer.status_code, answer.content) == (404, b"")
    assert "Content-Language" not in answer


@pytest.mark.parametrize(
    ("page", "status", "said"),
    [
        (errors.not_found, 404, "Halaman ini tidak ada"),
        (errors.refused, 403, "Anda tidak dapat membuka halaman ini"),
        (errors.unreadable, 400, "Permintaan ini tidak dapat dibaca"),
        (errors.failed, 500, "Ada gangguan di pihak kami"),
        (errors.form_not_ours, 403, "Kirim formulir sekali lagi"),
    ],
)
def test_every_failure_is_told_in_plain_words(visitor: Client, page: object, status: int, said: str) -> None:
    answer = page(RequestFactory().get("/x"))  # type: ignore[operator]
    assert answer.status_code == status
    assert said in answer.content.decode()


def test_a_failure_of_ours_is_a_page_that_shows_nothing_of_it(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenggat.portal.views.TERMS", 7)
    visitor.raise_request_exception = False
    answer = visitor.get("/istilah")
    assert answer.status_code == 500
    assert "Ada gangguan di pihak kami" in answer.content.decode()
    assert "TypeError" not in answer.content.decode()


def test_the_borrowed_clock_is_for_a_sandbox_only(
    visitor: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened().now() == IN_TIME
    monkeypatch.delenv(clock.BORROWED)
    opened.cache_clear()
    before = clock.now()
    assert before <= opened().now() <= clock.now()
    write_home(Home(tmp_path / "home", "prakerja", sandbox=False))
    monkeypatch.setenv(clock.BORROWED, IN_TIME.isoformat())
    opened.cache_clear()
    with pytest.raises(BorrowedClock):
        opened()


def test_robots_may_read_the_help_and_not_what_is_personal(visitor: Client) -> None:
    said = visitor.get("/robots.txt").content.decode()
    assert "Disallow: /masuk" in said
    assert "bantuan" not in said


def test_only_reading_is_allowed_where_a_page_is_only_read(visitor: Client) -> None:
    assert visitor.post("/kontak").status_code == 405
    assert visitor.get("/bantuan/e-wallet/membantu")["Location"] == "/bantuan/e-wallet"


def test_a_form_says_what_is_wrong_at_the_top_and_beside_its_field(visitor: Client) -> None:
    from django import forms

    class Form(forms.Form):
        name = forms.CharField(label="Nama", help_text="Seperti di KTP")

    shown = engines["django"].from_string("{{ form }}").render({"form": Form({"name": ""})})
    assert 'role="alert"' in shown
    assert 'href="#id_name"' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_error"' in shown
