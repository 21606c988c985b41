"""Imports at the same time, imports that are cut off, and files that are no tables."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from tenggat.foundation.refusals import Refusal
from tenggat.foundation.tabular import FileRefused
from tenggat.registry.models import Person
from tenggat.waves.models import HouseholdSeat, Participation, Wave
from tenggat.waves.parsing import ParserDied
from tenggat.waves.tests.people import kk, people_file, person, taken_in, wave

pytestmark = pytest.mark.usefixtures("committed")


def together(*works: Callable[[], object]) -> list[object]:
    """Do several things at once, each on a connection of its own; gives results or refusals."""
    results: list[object] = [None] * len(works)

    def run(place: int) -> None:
        try:
            results[place] = works[place]()
        except Refusal as refusal:
            results[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_imports_at_once_never_pass_the_quota(tmp_path: Path) -> None:
    wave(quota=30)
    files = [
        people_file(tmp_path, *(person(serial) for serial in range(first, first + 20)), name=f"{first}.csv")
        for first in (1, 101)
    ]
    together(*(lambda path=path: taken_in(path, chunk_size=5) for path in files))  # type: ignore[misc]
    assert Wave.objects.get().accepted == Participation.objects.count() == 30


def test_two_imports_into_two_waves_never_give_a_household_three_seats(tmp_path: Path) -> None:
    wave(9)
    wave(10)
    one = people_file(tmp_path, *(person(serial, kk=kk(serial // 2)) for serial in range(20)), name="one.csv")
    two = people_file(tmp_path, *(person(100 + n, kk=kk(n)) for n in range(10)), name="two.csv")
    together(lambda: taken_in(one), lambda: taken_in(two, wave=10))
    assert HouseholdSeat.objects.count() == Participation.objects.count() == 20
    assert not HouseholdSeat.objects.filter(seat__gt=2).exists()


def test_the_same_people_in_two_waves_at_once_take_part_once(tmp_path: Path) -> None:
    wave(9)
    wave(10)
    people = [person(serial) for serial in range(1, 21)]
    paths = [people_file(tmp_path, *people, name=name) for name in ("one.csv", "two.csv")]
    together(lambda: taken_in(paths[0]), lambda: taken_in(paths[1], wave=10))
    assert Participation.objects.count() == Person.objects.count() == 20


def test_a_parser_that_dies_leaves_nothing(tmp_path: Path) -> None:
    wave()
    path = people_file(tmp_path, *(person(serial) for serial in range(1, 2001)))

    def kill(_: int) -> None:
        found = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "tenggat.waves.parsing"], capture_output=True)
        os.kill(int(found.stdout.split()[0]), signal.SIGKILL)

    with pytest.raises(ParserDied):
        taken_in(path, chunk_size=10, progress=kill)
    assert (Participation.objects.count(), Person.objects.count(), Wave.objects.get().accepted) == (0, 0, 0)


CUT_OFF = """
import os, signal, sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[2]
from pathlib import Path
from tenggat.waves.tests.people import taken_in
taken_in(Path(sys.argv[1]), chunk_size=10, progress=lambda read: os.kill(os.getpid(), int(sys.argv[3])) if read >= 30 else None)
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_an_import_that_is_cut_off_leaves_nothing_and_no_process(tmp_path: Path, sign: signal.Signals) -> None:
    wave()
    path = people_file(tmp_path, *(person(serial) for serial in range(1, 2001)))
    database = str(connection.settings_dict["NAME"])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", CUT_OFF, str(path), database, str(int(sign))]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    assert done.returncode != 0
    assert (Participation.objects.count(), Wave.objects.get().accepted) == (0, 0)
    assert [found.name for found in tmp_path.iterdir()] == ["people.csv"]
    assert taken_in(path, chunk_size=500).accepted == 100  # and the lock is free


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"nik,kk\n1,2\n", "file_columns"),
        ("nik,kk,name,birth_date,phone,email,province\n1,2,Siti Nurhaliz\xe9,,,,\n".encode("latin-1"), "file_not_utf8"),
    ],
)
def test_a_file_that_is_no_table_changes_nothing(tmp_path: Path, content: bytes, code: str) -> None:
    wave()
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as caught:
        taken_in(path)
    assert caught.value.code == code
    assert [found.name for found in tmp_path.iterdir()] == ["people.csv"]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    wave()
    with pytest.raises(FileRefused) as caught:
        taken_in(tmp_path / "people.csv")
    assert caught.value.code == "file_not_found"
