"""What happened to one person as lines of a letter, in Indonesian, from the document of evidence/file.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenggat.evidence import words

Row = dict[str, Any]

_MOVES = {"accepted", "deadline_set", "deadline_extended", "bought", "held", "revoked", "reinstated", "blacklisted"}
_BEGINNING = 3  # lines that tell how a case began
_SOON = 60  # seconds between a moment and its record that need no mention


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when it happened, what, when it became known if that was later, and whether it may be left out."""

    at: str
    when: str
    what: str
    known: str = ""
    minor: bool = False
    ends: bool = False


def lines(case: Row) -> list[Line]:
    """Everything that happened, oldest first."""
    found = [*_events(case), *_messages(case), *_run(case)]
    if (last := _latest(case)) and last["announced_at"]:
        zone = case["programme"]["time_zone"]
        announced = last["announced_at"]
        found.append(Line(announced, words.moment(announced, zone), f"Gelombang {last['wave']} diumumkan"))
    return sorted(found, key=lambda line: datetime.fromisoformat(line.at))


def shortened(found: list[Line], size: int) -> tuple[list[Line], int]:
    """At most `size` lines (ten at least), and how many were left out: what moved the case is kept first."""
    room = max(0, size - sum(not line.minor for line in found))
    kept = []
    for line in found:
        room -= line.minor
        if not line.minor or room >= 0:
            kept.append(line)
    most = max(size, _BEGINNING + 7)
    if len(kept) > most:  # how it began, and how it ended
        kept = kept[:_BEGINNING] + kept[_BEGINNING - most :]
    return kept, len(found) - len(kept)


def _latest(case: Row) -> Row | None:
    return case["participations"][-1] if case["participations"] else None


def _events(case: Row) -> Iterator[Line]:
    zone = case["programme"]["time_zone"]
    undone = max((n for n, event in enumerate(case["events"]) if event["kind"] == "reinstated"), default=-1)
    for place, event in enumerate(case["events"]):
        # A revocation takes effect when it is done; what else happened counts by when it happened.
        at = event["recorded_at"] if event["kind"] == "revoked" else event["occurred_at"]
        late = (datetime.fromisoformat(event["recorded_at"]) - datetime.fromisoformat(at)).total_seconds()
        known = f"tercatat {words.moment(event['recorded_at'], zone)}" if late > _SOON else ""
        minor, ends = event["kind"] not in _MOVES, event["kind"] == "revoked" and place > undone
        yield Line(at, words.moment(at, zone), _what(event, case), known, minor, ends)


def _what(event: Row, case: Row) -> str:
    zone, details = case["programme"]["time_zone"], event["details"] or {}
    bought = f"{details.get('course')}, {_rupiah(details.get('price'), case)}, melalui {details.get('source')}"
    reference, reason, by = (details.get(name, "") for name in ("reference", "reason", "by"))
    hold = words.HOLDS.get(reason, "{reference}").format(reference=reference)
    returned = details.get("returned")
    back = f"; {_rupiah(returned, case)} kembali ke anggaran" if returned else ""
    deadline = words.last_minute(details.get("deadline_at"), zone)
    decision = f" (keputusan nomor {details['decision']})" if "decision" in details else ""
    told = {
        "accepted": f"Diterima di gelombang {event['wave']}",
        "deadline_set": f"Batas waktu ditetapkan: {deadline}",
        "deadline_extended": f"Batas waktu diperpanjang: {deadline}{decision}",
        "bought": f"Membeli pelatihan pertama: {bought}",
        "purchased": f"Membeli pelatihan lagi: {bought}",
        "purchase_late": f"Membeli setelah batas waktu, tidak dihitung: {bought}",
        "purchase_cancelled": f"Membatalkan pembelian {reference} di {details.get('source')}",
        "held": f"Pencabutan ditahan: {hold}",
        "hold_lifted": "Penahanan berakhir",
        "revoked": f"Kepesertaan dicabut dalam pelaksanaan nomor {details.get('run')}{back}",
        "reinstated": f"Kepesertaan dipulihkan{f' oleh {by}: {reason}' if by else decision}",
        "withdrawn": f"Mengundurkan diri: {reason}",
        "quarantined": f"Data orang ini tidak dapat diproses: {reason}",
        "blacklisted": f"Masuk daftar hitam: {reason}",
        "blacklist_lifted": f"Keluar dari daftar hitam: {reason}",
    }
    return told.get(event["kind"], f"Peristiwa lain: {event['kind']}")


def _rupiah(amount: Any, case: Row) -> str:
    return words.money(amount, case["programme"]["currency"]) if type(amount) is int else "–"


def _messages(case: Row) -> Iterator[Line]:
    zone = case["programme"]["time_zone"]
    for message in case["messages"]:
        at = message["sent_at"] or message["not_before"]
        channel = words.CHANNELS.get(message["channel"], message["channel"])
        outcome = words.OUTCOMES[message["state"]]
        yield Line(at, words.moment(at, zone), f"{words.step(message['step'])} lewat {channel}: {outcome}", minor=True)


def _run(case: Row) -> Iterator[Line]:
    zone, run = case["programme"]["time_zone"], case["run"]
    for approval in run["approvals"] if run else ():
        what = f"Pelaksanaan nomor {run['run']} disetujui oleh {approval['by']}"
        yield Line(approval["at"], words.moment(approval["at"], zone), what)


def headline(case: Row) -> tuple[str, str, str]:
    """The outcome: what it means (ended, done or waiting), in a few words, and in a sentence that says why."""
    last, zone = _latest(case), case["programme"]["time_zone"]
    if last is None:
        return "waiting", "Tidak pernah menjadi penerima", "Orang ini tidak pernah diterima di gelombang mana pun."
    deadline = words.last_minute(last["deadline_at"], zone)
    wave, state = last["wave"], last["state"]
    if state == "revoked":
        return "ended", "Kepesertaan dicabut", (
            f"Sampai batas waktu gelombang {wave}, {deadline}, tidak ada pembelian pelatihan pertama yang berlaku."
        )  # fmt: skip
    if state in ("bought", "completed"):
        return "done", "Kepesertaan tidak dicabut", (
            f"Pelatihan pertama dibeli pada {words.moment(last['first_purchase_at'], zone)}, "
            f"sebelum batas waktu gelombang {wave}, {deadline}."
        )  # fmt: skip
    if state == "accepted":
        held = " Pencabutan sedang ditahan." if last["held_until"] else ""
        until = f"Batas waktunya {deadline}." if last["deadline_at"] else "Gelombangnya belum diumumkan."
        return "waiting", "Kepesertaan tidak dicabut", (
            f"Penerima gelombang {wave} ini belum membeli pelatihan pertama. {until}{held}"
        )  # fmt: skip
    return "ended", f"Kepesertaan berakhir: {words.STATES[state]}", (
        f"Kepesertaan di gelombang {wave} berakhir pada {words.moment(last['ended_at'], zone)}."
    )  # fmt: skip
