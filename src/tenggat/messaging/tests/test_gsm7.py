"""The splitter of SMS: nothing is lost, everything fits, no pair is torn, and no segment is one too many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenggat.messaging.gsm7 import BASIC, EXTENDED, length, outside, split

PLAIN = st.text(st.sampled_from(sorted(BASIC)), max_size=500)
MIXED = st.text(st.sampled_from(sorted(EXTENDED) + list("abcdefgh")), max_size=500)
ANY = st.text(st.one_of(st.sampled_from("aé🙂王"), st.characters(exclude_categories=["Cs"])), max_size=250)


def sizes(text: str, alphabet: str) -> list[int]:
    """By the standard's words: an escape and a letter, or the units of UTF-16."""
    if alphabet == "gsm7":
        return [2 if letter in "^{}\\[~]|€\f" else 1 for letter in text]
    return [len(letter.encode("utf-16-be")) // 2 for letter in text]


def fewest(text: str, alphabet: str) -> int:
    """Count by trying every border, from the end: what is cheapest behind each place."""
    alone, each = (160, 153) if alphabet == "gsm7" else (70, 67)
    size = sizes(text, alphabet)
    if sum(size) <= alone:
        return 1
    best = [0] * (len(text) + 1)
    for start in range(len(text) - 1, -1, -1):
        room, end, found = each, start, len(text) + 1
        while end < len(text) and size[end] <= room:
            room, end = room - size[end], end + 1
            found = min(found, 1 + best[end])
        best[start] = found
    return best[0]


@given(st.one_of(PLAIN, MIXED, ANY))
def test_the_segments_are_the_text_and_each_fits_and_none_is_too_many(text: str) -> None:
    sms = split(text)
    alone, each = (160, 153) if sms.alphabet == "gsm7" else (70, 67)
    assert "".join(sms.segments) == text
    most = alone if len(sms.segments) == 1 else each
    assert all(sum(sizes(segment, sms.alphabet)) <= most for segment in sms.segments)
    assert len(sms.segments) == fewest(text, sms.alphabet)
    assert length(text) == sum(sizes(text, sms.alphabet))
    assert (sms.alphabet == "gsm7") == (not outside(text))


@given(ANY)
def test_each_segment_can_be_written_by_itself(text: str) -> None:
    """A torn pair could not: half of it is no character."""
    sms = split(text)
    written = b"".join(segment.encode("utf-16-be") for segment in sms.segments)
    assert written.decode("utf-16-be") == text


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", [0]),
        ("a" * 160, [160]),
        ("a" * 161, [153, 8]),
        ("a" * 306, [153, 153]),
        ("a" * 307, [153, 153, 1]),
        ("€" * 80, [80]),
        ("€" * 81, [76, 5]),  # 153 is odd: the last septet of a segment stays empty
        ("a" * 152 + "€" + "a" * 8, [152, 9]),  # an escape never stands alone at the end
        ("王" * 70, [70]),
        ("王" * 71, [67, 4]),
        ("🙂" * 35, [35]),
        ("🙂" * 36, [33, 3]),  # 67 is odd: no pair is torn
        ("a" * 66 + "🙂" + "a" * 4, [66, 5]),
    ],
)
def test_borders(text: str, segments: list[int]) -> None:
    assert [len(segment) for segment in split(text).segments] == segments


def test_what_the_alphabet_lacks_is_named_once() -> None:
    assert outside("naïve 王王 €[]") == ["ï", "王"]
    assert not split("naïve").plain
    assert split("[nave]").plain
    assert not split("a" * 161).plain


def test_the_alphabet_has_127_characters_beside_the_escape() -> None:
    assert len(BASIC) == 127
    assert len(EXTENDED) == 10
