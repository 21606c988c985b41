"""What a message says, and that it fits into one plain SMS whoever it goes to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenggat.messaging import texts
from tenggat.messaging.gsm7 import split
from tenggat.messaging.texts import Reader, TemplateUnusable, last_minute, render, short_name, template
from tenggat.rules.programme import Variant, load

DEADLINE = datetime(2020, 10, 31, 17, tzinfo=UTC)
PRAKERJA = load("prakerja")
STEPS = [step.name for step in PRAKERJA.steps]
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


def reader(name: str = "Siti Aminah", zone: str = "Asia/Jakarta", language: str = "id") -> Reader:
    return Reader("Kartu Prakerja", language, "Asia/Jakarta", name, zone)


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
    when = last_minute(DEADLINE, language="id", zone=zone, programme_zone="Asia/Jakarta")
    values = {"code": "12345678", "minutes": "120", "what": "nomor HP", "when": when}
    assert split(render(PRAKERJA.step(step), reader(name, zone), deadline_at=DEADLINE, values=values)).plain


def test_a_long_name_is_cut_at_a_word() -> None:
    assert short_name("Muhammad Rizky Ramadhan Putra") == "Muhammad Rizky"
    assert short_name("Muhammad") == "Muhammad"
    assert short_name("A" * 40) == "A" * texts.LONGEST_NAME


def test_letters_that_no_sms_carries_lose_their_accent() -> None:
    assert short_name("Añó Đặng 王") == "Año ?ang ?"


def test_a_step_without_a_text_is_refused_in_words() -> None:
    with pytest.raises(TemplateUnusable, match="The step h-5 has no text"):
        template(replace(PRAKERJA.step("h-7"), name="h-5"), "id")


def test_a_step_may_bring_its_own_text() -> None:
    step = replace(PRAKERJA.step("h-7"), name="h-3", text="{name}, masih ada waktu: {deadline}.")
    said = "Siti Aminah, masih ada waktu: 31 Okt 2020 pukul 23.59 WIB."
    assert render(step, reader(), deadline_at=DEADLINE) == said


def test_a_variant_brings_its_own_text_and_one_that_is_gone_says_what_the_step_says() -> None:
    variants = (Variant("own", 50, "{name}: {deadline}"), Variant("shipped", 50))
    step = replace(PRAKERJA.step("h-7"), variants=variants)
    said = {name: render(step, reader(), deadline_at=DEADLINE, variant=name) for name in ("own", "shipped", "old", "")}
    assert said["own"] == "Siti Aminah: 31 Okt 2020 pukul 23.59 WIB"
    assert said["shipped"] == said["old"] == said[""] == render(PRAKERJA.step("h-7"), reader(), deadline_at=DEADLINE)


def test_a_message_with_a_field_of_its_own_needs_it() -> None:
    otp = PRAKERJA.step("otp")
    said = render(otp, reader(), deadline_at=DEADLINE, values={"code": "318204", "minutes": "5"})
    assert said.startswith("318204 adalah kode masuk Kartu Prakerja Anda, berlaku 5 menit.")
    with pytest.raises(KeyError):
        render(otp, reader(), deadline_at=DEADLINE)
