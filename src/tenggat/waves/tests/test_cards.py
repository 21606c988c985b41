"""Card numbers and fingerprints that are made by the hundred thousand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from tenggat.foundation.keys import derive
from tenggat.waves import cards
from tenggat.waves.fingerprints import fingerprints

DIGITS = st.text("0123456789", min_size=1, max_size=40)


@given(DIGITS)
def test_the_check_digit_is_that_of_the_standard(payload: str) -> None:
    number = cards.with_check_digit(payload)
    assert number[:-1] == payload
    assert luhn.is_valid(number)


@pytest.mark.parametrize(("prefix", "length"), [("9", 16), ("", 8), ("77", 9), ("12345", 19)])
def test_numbers_have_the_prefix_and_length_of_the_programme(prefix: str, length: int) -> None:
    for number in cards.draw_many(200, prefix=prefix, length=length):
        assert number.startswith(prefix)
        assert len(number) == length
        assert cards.is_valid(number)


@given(st.sampled_from(["nik", "kk", "card"]), st.lists(DIGITS, max_size=5))
def test_fingerprints_by_the_hundred_are_those_of_the_keys(kind: str, numbers: list[str]) -> None:
    keys = derive(1)
    assert fingerprints(keys, kind, numbers) == [keys.fingerprint(kind, number).bytes for number in numbers]
