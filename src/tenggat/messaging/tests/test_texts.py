"""What a message says, and that it fits into one plain SMS whoever it goes to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenggat.messaging import texts
from tenggat.messaging.texts import Reader, TemplateUnusable, last_minute, render, short_name, template

DEADLINE = datetime(2020, 10, 31, 17, tzinfo=UTC)
STEPS = sorted(file.stem for file in (Path(texts.__file__).parent / "templates" / "id").glob("*.txt"))
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


def reader(name: str = "Siti Aminah", zone: str = "Asia/Jakarta", language: str = "id") -> Reader:
    return Reader("Kartu Prakerja", language, "Asia/Jakarta", name, zone)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("step", STEPS)
def test_every_template_can_be_sent(step: str, language: str) -> None:
    assert "{name}" in template(step, language, "Kartu Prakerja")


def test_the_reminder_says_what_to_do_by_when_and_what_happens_then() -> None:
    assert render("h-7", reader(), deadline_at=DEADLINE) == (
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
    text = render(step, reader(name, zone), deadline_at=DEADLINE)
    assert len(text) <= texts.SEGMENT
    assert set(text) <= texts._GSM7


def test_a_long_name_is_cut_at_a_word() -> None:
    assert short_name("Muhammad Rizky Ramadhan Putra") == "Muhammad Rizky"
    assert short_name("Muhammad") == "Muhammad"
    assert short_name("A" * 40) == "A" * texts.LONGEST_NAME


def test_a_missing_template_is_refused_in_words() -> None:
    with pytest.raises(TemplateUnusable, match="There is no text for the step h-99"):
        template("h-99", "id", "Kartu Prakerja")


def test_a_title_too_long_for_the_text_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(TemplateUnusable, match="an SMS has 160"):
        template("h-7", "id", "Program Pelatihan Nasional")
