"""Phone numbers and e-mail addresses as people write them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenggat.registry.contacts import email, library_mobile, mobile

SITI = "+6285712345678"


@pytest.mark.parametrize(
    "text",
    ["085712345678", "6285712345678", "+6285712345678", "85712345678", "0857-1234-5678", "+62 857 1234 5678",
     "62 857.1234.5678", "(0857) 12345678"],
)  # fmt: skip
def test_the_usual_spellings_of_a_mobile_number_say_the_same(text: str) -> None:
    assert mobile(text, region="ID") == SITI


def test_a_short_mobile_number_without_its_plus_is_no_fixed_line() -> None:
    assert mobile("62857123456", region="ID") == "+62857123456"


@pytest.mark.parametrize("text", ["", "12", "0211234567", "+62211234567", "08", "nol delapan", "9" * 50, "08041234567"])
def test_what_is_no_mobile_number_is_none(text: str) -> None:
    assert mobile(text, region="ID") is None


def test_a_foreign_mobile_number_stays_foreign() -> None:
    assert mobile("+60123456789", region="ID") == "+60123456789"


PLAIN = st.from_regex(r"(\+?62|0)?8?[0-9]{6,13}", fullmatch=True)


@settings(max_examples=600)
@given(PLAIN)
@example("0812345678")
@example("08123456789012")
@example("+62812345678901")
@example("62062812345678")
def test_the_short_way_agrees_with_the_library(text: str) -> None:
    assert mobile(text, region="ID") == library_mobile(text, region="ID")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Siti.A+1@Contoh.CO.ID", "Siti.A+1@contoh.co.id"),
        ("a@b.id", "a@b.id"),
        ("siti", None),
        ("siti@", None),
        ("siti@localhost", None),
        ("si ti@contoh.id", None),
        ("siti@contoh..id", None),
        (".siti@contoh.id", None),
        ("siti.@contoh.id", None),
        ("siti@-contoh.id", None),
        ("siti@contoh.id\nBcc: x@y.id", None),
        ("s" * 65 + "@contoh.id", None),
        ("a@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + "." + "e" * 63 + ".verylong", None),
    ],
)
def test_an_address_is_one_or_none(text: str, expected: str | None) -> None:
    assert email(text) == expected
