"""A small wave of named people, and what happens to them: plain functions with dull defaults and fixed moments.

Wave 10 was announced on 2 October 2020; its last day was 31 October, so 1 November 00:00 WIB is too late.
"""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tenggat.deadlines import engine
from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import derive
from tenggat.rules.programme import load
from tenggat.training.catalogue import import_courses
from tenggat.training.purchases import PurchasesImported, import_purchases
from tenggat.waves.actions import accept, announce_wave, open_wave
from tenggat.waves.importing import import_participants
from tenggat.waves.models import Participation

WIB = ZoneInfo("Asia/Jakarta")
PRAKERJA = load("prakerja")
H7_ALONE = replace(PRAKERJA, steps=(PRAKERJA.step("h-7"), *(step for step in PRAKERJA.steps if not step.by_days)))
"""The programme with one reminder, for tests that follow one message of a person."""
KEYS = derive(7)
OFFICER = Actor("officer", "test")
ANNOUNCED = datetime(2020, 10, 2, 12, tzinfo=WIB)
DEADLINE = datetime(2020, 11, 1, tzinfo=WIB)
SECOND = timedelta(seconds=1)
IN_TIME = datetime(2020, 10, 20, 10, tzinfo=WIB)
NIGHT = datetime(2020, 11, 1, 2, 30, tzinfo=WIB)
SETTLED = NIGHT - timedelta(minutes=5)
AYU, BUDI, CITRA = (f"317101{day:02d}0195{day:04d}" for day in (11, 12, 13))


def wave(*niks: str, number: int = 10, quota: int = 1000, province: str = "31") -> list[UUID]:
    """Open wave, announce it and accept these people; gives their ids."""
    open_wave(number=number, quota=quota, now=ANNOUNCED - timedelta(days=3), actor=OFFICER)
    announce_wave(number=number, at=ANNOUNCED, programme=PRAKERJA, now=ANNOUNCED, actor=OFFICER)
    return [join(nik, number=number, province=province) for nik in niks]


def join(nik: str, *, number: int = 10, province: str = "31", now: datetime = ANNOUNCED) -> UUID:
    """Accept one person, in a household of their own."""
    accepted = accept(
        wave=number,
        nik=nik,
        kk="9" + nik[1:],
        name="Peserta Contoh",
        birth_date="",
        phone="081234567890",
        email="",
        province=province,
        programme=PRAKERJA,
        keys=KEYS,
        now=now,
        actor=OFFICER,
    )
    return accepted.person_id


def crowd(folder: Path, size: int, *, number: int = 10) -> list[str]:
    """Open and announce a wave and import `size` people into it; gives their NIKs."""
    wave(number=number, quota=size)
    niks = [f"317101{1 + serial % 28:02d}0390{serial:04d}" for serial in range(1, size + 1)]
    head = ("nik", "kk", "name", "birth_date", "phone", "email", "province")
    write(folder / "crowd.csv", head, [(nik, "9" + nik[1:], "Peserta", "", "081234567890", "", "31") for nik in niks])
    done = import_participants(
        path=folder / "crowd.csv", wave=number, programme=PRAKERJA, keys=KEYS, now=ANNOUNCED, actor=OFFICER
    )
    assert done.accepted == size
    return niks


def catalogue(folder: Path, price: int = 400_000) -> None:
    """One course, EXCEL."""
    write(folder / "courses.csv", ("code", "title", "institution", "price"), [("EXCEL", "Excel", "Sekolah", price)])
    import_courses(path=folder / "courses.csv", now=ANNOUNCED)


def bought(
    nik: str, at: datetime = IN_TIME, *, ref: str = "", course: str = "EXCEL", price: int = 400_000
) -> tuple[Any, ...]:
    """A row of a feed."""
    return (ref or f"R-{nik[-4:]}", nik, course, price, at.isoformat(), "purchase")


def cancelled(nik: str, at: datetime, *, ref: str = "") -> tuple[Any, ...]:
    """A row of a feed that takes a purchase back."""
    return (ref or f"R-{nik[-4:]}", nik, "", "", at.isoformat(), "cancel")


def feed(
    folder: Path,
    *rows: tuple[Any, ...],
    now: datetime = SETTLED,
    through: datetime | None = None,
    source: str = "toko",
) -> PurchasesImported:
    """Deliver rows of a platform at a moment."""
    path = folder / f"{source}.csv"
    write(path, ("reference", "nik", "course", "price", "occurred_at", "kind"), rows)
    return import_purchases(
        path=path,
        source=source,
        through=through,
        programme=PRAKERJA,
        keys=KEYS,
        now=now,
        actor=Actor("feed", source),
    )


def refusals(folder: Path, source: str = "toko") -> list[str]:
    """The reason codes of the last delivery's refused rows."""
    path = folder / f"{source}.csv.refused.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row["reason"] for row in csv.DictReader(file)]


def night(now: datetime = NIGHT) -> engine.Outcome:
    """One run of the engine."""
    return engine.revoke(programme=PRAKERJA, now=now)


def states() -> list[str]:
    """The states of all participations, in the order of the people's ids as accepted."""
    return list(Participation.objects.order_by("accepted_at", "person_id").values_list("state", flat=True))


def state_of(person: UUID) -> str:
    """Where one person stands."""
    return Participation.objects.get(person_id=person).state


def write(path: Path, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
