"""Fills a database with finished people, sorted by key. Fast and direct: the filler is not what is measured."""

import random
import struct
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.core.management import call_command

from bench import world
from bench.world import Nation
from tenggat.foundation import sql
from tenggat.foundation.sql import Statement

_SQL = sql.load("bench", "fill.sql")
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_ROW = struct.Struct("!h i16s ii ii i?")
_BLOCK = 20_000
_PARAMETERS = {
    "announced": world.ANNOUNCED,
    "bought": world.BOUGHT,
    "deadline": world.DEADLINE,
    "total": world.TOTAL,
    "training": world.TRAINING,
    "price": world.PRICE,
}


def fill(url: str, nation: Nation) -> None:
    """Make tables in an empty database and fill them; two sessions write, a table each."""
    call_command("migrate", verbosity=0, interactive=False)
    with psycopg.connect(url, autocommit=True) as session:
        for name in ("drop_list", "make_list"):
            session.execute(_text(_SQL[name]))
        _copy_list(session, nation)
        session.execute("ANALYZE bench_person")
        for name in ("open_waves", "register_feed", "catalogue"):
            session.execute(_text(_SQL[name]), _PARAMETERS)
    tables = [statement for name, statement in _SQL.items() if name.startswith("fill_")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda statement: _write(url, statement), tables))
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("VACUUM (ANALYZE, PARALLEL 2)")
        session.execute("CHECKPOINT")


def _write(url: str, statement: Statement) -> None:
    with psycopg.connect(url) as session:
        session.execute("SET session_replication_role = replica")
        session.execute("SET work_mem = '256MB'")
        session.execute(_text(statement), _PARAMETERS)


def _copy_list(session: psycopg.Connection, nation: Nation) -> None:
    keys, dice, serial = nation.keys(), random.Random(nation.seed), 0
    with session.cursor().copy(_text(_SQL["copy_list"])) as copy:
        copy.write(_HEADER)
        for wave, size in nation.waves().items():
            for begin in range(serial, serial + size, _BLOCK):
                block = range(begin, min(begin + _BLOCK, serial + size))
                people = ((keys.fingerprint("nik", world.nik(number)).bytes, number) for number in block)
                share = nation.due_share
                copy.write(b"".join(_row(person, number, wave, dice.random() >= share) for person, number in people))
            serial += size
        copy.write(b"\xff\xff")


def _row(person: bytes, serial: int, wave: int, bought: object) -> bytes:
    return _ROW.pack(4, 16, person, 4, serial, 4, wave, 1, bool(bought))


def _text(statement: Statement) -> bytes:
    return statement.text.encode()
