"""Talking to a server: whether it is the one that we mean, and its database."""

import os
from contextlib import suppress

import psycopg
from psycopg import sql

from tenggat.foundation.embedded.layout import PORT, Place
from tenggat.foundation.embedded.process import LockFile

ROLE = DATABASE = "tenggat"


def no_answer(place: Place, lock: LockFile) -> str | None:
    """Why the server behind the socket does not serve our database, None when it does.

    It proves to be the one of this data folder by reading its own lock file back to us: a server whose home
    was removed no longer has one.
    """
    try:
        with _connect(place, DATABASE) as connection:
            row = connection.execute("SELECT pg_read_binary_file('postmaster.pid', true)").fetchone()
    except psycopg.OperationalError as error:
        # A full house is still the house.
        full = "too many clients" in str(error) or "remaining connection slots" in str(error)
        return None if full else " ".join(str(error).split())
    seen = LockFile.parse(row[0]) if row and row[0] else None
    same = seen is not None and seen.identity == lock.identity
    return None if same else "another server answers at its socket"


def create_database(place: Place) -> None:
    """Makes the database where the cluster has none yet; the caller asks again whether it is there now.

    The caller holds the home's lock, and yet two can collide: the server goes on with the statement of a
    command that was killed meanwhile.
    """
    collided = (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)
    with suppress(psycopg.OperationalError, *collided), _connect(place, "postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _connect(place: Place, database: str) -> psycopg.Connection[tuple[bytes | None]]:
    # `options` is given empty, or libpq would take the caller's PGOPTIONS.
    return psycopg.connect(
        host=os.fspath(place.socket),
        port=PORT,
        user=ROLE,
        dbname=database,
        connect_timeout=10,
        autocommit=True,
        application_name="tenggat ensure",
        options="",
    )
