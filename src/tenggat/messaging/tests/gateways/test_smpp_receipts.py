"""What SMSCs call a receipt, and what comes of anything else."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenggat.messaging.gateways import Fate, Receipt
from tenggat.messaging.gateways.smpp.receipts import canonical, read

USUAL = (
    b"id:0123456789 sub:001 dlvrd:001 submit date:2010240300 done date:2010240301 stat:DELIVRD err:000 text:Beli pel"
)


class Tlv(NamedTuple):
    tag: int
    value: bytes


def told(text: bytes = b"", *optionals: Tlv, esm_class: int = 4, source: str = "628120000007", **more: Any) -> Receipt:
    found = read(
        esm_class=esm_class, source=source, text=text, optionals=optionals, **{"ids": "text", "zone": "", **more}
    )
    assert found is not None
    return found


def test_the_text_of_the_standard() -> None:
    receipt = told(USUAL, zone="Asia/Jakarta")
    assert receipt.gateway_id == "0123456789"
    assert (receipt.fate, receipt.code, receipt.to) == (Fate.DELIVERED, "DELIVRD:000", "+628120000007")
    assert receipt.at == datetime(2020, 10, 23, 20, 1, tzinfo=UTC)
    assert receipt.submitted == datetime(2020, 10, 23, 20, 0, tzinfo=UTC)
    assert told(USUAL).submitted is None  # no zone, no moment


@pytest.mark.parametrize(
    ("text", "fate", "code"),
    [
        (b"id:7 stat:UNDELIV err:0A1", Fate.FAILED, "UNDELIV:0A1"),
        (b"ID:7 STAT:expired", Fate.FAILED, "EXPIRED"),
        (b"id:7 stat:REJECTD err: text:", Fate.FAILED, "REJECTD"),
        (b"id:7 stat:DELETED", Fate.FAILED, "DELETED"),
        (b"id: 7   stat: DELIVRD", Fate.DELIVERED, "DELIVRD"),
        (b"id:7 stat:ACCEPTD err:000", Fate.UNDERWAY, "ACCEPTD:000"),
        (b"id:7 stat:UNKNOWN", Fate.UNDERWAY, "UNKNOWN"),
        (b"id:7 stat:WHATEVER", Fate.UNDERWAY, "WHATEVER"),
        (b"id:7 stat:+628120000007 err:628120000007", Fate.UNDERWAY, ""),
        (b"id:7 err:001 text:stat:DELIVRD", Fate.UNDERWAY, "001"),
        (b"id:7 stat:UNDELIV stat:DELIVRD", Fate.FAILED, "UNDELIV"),
    ],
)
def test_what_smscs_make_of_it(text: bytes, fate: Fate, code: str) -> None:
    receipt = told(text)
    assert (receipt.gateway_id, receipt.fate, receipt.code) == ("7", fate, code)


def test_the_optional_parameters_come_before_the_text() -> None:
    found = told(USUAL, Tlv(0x1E, b"abc-9\0"), Tlv(0x0427, b"\x05"), Tlv(0x0204, b"\x12\x34"))
    assert (found.gateway_id, found.fate, found.mark) == ("abc-9", Fate.FAILED, 0x1234)


@pytest.mark.parametrize(
    ("state", "fate"), [(1, "underway"), (2, "delivered"), (3, "failed"), (8, "failed"), (77, "underway")]
)
def test_the_states_of_the_standard(state: int, fate: str) -> None:
    assert told(b"", Tlv(0x1E, b"9"), Tlv(0x0427, bytes([state]))).fate == fate


def test_an_intermediate_notice_decides_nothing() -> None:
    assert told(USUAL, esm_class=0x20).fate is Fate.UNDERWAY


@pytest.mark.parametrize("esm_class", [0, 0x08, 0x10, 0x40])
def test_what_a_person_writes_to_us_is_no_receipt(esm_class: int) -> None:
    assert read(esm_class=esm_class, source="628120000007", text=USUAL, optionals=(), ids="text", zone="") is None


@pytest.mark.parametrize("text", [b"", b"stat:DELIVRD", b"id: stat:DELIVRD", b"\xff\x00id", b"id:\xe9 stat:DELIVRD"])
def test_what_names_no_message_is_passed_over(text: bytes) -> None:
    found = read(esm_class=4, source="x", text=text, optionals=(), ids="text", zone="")
    assert found is None or found.gateway_id == "stat"


@pytest.mark.parametrize("date", [b"2013990000", b"20102403", b"0000000000", b"201024030199", b"aaaaaaaaaa"])
def test_a_date_that_is_none_is_left_out(date: bytes) -> None:
    assert told(b"id:7 done date:%b stat:DELIVRD" % date, zone="Asia/Jakarta").at is None


@pytest.mark.parametrize(
    ("name", "ids", "expected"),
    [
        ("FF", "hex", "255"),
        ("0255", "decimal", "255"),
        ("0255", "text", "0255"),
        ("x1", "decimal", "x1"),
        ("", "hex", ""),
    ],
)
def test_ids_are_compared_as_numbers_where_they_are_numbers(name: str, ids: Any, expected: str) -> None:
    assert canonical(name, ids) == expected


@settings(max_examples=60, deadline=None)
@given(
    esm_class=st.integers(0, 255),
    source=st.text(max_size=21),
    text=st.binary(max_size=254)
    | st.builds(lambda a, b, c: a + USUAL[:b] + c, st.binary(max_size=9), st.integers(0, 99), st.binary(max_size=30)),
    optionals=st.lists(
        st.builds(Tlv, st.sampled_from([0x1E, 0x0427, 0x0204, 0x0424]), st.binary(max_size=70)), max_size=4
    ),
    ids=st.sampled_from(["text", "hex", "decimal"]),
    zone=st.sampled_from(["", "Asia/Jakarta"]),
)
def test_nothing_that_comes_can_break_it(
    *, esm_class: int, source: str, text: bytes, optionals: list[Tlv], ids: Any, zone: str
) -> None:
    found = read(esm_class=esm_class, source=source, text=text, optionals=optionals, ids=ids, zone=zone)
    if found is not None:
        assert found.gateway_id
        assert len(found.gateway_id) <= 80
        assert len(found.code) <= 16
        assert found.reference == ""
