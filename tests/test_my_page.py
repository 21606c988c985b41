"""One's own page in each state, what stops one, and giving the place back: as a visitor without scripts sees it."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenggat.accounts import sessions
from tenggat.accounts.store import SessionStore
from tenggat.foundation import clock
from tenggat.journal.models import Event
from tenggat.portal.opening import opened
from tenggat.reasons.models import Question
from tenggat.reasons.states import Reason
from tenggat.registry.actions import blacklist_add
from tests.office import WAVE_10, hold
from tests.scene import (
    AYU,
    BUDI,
    DEADLINE,
    IN_TIME,
    KEYS,
    NIGHT,
    OFFICER,
    PRAKERJA,
    SECOND,
    bought,
    catalogue,
    feed,
    night,
    state_of,
    wave,
)

pytestmark = pytest.mark.django_db
At = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Lets the pages go on to another moment."""

    def go(moment: datetime) -> None:
        monkeypatch.setenv(clock.BORROWED, moment.isoformat())
        opened.cache_clear()

    return go


def let_in(browser: Client, person: UUID, *, now: datetime = IN_TIME) -> None:
    """Signed in, without the code that test_portal_accounts.py is about."""
    session: Any = SessionStore()
    sessions.begin(session, person_id=person, device="Chrome, Android", brief=False, now=now)
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key


def text(response: Any) -> str:
    said = re.sub(r"<[^>]+>|\s+", " ", response.content.decode())
    return re.sub(r" +", " ", said).replace("&#x27;", "'").replace("\xa0", " ")


def mine(browser: Client) -> str:
    response = browser.get("/saya")
    assert response.status_code == 200
    return text(response)


def test_who_was_accepted_sees_the_last_moment_the_money_and_what_to_do(visitor: Client) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    said = mine(visitor)
    assert "Sabtu, 31 Oktober 2020 pukul 23.59 WIB" in said
    assert "11 hari lagi" in said
    assert "Rp 1.000.000" in said
    assert "Beli pelatihan pertama" in said


def test_in_another_zone_both_clocks_are_told(visitor: Client) -> None:
    [ayu] = wave(AYU, province="73")
    let_in(visitor, ayu)
    assert "23.59 WIB (Minggu, 1 November 2020 pukul 00.59 WITA)" in mine(visitor)


def test_in_english_too(visitor: Client) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Saturday, 31 October 2020 at 23:59 WIB" in mine(visitor)


def test_the_last_day_and_the_hours_after_it_are_told(visitor: Client, at: At) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    at(DEADLINE - SECOND)
    assert "hari ini hari terakhir" in mine(visitor)
    at(DEADLINE)
    assert "Batas waktu sudah lewat" in mine(visitor)


def test_each_state_has_its_page(visitor: Client, at: At, tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    let_in(visitor, ayu)
    assert "Sudah membeli" in mine(visitor)
    let_in(visitor, budi)
    night()
    at(NIGHT + SECOND)
    said = mine(visitor)
    assert "Kepesertaan Anda dicabut" in said
    assert "Permenko 11/2020 art. 20" in said
    assert "Rp" not in said


def test_who_is_held_is_told_that_nothing_is_decided(visitor: Client, at: At) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    hold(WAVE_10, effective=IN_TIME)
    at(IN_TIME + SECOND)
    assert "Ditahan" in mine(visitor)


def test_who_takes_part_in_nothing_is_told_so(visitor: Client) -> None:
    person = blacklist_add(nik=AYU, reason="ASN", programme=PRAKERJA, keys=KEYS, now=IN_TIME, actor=OFFICER)
    let_in(visitor, person)
    assert "tidak ikut gelombang mana pun" in mine(visitor)


def test_a_stranger_is_sent_to_sign_in_and_comes_back(visitor: Client) -> None:
    for path in ("/saya", "/saya/alasan", "/saya/alasan/bantuan", "/saya/mundur"):
        answer = visitor.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/masuk?next={path.replace('/', '%2F')}")


def test_the_page_is_made_with_three_statements_once_one_was_asked(visitor: Client) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    mine(visitor)
    with CaptureQueriesContext(connection) as queries:
        mine(visitor)
    assert len(queries) <= 3, [query["sql"] for query in queries]  # the session twice, and everything else


def test_to_look_is_to_be_asked_once_and_to_answer_is_to_be_helped(visitor: Client) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    assert "menghalangi" in mine(visitor).lower()
    assert Question.objects.get().asked_by == "portal"
    answer = visitor.post("/saya/alasan", {"reason": "waits_for_a_card", "words": ""})
    assert (answer.status_code, answer["Location"]) == (302, "/saya/alasan/bantuan")
    assert "Tidak ada kartu yang dikirim lewat pos" in text(visitor.get("/saya/alasan/bantuan"))
    assert Question.objects.get().reason == "waits_for_a_card"
    assert "Satu pertanyaan" not in mine(visitor)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_answer_has_a_page_that_helps(visitor: Client, reason: str) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    visitor.post("/saya/alasan", {"reason": reason})
    said = text(visitor.get("/saya/alasan/bantuan"))
    assert "31 Oktober 2020" in said


def test_a_form_without_a_choice_says_so_and_keeps_what_was_written(visitor: Client) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    page = visitor.post("/saya/alasan", {"words": "kartu belum datang"})
    assert "Pilih salah satu" in text(page)
    assert "kartu belum datang" in page.content.decode()
    assert not Question.objects.exists()


def test_a_link_asks_without_signing_in_and_shows_nothing_of_the_person(visitor: Client) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    mine(visitor)
    link = f"/alasan/{Question.objects.get().link_id}"
    stranger = Client()
    page = stranger.get(link)
    assert page.status_code == 200
    assert "Peserta Contoh" not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert stranger.post(link, {"reason": "has_a_job"}).status_code == 200
    assert (Question.objects.get().reason, Question.objects.get().answered_by) == ("has_a_job", "link")
    assert stranger.get(f"/alasan/{UUID(int=7)}").status_code == 404


def test_a_place_is_given_back_only_by_who_has_read_what_that_means(visitor: Client) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    said = text(visitor.get("/saya/mundur"))
    assert "Rp 3.550.000" in said
    assert "Centang" in text(visitor.post("/saya/mundur", {"reason": "sudah bekerja"}))
    assert state_of(ayu) == "accepted"
    done = visitor.post("/saya/mundur", {"reason": "sudah bekerja", "understood": "on"})
    assert done["Location"] == "/saya"
    assert state_of(ayu) == "withdrawn"
    assert Event.objects.get(kind="withdrawn").actor == "participant"
    assert "mengembalikan tempat" in mine(visitor)
    assert visitor.get("/saya/mundur")["Location"] == "/saya"


def test_after_the_deadline_no_place_is_given_back(visitor: Client, at: At) -> None:
    [ayu] = wave(AYU)
    let_in(visitor, ayu)
    at(DEADLINE)
    answer = visitor.post("/saya/mundur", {"reason": "x", "understood": "on"})
    assert (answer["Location"], state_of(ayu)) == ("/saya", "accepted")
