"""Texts as octets: the alphabet of 3GPP TS 23.038, and one segment at most."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenggat.messaging.gateways import Outcome
from tenggat.messaging.gateways.smpp.alphabet import Unsendable, encode
from tenggat.messaging.gateways.smpp.session import validity
from tenggat.messaging.gateways.smpp.statuses import meaning


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("@£$¥", b"\0\1\2\3"),
        ("Beli 1", b"Beli 1"),
        ("_ §", b"\x11\x20\x5f"),
        ("¡ÄÖÑÜ¿äöñüà", b"\x40\x5b\x5c\x5d\x5e\x60\x7b\x7c\x7d\x7e\x7f"),
        ("ΔΦΓΛΩΠΨΣΘΞ", b"\x10\x12\x13\x14\x15\x16\x17\x18\x19\x1a"),
        ("€[]{}\\~^|\f", b"\x1b\x65\x1b\x3c\x1b\x3e\x1b\x28\x1b\x29\x1b\x2f\x1b\x3d\x1b\x14\x1b\x40\x1b\x0a"),
    ],
)
def test_letters_of_the_default_alphabet(text: str, octets: bytes) -> None:
    assert encode(text, "gsm7") == octets


@pytest.mark.parametrize(
    ("alphabet", "text"), [("gsm7", "a" * 160), ("gsm7", "€" * 80), ("latin-1", "é" * 140), ("ucs2", "ż" * 70)]
)
def test_a_segment_is_full_with_so_many_letters(alphabet: str, text: str) -> None:
    encode(text, alphabet)  # type: ignore[arg-type]
    with pytest.raises(Unsendable) as refused:
        encode(text + text[0], alphabet)  # type: ignore[arg-type]
    assert refused.value.code == "too_long"


@pytest.mark.parametrize(
    ("alphabet", "text"), [("gsm7", "ż"), ("gsm7", "\x1b"), ("latin-1", "€"), ("ucs2", "\ud800"), ("gsm7", "\ud800")]
)
def test_what_the_alphabet_does_not_have_is_said(alphabet: str, text: str) -> None:
    with pytest.raises(Unsendable) as refused:
        encode(text, alphabet)  # type: ignore[arg-type]
    assert refused.value.code == "alphabet"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=170), st.sampled_from(["gsm7", "latin-1", "ucs2"]))
def test_any_text_becomes_one_segment_or_is_refused(text: str, alphabet: str) -> None:
    try:
        octets = encode(text, alphabet)  # type: ignore[arg-type]
    except Unsendable:
        return
    assert len(octets) <= 160


@pytest.mark.parametrize(
    ("status", "name", "outcome"),
    [
        (0x58, "RTHROTTLED", Outcome.BUSY),
        (0x14, "RMSGQFUL", Outcome.BUSY),
        (0x08, "RSYSERR", Outcome.BUSY),
        (0x64, "RX_T_APPN", Outcome.BUSY),
        (0x0B, "RINVDSTADR", Outcome.REJECTED),
        (0x01, "RINVMSGLEN", Outcome.REJECTED),
        (0xFF, "RUNKNOWNERR", Outcome.UNKNOWN),
        (0x0400, "0x00000400", Outcome.BUSY),
    ],
)
def test_what_a_status_means(status: int, name: str, outcome: Outcome) -> None:
    assert meaning(status, {}) == (name, outcome)


def test_an_smsc_may_mean_something_of_its_own() -> None:
    assert meaning(0x0400, {0x0400: Outcome.REJECTED}) == ("0x00000400", Outcome.REJECTED)


def test_a_moment_is_written_in_utc_and_never_rounded_up() -> None:
    wib = timezone(timedelta(hours=7))
    assert validity(datetime(2020, 10, 31, 23, 59, 59, 999999, wib)) == "201031165959000+"
    assert validity(datetime(2020, 1, 2, tzinfo=UTC)) == "200102000000000+"
    assert validity(None) == ""
