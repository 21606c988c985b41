"""A catalogue of invented courses."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

_TOPICS = (
    "Bahasa Inggris untuk Melayani Tamu",
    "Menjual di Toko Daring",
    "Membuat Laporan dengan Lembar Kerja",
    "Memotret Produk dengan Ponsel",
    "Meracik Kopi untuk Kedai",
    "Merawat Sepeda Motor Matik",
    "Menjahit Masker dan Pakaian",
    "Mengelola Keuangan Warung",
    "Dasar Desain Grafis",
    "Menulis Surat Lamaran",
    "Merawat Pendingin Ruangan",
    "Membuat Kue Kering",
    "Dasar Pemrograman Web",
    "Mengasuh Anak Usia Dini",
    "Bertani di Lahan Sempit",
)
_LEVELS = ("Pengantar", "Dasar", "Lanjutan", "Lengkap")
_INSTITUTIONS = ("Balai Contoh", "Sekolah Maya Contoh", "Akademi Rekaan", "Kursus Umpama", "Pusat Belajar Misal")

CHEAPEST, DEAREST = 90_000, 1_000_000
"""Rupiah; the training balance of 2020 was 1,000,000."""


@dataclass(frozen=True, slots=True)
class Course:
    """A line of the catalogue; `price` is in whole rupiah."""

    code: str
    title: str
    institution: str
    price: int


def catalogue() -> list[Course]:
    """Give sixty courses, from the cheapest to the dearest price in equal steps of a thousand or so."""
    pairs = list(product(_LEVELS, _TOPICS))
    last = len(pairs) - 1
    return [
        Course(
            f"PLT-{at + 1:03}",
            f"{topic}: {level}",
            _INSTITUTIONS[at % len(_INSTITUTIONS)],
            CHEAPEST + (DEAREST - CHEAPEST) * at // last // 1000 * 1000,
        )
        for at, (level, topic) in enumerate(pairs)
    ]


def write_catalogue(path: Path) -> None:
    """Write the catalogue as a file for `import_courses`."""
    lines = [f"{course.code},{course.title},{course.institution},{course.price}\n" for course in catalogue()]
    path.write_text("code,title,institution,price\n" + "".join(lines), "utf-8")
