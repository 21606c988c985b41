"""The page for people: plain Indonesian, whatever the case, and never more than one sheet."""

from typing import Any

import pytest

from tenggat.evidence import letter, telling, words
from tests.pdf import needs_pango, pages

Case = dict[str, Any]
ANNOUNCED = "2020-10-02T05:00:00+00:00"
AT = "2020-10-31T17:00:00+00:00"
REVOKED = "2020-10-31T19:30:00+00:00"


def case(*, purchases: int = 0, state: str | None = "revoked", **more: Any) -> Case:
    """A case with dull defaults, as evidence/file.py makes it."""
    late = [
        event("purchase_late", AT, {"source": "toko", "reference": f"R-{at}", "course": "EXCEL", "price": 400_000})
        for at in range(purchases)
    ]
    accepted = event("accepted", ANNOUNCED, {"deadline_at": AT, "deadline_version": 1})
    participation = {
        "wave": 10, "state": state, "announced_at": ANNOUNCED, "accepted_at": ANNOUNCED, "deadline_at": AT,
        "deadline_version": 1, "first_purchase_at": "2020-10-20T03:00:00+00:00", "held_until": None,
        "ended_at": REVOKED, "run": 5, "balance": 0,
    }  # fmt: skip
    return {
        "written_at": "2020-11-01T02:00:00+00:00",
        "programme": {"name": "prakerja", "title": "Kartu Prakerja", "currency": "IDR", "time_zone": "Asia/Jakarta"},
        "person": {"person_id": "11aa0000", "name": "S*** A***", "nik": "***0012", "blacklisted": True},
        "state": state,
        "participations": [participation] if state else [],
        "rule": {
            "clock_starts": "announcement", "starts_on": "2020-10-02", "days": 30, "counting": "inclusive",
            "until": "23:59", "reference": "Permenko 11/2020 art. 20(2)", "digest_today": "0", "same_file": True,
        },
        "events": [accepted, *late, event("revoked", AT, {"run": 5, "returned": 3_550_000}, REVOKED)],
        "messages": [], "holds": [], "purchases": [], "blacklist": [], "acts": [], "journal": [],
        "run": {
            "run": 5, "opened_at": REVOKED, "cutoff_at": "2020-10-31T17:30:00+00:00", "expected": 9123,
            "watermarks": {"toko": "2020-10-31T18:00:00+00:00"}, "brake": [], "approvals": [],
        },
        "money": [
            {"wave": 10, "kind": "committed", "amount": 3_550_000},
            {"wave": 10, "kind": "returned", "amount": -3_550_000},
        ],
        "seals": [{"seal": 12, "sealed_at": AT, "digest": "ab" * 32}],
        **more,
    }  # fmt: skip


def event(kind: str, at: str, details: dict[str, Any], recorded_at: str = "") -> dict[str, Any]:
    return {"kind": kind, "wave": 10, "occurred_at": at, "recorded_at": recorded_at or at, "details": details}


def test_dates_and_amounts_are_those_of_indonesia() -> None:
    assert words.moment(AT, "Asia/Jakarta") == "1 November 2020 pukul 00.00 WIB"
    assert words.last_minute(AT, "Asia/Jakarta") == "31 Oktober 2020 pukul 23.59 WIB"
    assert words.last_minute(AT, "Asia/Jayapura") == "1 November 2020 pukul 01.59 WIT"
    assert words.moment("2020-10-31T16:59:59+00:00", "Asia/Jakarta") == "31 Oktober 2020 pukul 23.59.59 WIB"
    assert words.money(3_550_000, "IDR") == "Rp 3.550.000"


def test_the_page_says_what_was_decided_by_when_and_why() -> None:
    page = letter.html(case(), 18)
    for told in (
        "Kepesertaan dicabut",
        "Sampai batas waktu gelombang 10, 31 Oktober 2020 pukul 23.59 WIB, tidak ada pembelian",
        "Pelatihan pertama harus dibeli dalam 30 hari.",
        "Hari pengumuman, 2 Oktober 2020, dihitung sebagai hari pertama; hari terakhir sampai pukul 23.59.",
        "Permenko 11/2020 art. 20(2)",
        "Kepesertaan dicabut dalam pelaksanaan nomor 5; Rp 3.550.000 kembali ke anggaran",
        "1 November 2020 pukul 02.30 WIB",
        "toko sampai 1 November 2020 pukul 01.00 WIB",
        "sampai segel nomor 12",
    ):
        assert told in page


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("revoked", "Kepesertaan dicabut"),
        ("bought", "Kepesertaan tidak dicabut"),
        ("completed", "Kepesertaan tidak dicabut"),
        ("accepted", "Kepesertaan tidak dicabut"),
        ("withdrawn", "Kepesertaan berakhir: mengundurkan diri"),
        ("void", "Kepesertaan berakhir: dinyatakan tidak berlaku"),
        (None, "Tidak pernah menjadi penerima"),
    ],
)
def test_every_state_has_its_title(state: str | None, title: str) -> None:
    found = case(state=state, rule=None if state is None else case()["rule"])
    assert telling.headline(found)[1] == title
    assert title in letter.html(found, 18)


def test_what_somebody_wrote_is_shown_and_never_run() -> None:
    evil = case(events=[event("blacklisted", AT, {"reason": "<script src=//x></script><img src=http://x>"})])
    page = letter.html(evil, 18)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script" in page


def test_a_long_story_keeps_how_it_began_and_ended() -> None:
    kept, left_out = telling.shortened(telling.lines(case(purchases=60)), 11)
    assert (len(kept), left_out) == (11, 52)
    assert kept[0].what in {"Diterima di gelombang 10", "Gelombang 10 diumumkan"}
    assert kept[-1].ends
    held = [event("held", AT, {"reason": "unknown_course", "reference": f"toko/{at}"}) for at in range(50)]
    assert len(telling.shortened(telling.lines(case(events=[*held, *case()["events"]])), 0)[0]) == 10


@needs_pango
@pytest.mark.parametrize("purchases", [0, 3, 60])
def test_the_pdf_is_one_page(purchases: int) -> None:
    assert pages(letter.pdf(case(purchases=purchases))) == 1
