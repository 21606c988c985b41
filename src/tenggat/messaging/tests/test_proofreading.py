"""What may be sent, and what is refused before anything is: every shipped text in every language and zone."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tenggat.messaging import gsm7
from tenggat.messaging.planning import zones_of
from tenggat.messaging.proofreading import check_texts, faults, longest
from tenggat.messaging.texts import LONGEST_NAME, Reader, TemplateUnusable, render, template
from tenggat.rules.deadlines import deadline_at
from tenggat.rules.programme import Step, Variant, load, shipped

PRAKERJA = load("prakerja")
CODE = {"code": "31820466", "minutes": "120"}


def h_3(text: str) -> Step:
    return replace(PRAKERJA.step("h-3"), text=text)


def said_of(text: str, *, domain: str = "prakerja.go.id") -> list[str]:
    return faults(replace(PRAKERJA, domain=domain), h_3(text))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", shipped())
def test_every_shipped_text_can_be_sent_in_every_language(name: str, language: str) -> None:
    programme = load(name)
    check_texts(programme)
    for step in programme.steps:
        assert faults(programme, step, language=language) == []


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("step", [step.name for step in PRAKERJA.steps])
def test_every_shipped_text_is_one_segment_in_every_zone_on_every_day_of_a_year(step: str, language: str) -> None:
    """The proofreader's longest is as long as any: none of a year's deadlines makes a longer text."""
    most = gsm7.length(longest(PRAKERJA, PRAKERJA.step(step), language))
    for zone in zones_of(PRAKERJA):
        reader = Reader(PRAKERJA.title, language, PRAKERJA.time_zone, "W" * LONGEST_NAME, zone)
        for month in range(1, 13):
            for day in (1, 9, 10, 28):
                deadline = deadline_at(PRAKERJA, starts_at=datetime(2021, month, day, 12, tzinfo=PRAKERJA.zone))
                values = CODE if step == "otp" else {}
                text = render(PRAKERJA.step(step), reader, deadline_at=deadline, values=values)
                assert gsm7.split(text).plain
                assert gsm7.length(text) <= most


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("step", [step for step in PRAKERJA.steps if step.by_days], ids=lambda step: step.name)
def test_every_shipped_reminder_names_the_moment_and_where_to_do_it(step: Step, language: str) -> None:
    text = template(step, language)
    assert "{name}" in text
    assert text.count("{deadline}") == 1
    assert any(word in text for word in ("akun", "Sign in", "account"))


def test_in_papua_a_text_names_both_clocks() -> None:
    reader = Reader("Kartu Prakerja", "id", "Asia/Jakarta", "Siti", "Asia/Jayapura")
    deadline = datetime(2020, 11, 1, tzinfo=ZoneInfo("Asia/Jakarta"))
    for step in PRAKERJA.steps:
        if step.by_days:
            assert "1 Nov 2020 pukul 01.59 WIT (23.59 WIB)" in render(step, reader, deadline_at=deadline)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{name} {nik}", "unknown field, {nik}; it may use {title}, {name} and {deadline}."),
        ("{name} {", "a { or } that stands alone"),
        ("{name.__class__} {deadline}", "unknown field"),
        ("{name:>90} {deadline}", "a field with more than its name in it"),
        ("{name!r} {deadline}", "a field with more than its name in it"),
        ("{} {deadline}", "unknown field"),
        ("{code} {deadline}", "unknown field"),
        ("{deadline}" + "x" * 121, "up to 161 characters; an SMS has 160"),
        ("{deadline}" + "x" * 119 + "€", "up to 161 characters"),
        ("{deadline} 🙂", "no plain SMS can carry"),
        ("{deadline}: 0800-150-3001", "looks like a telephone number"),
        ("{deadline}: +62 21 2554 1246", "looks like a telephone number"),
        ("{deadline}: (021) 25541246", "looks like a telephone number"),
        ("{deadline}: 14045", "looks like a telephone number"),
        ("{deadline} di prakerja.vip", "looks like a link (prakerja.vip): only prakerja.go.id"),
        ("{deadline} di prakerja.go.id.evil.com", "looks like a link"),
        ("{deadline} di fakeprakerja.go.id", "looks like a link"),
        ("{deadline} di https://prakerja.go.id@evil.com/x", "looks like a link"),
        ("{deadline} di http://10.0.0.1/x", "looks like a link"),
        ("{deadline} di WWW.EVIL", "looks like a link"),
        ("Beli sampai {deadline}, lalu.Masuk", "looks like a link"),
        ("Beli besok, {deadline}", 'says "besok"'),
        ("Tinggal 3 hari: {deadline}", 'says "Tinggal 3 hari"'),
        ("Two days left: {deadline}", 'says "Two days left"'),
        ("{name}, beli pelatihan.", "does not name the {deadline}"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_before_anything_is(text: str, sentence: str) -> None:
    found = said_of(text)
    assert any(sentence in fault for fault in found), found
    with pytest.raises(TemplateUnusable) as refused:
        check_texts(replace(PRAKERJA, steps=(h_3(text),)))
    assert refused.value.message.startswith("The text of h-3")


@pytest.mark.parametrize(
    "text",
    [
        "{name}: {deadline}. Masuk di prakerja.go.id.",
        "{name}: {deadline}. Masuk di https://dashboard.prakerja.go.id/masuk",
        "Saldo Rp 3.550.000 sampai {deadline}.",
        "Program 2020, {deadline}.",
        "{deadline}" + "x" * 120,
        "{deadline}" + "x" * 118 + "€",
    ],
)
def test_what_is_harmless_is_taken(text: str) -> None:
    assert said_of(text) == []


def test_without_a_domain_no_link_is_taken() -> None:
    assert "without a domain in [programme]" in said_of("{deadline} di prakerja.go.id", domain="")[0]


def test_each_variant_is_read_and_named() -> None:
    variants = (Variant("calm", 50), Variant("brisk", 50, "{name} besok"))
    found = faults(PRAKERJA, replace(PRAKERJA.step("h-3"), variants=variants))
    assert len(found) == 1
    assert found[0].startswith("The text of h-3 (variant brisk) says")


def test_the_first_of_several_faults_is_told_and_how_many_there_are() -> None:
    steps = tuple(replace(step, text="{nik}") for step in PRAKERJA.steps)
    with pytest.raises(TemplateUnusable, match=r"The text of accepted .*\(8 in all\): tenggat texts check"):
        check_texts(replace(PRAKERJA, steps=steps))


def test_a_code_and_an_answer_have_fields_of_their_own() -> None:
    def said(name: str, text: str) -> list[str]:
        return faults(PRAKERJA, replace(PRAKERJA.step(name), text=text))

    assert said("otp", "{code} {minutes} {title} {name}") == []
    assert "it may use {title}, {name}, {code} and {minutes}." in said("otp", "{deadline}")[0]
    assert "it may use {title} and {name}." in said("answer", "{code}")[0]


def test_a_step_without_words_is_a_fault() -> None:
    [fault] = faults(PRAKERJA, replace(PRAKERJA.step("h-3"), name="h-5"))
    assert fault.startswith("The step h-5 has no text")
