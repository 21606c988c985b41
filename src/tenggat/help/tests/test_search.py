"""Finding answers by stems, beginnings and past slips; and counting without anybody's name."""

import pytest
from django.db import connection
from tests.scene import DEADLINE, IN_TIME, SECOND, WIB

from tenggat.help import actions, queries
from tenggat.help.models import Missed, Opinion, Question

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded() -> None:
    actions.load()


def first(text: str, language: str = "id") -> str:
    found = queries.find(text, language=language).found
    return found[0].slug if found else ""


def test_the_server_has_a_stemmer_for_both_languages() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_tsquery('indonesian', 'pelatihannya')::text, to_tsquery('english', 'buying')::text")
        assert cursor.fetchone() == ("'latih'", "'buy'")


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ("lupa kata sandi", "lupa-sandi"),
        ("saya lupa password gimana ya", "lupa-sandi"),
        ("kartu fisik", "kartu-fisik"),
        ("apakah kartunya dikirim ke rumah?", "kartu-fisik"),
        ("upgrade ovo", "e-wallet"),
        ("membelikan pelatihan", "cara-beli"),
        ("diperpanjang", "perpanjangan"),
        ("perpanj", "perpanjangan"),
        ("pelatian pertama", "batas-waktu"),
        ("insentip belum cair", "insentif-belum-masuk"),
        ("nomor hp hilang", "ganti-nomor"),
        ("dapat kerja", "sudah-kerja"),
        ("jam berapa di papua", "wita-wit"),
        ("penipuan telegram", "situs-palsu"),
        ("BLACKLIST", "terlambat"),
    ],
)
def test_what_people_type_finds_its_answer_near_the_top(asked: str, slug: str) -> None:
    assert slug in [one.slug for one in queries.find(asked, language="id").found[:4]]


@pytest.mark.parametrize(
    ("asked", "slug"),
    [("forgot password", "lupa-sandi"), ("passwrod", "lupa-sandi"), ("extension", "perpanjangan"),
     ("will you mail me the card", "kartu-fisik"), ("object", "keberatan")],
)  # fmt: skip
def test_in_english(asked: str, slug: str) -> None:
    assert slug in [one.slug for one in queries.find(asked, language="en").found[:4]]


def test_each_language_finds_its_own_answers() -> None:
    (found, *_) = queries.find("kartu fisik", language="id").found
    assert found.title == "Apakah kartu fisiknya akan dikirim?"
    assert first("plastic card", "en") == "kartu-fisik"
    assert "Will a card be sent to me?" in [one.title for one in queries.find("plastic card", language="en").found]


def test_a_mended_search_says_what_it_looked_for() -> None:
    assert queries.find("insentip", language="id").instead == "insentif"
    assert queries.find("insentif", language="id").instead == ""


@pytest.mark.parametrize(
    "asked", ["", "   ", "???", "& | ! <-> :*", "'; DROP TABLE help_question; --", "%s %(x)s", "a" * 500]
)
def test_no_search_breaks_the_page(asked: str) -> None:
    assert isinstance(queries.find(asked, language="id").found, tuple)
    assert Question.objects.exists()


def test_common_words_alone_find_nothing() -> None:
    assert queries.find("zzzzz apakah yang", language="id").found == ()


def test_loading_again_changes_nothing_and_a_changed_answer_is_mended() -> None:
    assert actions.load() == 0
    Question.objects.filter(language="id", slug="e-wallet").update(body="lama")
    Question.objects.create(language="id", slug="gone", place=99, topic="x", title="x", words="x", body="x", search="x")
    assert actions.load() == 2
    found = queries.question("id", "e-wallet")
    assert found is not None
    assert found.body != "lama"
    assert queries.question("id", "gone") is None


def test_opinions_are_counted_by_question_language_and_day() -> None:
    for helped in (True, True, False):
        actions.say(language="id", slug="e-wallet", helped=helped, zone=WIB, now=IN_TIME)
    actions.say(language="en", slug="e-wallet", helped=True, zone=WIB, now=DEADLINE - SECOND)
    actions.say(language="id", slug="lupa-sandi", helped=False, zone=WIB, now=DEADLINE)
    assert sorted(Opinion.objects.values_list("language", "helped", "on__day", "times")) == [
        ("en", True, 31, 1), ("id", False, 1, 1), ("id", False, 20, 1), ("id", True, 20, 2),
    ]  # fmt: skip
    assert queries.opinions(IN_TIME.date(), DEADLINE.date()) == [
        queries.Said("e-wallet", 4, 3),
        queries.Said("lupa-sandi", 1, 0),
    ]
    assert queries.opinions(DEADLINE.date(), DEADLINE.date()) == [queries.Said("lupa-sandi", 1, 0)]


def test_an_opinion_about_no_question_is_refused() -> None:
    with pytest.raises(actions.QuestionUnknown):
        actions.say(language="id", slug="nothing", helped=True, zone=WIB, now=IN_TIME)
    assert not Opinion.objects.exists()


def test_searches_in_vain_are_counted_without_numbers() -> None:
    for text in ("NIK 3171011101950001 Salah", "nik 3171011201950002 salah", "12", "???", "x" * 300):
        actions.miss(language="id", text=text, zone=WIB, now=IN_TIME)
    assert queries.not_found(IN_TIME.date(), IN_TIME.date()) == [
        queries.NotFound("id", "nik ################ salah", 2),
        queries.NotFound("id", "x" * 80, 1),
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ayu 0812-3456", "ayu ####-####"),
        ("surel ayu.lestari@contoh.id hilang", "surel @ hilang"),
        ("nomor ٣٤٥", "nomor ###"),
        ("a\x00b\nc", "ab c"),
    ],
)
def test_what_is_kept_of_a_search_has_no_number_and_no_address(typed: str, kept: str) -> None:
    assert actions.masked(typed) == kept
    assert Missed.objects.count() == 0
