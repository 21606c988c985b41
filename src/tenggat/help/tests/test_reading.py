"""The files of questions: one order, both languages, and only fields that there are."""

import re
from datetime import datetime

import pytest
from tests.scene import IN_TIME, PRAKERJA, WIB

from tenggat.help.fields import UnknownFieldError, filled, values
from tenggat.help.reading import written


def test_both_languages_have_the_same_questions_in_the_same_order() -> None:
    assert [one.slug for one in written("id")] == [one.slug for one in written("en")]
    assert len(written("id")) >= 30
    assert len({one.slug for one in written("id")}) == len(written("id"))


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_field_of_an_answer_is_one_that_there_is(language: str) -> None:
    known = dict.fromkeys(values(PRAKERJA, now=IN_TIME), "x") | {"until": "x"}
    for one in written(language):
        filled(one.body, known)
        assert "{" not in one.title


def test_an_unknown_field_is_no_empty_word() -> None:
    with pytest.raises(UnknownFieldError):
        filled("Within {dayz} days", {"days": "30"})


@pytest.mark.parametrize("language", ["id", "en"])
def test_sentences_are_short(language: str) -> None:
    for one in written(language):
        for sentence in re.split(r"(?<=[.?!])\s+|\n+", one.body):
            assert len(sentence.split()) <= 22, f"{language}/{one.slug}: {sentence}"


def test_what_the_programme_file_decides_is_read_from_it_on_the_day() -> None:
    then = values(PRAKERJA, now=IN_TIME)
    later = values(PRAKERJA, now=datetime(2023, 2, 1, tzinfo=WIB))
    assert (then["days"], then["rupiah_training"], then["rupiah_total"]) == (30, 1_000_000, 3_550_000)
    assert (later["days"], later["rupiah_training"], later["rupiah_total"]) == (15, 3_500_000, 4_200_000)
    assert (then["zone"], then["card_length"], then["incentive_count"]) == ("WIB", 16, 4)


def test_links_between_answers_lead_somewhere() -> None:
    slugs = {one.slug for one in written("id")}
    for language in ("id", "en"):
        for one in written(language):
            for target in re.findall(r"\]\(([^)]+)\)", one.body):
                assert target == "/kontak" or target.removeprefix("/bantuan/") in slugs, (one.slug, target)
