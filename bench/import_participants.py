"""Import of accepted people against bare COPY of the same finished rows, sorted by key, into the same tables.

    DATABASE_URL=... python bench/import_participants.py [ROWS]

Works in a database of its own (`test_` and the name of the given one), which it makes and removes.
"""

import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenggat.config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402 -- Django must be set up first

from tenggat.foundation.actors import Actor  # noqa: E402
from tenggat.foundation.keys import derive  # noqa: E402
from tenggat.foundation.tabular import read  # noqa: E402
from tenggat.rules.programme import load  # noqa: E402
from tenggat.waves.actions import open_wave  # noqa: E402
from tenggat.waves.applicants import COLUMNS, terms  # noqa: E402
from tenggat.waves.chunks import Job  # noqa: E402
from tenggat.waves.finishing import chunks  # noqa: E402
from tenggat.waves.importing import import_participants  # noqa: E402

NOW = datetime(2020, 10, 1, 3, 0, tzinfo=UTC)
ORIGINAL = connection.settings_dict["NAME"]
BENCH = Actor("officer", "bench")
TABLES = {
    "registry_person": "person_id",
    "registry_nikkey": "person_id, fingerprint",
    "waves_participation": "person_id, wave",
    "waves_card": "number_fingerprint",
    "waves_household_seat": "household_fingerprint, seat",
    "ledger_entry": "person_id, entry_id",
    "journal_event": "person_id, event_id",
}


def people(path: Path, rows: int) -> None:
    """A file of invented people: every NIK another one, two of three households with two members."""
    chance = random.Random(20200411)
    with path.open("w", encoding="utf-8") as file:
        print(",".join(COLUMNS), file=file)
        for number in range(rows):
            day, month, year = chance.randint(1, 28), chance.randint(1, 12), 1960 + number % 40
            place = ("3171", "3273", "3578", "7371", "9171", "1271")[number // 40 % 6]
            written = day + 40 * chance.randint(0, 1)
            born, serial = f"{written:02d}{month:02d}{year % 100:02d}", number // 240
            nik = f"{place}{serial // 9999 + 1:02d}{born}{serial % 9999 + 1:04d}"
            kk = f"{place}{number - (number % 3 == 2):012d}"
            phone = f"08{chance.choice('12357')}{chance.randint(10**7, 10**9 - 1)}"
            name = f"{chance.choice(('Siti', 'Budi', 'Ani'))} Peserta {number}"
            print(f"{nik},{kk},{name},{year}-{month:02d}-{day:02d},{phone},p{number}@contoh.id,{place[:2]}", file=file)


def emptied() -> None:
    """Empty tables and a wave that is open again."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE waves_wave, journal_act, {', '.join(TABLES)} CASCADE")
        cursor.execute("SET session_replication_role = origin")
        open_wave(number=9, quota=10_000_000, now=NOW, actor=BENCH)
        cursor.execute("CHECKPOINT")


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def ours(path: Path) -> None:
    import_participants(path=path, wave=9, programme=load("prakerja"), keys=derive(1), now=NOW, actor=BENCH)


def dump(folder: Path) -> None:
    with connection.cursor() as cursor:
        for table, key in TABLES.items():
            rows = f"COPY (SELECT * FROM {table} ORDER BY {key}) TO STDOUT"
            with (folder / table).open("wb") as file, cursor.cursor.copy(rows) as copy:
                for block in copy:
                    file.write(block)


def bare(folder: Path) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("rb") as file, cursor.cursor.copy(f"COPY {table} FROM STDIN") as copy:
                while block := file.read(1 << 18):
                    copy.write(block)


def parse(path: Path, rows: int) -> float:
    """Microseconds of processor time per row for reading, checking, fingerprinting, encrypting, finishing."""
    programme = load("prakerja")
    job = Job(path, terms(programme, now=NOW), "9", 16, 9, NOW, None, 0, 3_550_000, 1_000_000, "bench", None)
    begun = time.process_time()
    for _ in chunks(read(path, required=COLUMNS), job=job, keys=derive(1)):
        pass
    return (time.process_time() - begun) / rows * 1e6


def main(rows: int) -> None:
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people(folder / "people.csv", rows)
        try:
            emptied()
            seconds = timed(lambda: ours(folder / "people.csv"))
            roles = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            memory = [resource.getrusage(role).ru_maxrss >> 10 for role in roles]
            dump(folder)
            emptied()
            copied = timed(lambda: bare(folder))
        finally:
            connection.creation.destroy_test_db(ORIGINAL, verbosity=0)
        print(f"ours   {seconds:6.1f} s   {seconds / rows * 1e6:5.1f} us/row   memory {memory[0]} and {memory[1]} MB")
        print(f"bare   {copied:6.1f} s   {copied / rows * 1e6:5.1f} us/row")
        print(f"ratio  {copied / seconds:6.2f}   (hold: 0.80)")
        print(f"parse  {parse(folder / 'people.csv', rows):6.1f} us/row of one processor")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
