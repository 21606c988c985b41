"""The help as a visitor without scripts finds it; what is counted, and what is not."""

from dataclasses import replace

import pytest
from django.test import Client
from tests.scene import IN_TIME

from tenggat.help import actions
from tenggat.help.models import Missed, Opinion
from tenggat.portal import opening, visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded() -> None:
    actions.load()


def text(visitor: Client, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_an_answer_has_the_values_of_the_programme_file(visitor: Client) -> None:
    assert "dalam 30 hari" in text(visitor, "/bantuan/batas-waktu")
    assert "pukul 23.59 WIB" in text(visitor, "/bantuan/batas-waktu")
    assert "Rp 1.000.000" in text(visitor, "/bantuan/saldo-pelatihan")
    visitor.cookies["django_language"] = "en"
    assert "23:59 WIB" in text(visitor, "/bantuan/batas-waktu")
    assert "Rp 3,550,000" in text(visitor, "/bantuan/saldo-pelatihan")


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_question_has_a_page_and_the_list_leads_to_each(visitor: Client, language: str) -> None:
    from tenggat.help.reading import written

    visitor.cookies["django_language"] = language
    listed = text(visitor, "/bantuan")
    for one in written(language):
        assert f'href="/bantuan/{one.slug}"' in listed
        page = text(visitor, f"/bantuan/{one.slug}")
        assert one.title in page
        assert "{" not in page


def test_an_unknown_question_is_not_found(visitor: Client) -> None:
    assert visitor.get("/bantuan/tidak-ada").status_code == 404
    assert visitor.post("/bantuan/tidak-ada/membantu", {"membantu": "ya"}).status_code == 404
    assert visitor.post("/bantuan/e-wallet/membantu", {"membantu": "entah"}).status_code == 404
    assert not Opinion.objects.exists()


def test_one_browser_counts_once_a_day_for_each_question(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def say(slug: str, word: str) -> None:
        answer = visitor.post(f"/bantuan/{slug}/membantu", {"membantu": word})
        assert answer["Location"] == f"/bantuan/{slug}#membantu"

    say("e-wallet", "ya")
    say("e-wallet", "tidak")
    say("lupa-sandi", "tidak")
    assert sorted(Opinion.objects.values_list("slug", "helped", "times")) == [
        ("e-wallet", True, 1),
        ("lupa-sandi", False, 1),
    ]
    assert "Senang ini membantu" in text(visitor, "/bantuan/e-wallet")
    tomorrow = replace(opening.opened(), borrowed=IN_TIME.replace(day=21))
    monkeypatch.setattr(visit, "opened", lambda: tomorrow)
    assert "Apakah ini membantu?" in text(visitor, "/bantuan/e-wallet")
    say("e-wallet", "tidak")
    assert Opinion.objects.filter(slug="e-wallet", helped=False, on="2020-10-21", times=1).exists()


def test_the_cookie_of_what_was_said_names_nobody_and_goes_to_the_help_only(visitor: Client) -> None:
    visitor.post("/bantuan/e-wallet/membantu", {"membantu": "ya"})
    cookie = visitor.cookies["membantu"]
    assert cookie.value == "2020-10-20:e-wallet.ya"
    assert (cookie["path"], cookie["max-age"], cookie["httponly"]) == ("/bantuan", 24 * 3600, True)


@pytest.mark.parametrize("cookie", ["", "x", "2020-10-20:", "2020-10-20:e-wallet.ya.ya,,..", "9" * 5000])
def test_a_cookie_that_was_tampered_with_breaks_nothing(visitor: Client, cookie: str) -> None:
    visitor.cookies["membantu"] = cookie
    assert "Apakah" in text(visitor, "/bantuan/e-wallet")


def test_a_search_in_vain_is_counted_and_shows_all_questions_and_the_way_to_people(visitor: Client) -> None:
    page = text(visitor, "/bantuan?q=Zzzzz+3171011101950001")
    assert "Jawaban tidak ditemukan" in page
    assert 'href="/kontak"' in page
    assert 'href="/bantuan/e-wallet"' in page
    assert list(Missed.objects.values_list("text", "times")) == [("zzzzz ################", 1)]
    text(visitor, "/bantuan?q=sandi")
    text(visitor, "/bantuan?q=")
    assert Missed.objects.count() == 1


def test_what_was_typed_is_kept_and_cannot_become_part_of_the_page(visitor: Client) -> None:
    page = text(visitor, "/bantuan?q=%3Cb%3Elupa+sandi%22")
    assert "&lt;b&gt;lupa sandi&quot;" in page
    assert "<b>lupa" not in page


def test_the_contact_page_has_every_way_of_the_programme_file(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page = text(visitor, "/kontak")
    for way in ("tel:08001503001", "mailto:info@prakerja.go.id", "https://bantuan.prakerja.go.id"):
        assert way in page
    assert "Senin sampai Jumat, pukul 08.00 sampai 19.00 WIB" in page
    house = opening.opened()
    silent = replace(house, programme=replace(house.programme, contact=None))
    monkeypatch.setattr(visit, "opened", lambda: silent)
    assert "belum mengumumkan" in text(visitor, "/kontak")
