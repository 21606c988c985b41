"""What stops people: asked once, answered as often as they like, and counted with what can be known."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from tenggat.figures.calling import draw_to_call
from tenggat.figures.reasons import SampleUnknown, reason_figures, sample_figures
from tenggat.foundation.actors import Actor
from tenggat.foundation.whole_files import FileUnusable
from tenggat.journal.models import Event
from tenggat.reasons import actions
from tenggat.reasons.models import Question, Sample
from tenggat.reasons.sampling import NotDrawn
from tenggat.reasons.states import REMEDIES, Reason, Remedy, Way
from tenggat.registry.models import Person
from tests.scene import AYU, BUDI, DEADLINE, IN_TIME, KEYS, NIGHT, PRAKERJA, bought, catalogue, crowd, feed, night, wave

pytestmark = pytest.mark.django_db
HERSELF = Actor("participant")
DAY = timedelta(days=1)


def ask(person: UUID, now: datetime = IN_TIME, way: Way = Way.PORTAL) -> Question:
    return actions.ask(person_id=person, way=way, keys=KEYS, now=now)


def tell(
    person: UUID, reason: str = "forgot", words: str = "", now: datetime = IN_TIME, way: Way = Way.PORTAL
) -> actions.Told:
    return actions.answer(person_id=person, reason=reason, words=words, way=way, keys=KEYS, now=now, actor=HERSELF)


def test_somebody_is_asked_once_however_often_the_page_is_opened() -> None:
    [ayu] = wave(AYU)
    first = ask(ayu)
    again = ask(ayu, IN_TIME + DAY, Way.OFFICER)
    assert (again.asked_at, again.asked_by, again.link_id) == (IN_TIME, "portal", first.link_id)


def test_after_the_revocation_it_is_asked_anew() -> None:
    [ayu] = wave(AYU)
    before = ask(ayu)
    night()
    after = ask(ayu, NIGHT + DAY)
    assert (before.occasion, after.occasion) == ("before", "after")
    assert before.link_id != after.link_id


@pytest.mark.parametrize("reason", list(Reason))
def test_each_answer_has_its_remedy(reason: Reason) -> None:
    [ayu] = wave(AYU)
    assert tell(ayu, reason).remedy == REMEDIES[reason]
    assert tell(ayu, "cannot_sign_in").remedy is Remedy.RECOVER


def test_the_last_word_counts_and_the_history_has_both() -> None:
    [ayu] = wave(AYU)
    tell(ayu, "forgot")
    tell(ayu, "has_a_job", now=IN_TIME + DAY, way=Way.OFFICER)
    asked = Question.objects.get()
    assert (asked.reason, asked.answered_by, asked.asked_by) == ("has_a_job", "officer", "portal")
    told = Event.objects.filter(kind="reason_told").order_by("event_id").values_list("details__reason", flat=True)
    assert list(told) == ["forgot", "has_a_job"]


def test_what_somebody_writes_lies_encrypted_and_in_no_history() -> None:
    [ayu] = wave(AYU)
    tell(ayu, "other", "  kartu   belum datang ")
    asked = Question.objects.get()
    assert actions.own_words(asked, KEYS) == "kartu belum datang"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(q::text, '') FROM reasons_question AS q)"
            " || (SELECT string_agg(e::text, '') FROM journal_event AS e)"
        )
        assert "belum" not in cursor.fetchall()[0][0]
    tell(ayu, "forgot")
    assert actions.own_words(Question.objects.get(), KEYS) == ""


def test_who_has_bought_or_is_nobody_is_not_asked(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU))
    for person in (ayu, UUID(int=5)):
        with pytest.raises(actions.NothingToAsk):
            ask(person)
    assert not Question.objects.exists()


def test_between_the_deadline_and_the_run_nobody_is_asked() -> None:
    [ayu] = wave(AYU)
    with pytest.raises(actions.NothingToAsk):
        tell(ayu, now=DEADLINE)


@pytest.mark.parametrize(("reason", "words"), [("fate", ""), ("", ""), ("other", "x" * 501), ("other", "a\x07b")])
def test_an_answer_that_cannot_be_kept_changes_nothing(reason: str, words: str) -> None:
    [ayu] = wave(AYU)
    with pytest.raises(actions.AnswerUnusable):
        tell(ayu, reason, words)
    assert not Question.objects.exists()


def test_a_link_opens_one_question_and_only_while_it_can_be_answered(tmp_path: Path) -> None:
    ayu, budi = wave(AYU, BUDI)
    catalogue(tmp_path)
    links = [ask(person).link_id for person in (ayu, budi)]
    assert [actions.person_behind(link_id=link, now=IN_TIME) for link in links] == [ayu, budi]
    feed(tmp_path, bought(AYU))
    night()
    for link in (*links, UUID(int=5)):  # bought; asked before the revocation; nobody's
        with pytest.raises(actions.LinkUnknown):
            actions.person_behind(link_id=link, now=NIGHT)
    later = ask(budi, NIGHT).link_id
    assert actions.person_behind(link_id=later, now=NIGHT) == budi


def test_figures_are_shares_of_those_who_answered(tmp_path: Path) -> None:
    crowd(tmp_path, 10)
    people = list(Person.objects.order_by("person_id").values_list("person_id", flat=True))
    Person.objects.filter(person_id=people[0]).update(province="73")
    for person in people[:8]:
        ask(person)
    for person, reason in zip(people, ["forgot", "has_a_job", "has_a_job", "what_next"], strict=False):
        tell(person, reason)
    whole, *provinces = reason_figures(wave=10)
    assert (whole.province, whole.asked, whole.answered, whole.response) == ("", 8, 4, 0.5)
    assert whole.answers == {"forgot": 1, "has_a_job": 2, "what_next": 1}
    assert (whole.share("has_a_job"), whole.share("other")) == (0.5, 0)
    assert [(one.province, one.asked, one.answered) for one in provinces] == [("31", 7, 3), ("73", 1, 1)]
    assert reason_figures(wave=9) == []


def test_a_sample_is_of_everybody_who_has_bought_nothing_and_in_the_order_of_the_draw(tmp_path: Path) -> None:
    niks = crowd(tmp_path, 60)
    catalogue(tmp_path)
    feed(tmp_path, bought(niks[0]))
    drawn = draw_to_call(path=tmp_path / "calls.csv", wave=10, size=20, by="Sari", programme=PRAKERJA, now=IN_TIME)
    other = draw_to_call(path=tmp_path / "more.csv", wave=10, size=20, by="Sari", programme=PRAKERJA, now=IN_TIME)
    assert (drawn.among, len(drawn.people), [one.place for one in drawn.people]) == (59, 20, list(range(1, 21)))
    assert [one.person_id for one in drawn.people] != [one.person_id for one in other.people]
    with (tmp_path / "calls.csv").open(encoding="utf-8", newline="") as file:
        assert [row["person_id"] for row in csv.DictReader(file)] == [str(one.person_id) for one in drawn.people]
    assert (tmp_path / "calls.csv").stat().st_mode & 0o077 == 0


def test_a_sample_has_an_interval_and_counts_only_what_came_after_the_draw(tmp_path: Path) -> None:
    crowd(tmp_path, 40)
    everybody = list(Person.objects.values_list("person_id", flat=True))
    for person in everybody:
        tell(person, "forgot")
    drawn = draw_to_call(
        path=tmp_path / "calls.csv", wave=10, size=30, by="Sari", programme=PRAKERJA, now=IN_TIME + DAY
    )
    for called in drawn.people[:10]:
        tell(called.person_id, "has_a_job", now=IN_TIME + 2 * DAY, way=Way.OFFICER)
    found = sample_figures(sample=drawn.sample_id)
    assert (found.drawn, found.answered, found.answers) == (30, 10, {"has_a_job": 10})
    low, high = found.between["has_a_job"]
    assert 0.6 < low < 0.9
    assert high == pytest.approx(1.0)
    with pytest.raises(SampleUnknown):
        sample_figures(sample=drawn.sample_id + 1)


def test_a_sample_that_cannot_be_written_down_is_not_drawn(tmp_path: Path) -> None:
    crowd(tmp_path, 5)
    with pytest.raises(FileUnusable):
        draw_to_call(path=tmp_path / "none" / "calls.csv", wave=10, size=3, by="Sari", programme=PRAKERJA, now=IN_TIME)
    for size, moment in ((0, IN_TIME), (5_001, IN_TIME), (3, NIGHT)):
        with pytest.raises(NotDrawn):
            draw_to_call(path=tmp_path / "calls.csv", wave=10, size=size, by="Sari", programme=PRAKERJA, now=moment)
    assert not Sample.objects.exists()
    assert not (tmp_path / "calls.csv").exists()
