"""What a message says, and that it fits into one plain SMS whoever it goes to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenggat.messaging import texts
from tenggat.messaging.texts import Reader, TemplateUnusable, check_texts, last_minute, render, short_name, template
from tenggat.rules.programme import load, shipped

DEADLINE = datetime(2020, 10, 31, 17, tzinfo=UTC)
PRAKERJA = load("prakerja")
STEPS = [step.name for step in PRAKERJA.steps]
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


def reader(name: str = "Siti Aminah", zone: str = "Asia/Jakarta", language: str = "id") -> Reader:
    return Reader("Kartu Prakerja", language, "Asia/Jakarta", name, zone)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("step", STEPS)
def test_every_template_can_be_sent(step: str, language: str) -> None:
    assert "{name}" in template(PRAKERJA.step(step), language, "Kartu Prakerja")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_programme_can_be_sent(name: str) -> None:
    check_texts(load(name))


def test_the_reminder_says_what_to_do_by_when_and_what_happens_then() -> None:
    assert render(PRAKERJA.step("h-7"), reader(), deadline_at=DEADLINE) == (
        "Siti Aminah, beli pelatihan pertama paling lambat 31 Okt 2020 pukul 23.59 WIB. "
        "Masuk ke akun Kartu Prakerja. Lewat itu kepesertaan dicabut."
    )


def test_elsewhere_the_text_names_both_clocks() -> None:
    def said(zone: str) -> str:
        return last_minute(DEADLINE, language="id", zone=zone, programme_zone="Asia/Jakarta")

    assert said("Asia/Makassar") == "1 Nov 2020 pukul 00.59 WITA (23.59 WIB)"
    assert said("Asia/Jayapura") == "1 Nov 2020 pukul 01.59 WIT (23.59 WIB)"


@given(name=st.text(max_size=80), zone=st.sampled_from(ZONES), step=st.sampled_from(STEPS))
def test_one_segment_whatever_the_name(name: str, zone: str, step: str) -> None:
    text = render(PRAKERJA.step(step), reader(name, zone), deadline_at=DEADLINE)
    assert len(text) <= texts.SEGMENT
    assert set(text) <= texts._GSM7


def test_a_long_name_is_cut_at_a_word() -> None:
    assert short_name("Muhammad Rizky Ramadhan Putra") == "Muhammad Rizky"
    assert short_name("Muhammad") == "Muhammad"
    assert short_name("A" * 40) == "A" * texts.LONGEST_NAME


def test_letters_that_no_sms_carries_lose_their_accent() -> None:
    assert short_name("Añó Đặng 王") == "Año ?ang ?"


def test_a_step_without_a_text_is_refused_in_words() -> None:
    with pytest.raises(TemplateUnusable, match="The step h-3 has no text"):
        template(replace(PRAKERJA.step("h-7"), name="h-3"), "id", "Kartu Prakerja")


def test_a_step_may_bring_its_own_text() -> None:
    step = replace(PRAKERJA.step("h-7"), name="h-3", text="{name}, tinggal 3 hari: {deadline}.")
    assert render(step, reader(), deadline_at=DEADLINE) == "Siti Aminah, tinggal 3 hari: 31 Okt 2020 pukul 23.59 WIB."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{name} {nik}", "unknown field"),
        ("{name} {", "unknown field"),
        ("x" * 161, "up to 161 characters"),
        ("{name} 🙂", "no plain SMS can carry"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_before_anything_is(text: str, sentence: str) -> None:
    with pytest.raises(TemplateUnusable, match=sentence):
        template(replace(PRAKERJA.step("h-7"), text=text), "id", "Kartu Prakerja")
