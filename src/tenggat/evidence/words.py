"""How a case is told in Indonesian: dates, amounts, and a plain word for each code."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
STATES = {
    "accepted": "penerima, belum membeli pelatihan pertama",
    "bought": "sudah membeli pelatihan pertama",
    "completed": "pelatihan pertama selesai",
    "revoked": "dicabut",
    "withdrawn": "mengundurkan diri",
    "void": "dinyatakan tidak berlaku",
}
STEPS = {
    "accepted": "Pemberitahuan penerimaan",
    "last-day": "Pengingat hari terakhir",
    "revoked": "Pemberitahuan pencabutan",
    "reinstated": "Pemberitahuan pemulihan",
    "otp": "Kode masuk",
    "answer": "Pemberitahuan jawaban",
    "contact": "Pemberitahuan perubahan kontak",
}
OUTCOMES = {
    "planned": "menunggu dikirim",
    "sending": "sedang dikirim",
    "accepted": "diterima penyedia pesan",
    "rejected": "ditolak penyedia pesan",
    "unknown": "hasilnya tidak diketahui",
    "cancelled": "dibatalkan sebelum dikirim",
    "expired": "tidak sempat dikirim",
}
CHANNELS = {"sms": "SMS", "email": "surel"}
HOLDS = {
    "unknown_course": "pembelian {reference} menunggu kejelasan: pelatihannya belum ada di katalog",
    "over_balance": "pembelian {reference} menunggu kejelasan: saldonya tidak cukup",
    "cancel_told_late": "pembatalan {reference} baru dilaporkan setelah batas waktu",
    "quarantined": "data orang ini sedang diperiksa ({reference})",
    "decision": "keputusan petugas nomor {reference}",
}
MONEY = {"committed": "disediakan", "spent": "dibelanjakan", "paid": "dibayarkan", "returned": "dikembalikan"}


def number(value: int) -> str:
    """3.550.000"""
    return f"{value:,}".replace(",", ".")


def money(value: int, currency: str) -> str:
    """Rp 3.550.000; other currencies by their code."""
    return f"{'Rp' if currency == 'IDR' else currency} {number(value)}"


def moment(text: str | None, zone: str) -> str:
    """31 Oktober 2020 pukul 23.59 WIB, of an ISO 8601 instant; a dash where there is none."""
    if text is None:
        return "–"
    local = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    seconds = f".{local:%S}" if local.second else ""
    return f"{day(local)} pukul {local:%H.%M}{seconds} {local:%Z}"


def last_minute(text: str | None, zone: str) -> str:
    """The last minute before a deadline, which is the first instant that is too late."""
    if text is None:
        return "–"
    return moment((datetime.fromisoformat(text) - timedelta(minutes=1)).isoformat(), zone)


def day(local: Any) -> str:
    """31 Oktober 2020, of a date or a local moment."""
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def step(name: str) -> str:
    """A step of the programme: "h-7" is a reminder, seven days before the last day."""
    return STEPS.get(name) or (f"Pengingat {name.upper()}" if name.startswith("h-") else f"Pesan {name}")
