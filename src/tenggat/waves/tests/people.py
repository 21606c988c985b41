"""People, files and waves for tests: plain functions with dull defaults and fixed moments."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import derive
from tenggat.rules.programme import Programme, load
from tenggat.waves.actions import open_wave
from tenggat.waves.applicants import COLUMNS
from tenggat.waves.importing import Imported, import_participants
from tenggat.waves.models import Wave

KEYS = derive(1)
OFFICER = Actor("officer", "test")
OPENED = datetime(2020, 9, 26, 3, 0, tzinfo=UTC)
ACCEPTED = datetime(2020, 10, 1, 3, 0, tzinfo=UTC)
ANNOUNCED = datetime(2020, 10, 2, 5, 0, tzinfo=UTC)
BORN = date(1990, 1, 2)


def prakerja() -> Programme:
    return load("prakerja")


def nik(serial: int = 1, *, place: str = "317101", born: date = BORN) -> str:
    return f"{place}{born:%d%m%y}{serial:04d}"


def kk(serial: int = 1) -> str:
    return f"317101{serial:010d}"


def person(serial: int = 1, **cells: str) -> dict[str, str]:
    """The cells of a row; each serial is another person in a household of their own."""
    usual = {
        "nik": nik(serial),
        "kk": kk(serial),
        "name": f"Peserta {serial}",
        "birth_date": BORN.isoformat(),
        "phone": f"0812{serial:07d}",
        "email": f"peserta{serial}@contoh.id",
        "province": "31",
    }
    return usual | cells


def people_file(folder: Path, *people: dict[str, str], name: str = "people.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(people)
    return path


def wave(number: int = 9, *, quota: int = 100) -> Wave:
    return open_wave(number=number, quota=quota, now=OPENED, actor=OFFICER)


def taken_in(path: Path, *, wave: int = 9, **options: Any) -> Imported:
    usual = {"programme": prakerja(), "keys": KEYS, "now": ACCEPTED, "actor": OFFICER}
    return import_participants(path=path, wave=wave, **(usual | options))


def reasons(outcome: Imported) -> list[tuple[int, str]]:
    """Line and reason of each refused row."""
    if outcome.refused_file is None:
        return []
    with outcome.refused_file.open(encoding="utf-8", newline="") as file:
        return [(int(row["line"]), row["reason"]) for row in csv.DictReader(file)]
