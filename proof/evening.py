"""`python -m proof.child evening`: the nation as it stands before the night, in an empty database."""

import os

import psycopg
from bench.fill import fill

from proof.nation import NATION


def main() -> None:
    """Fill the tables. The list of people must outlive a crash of the server, since the aftermath asks it."""
    fill(os.environ["DATABASE_URL"], NATION)
    with psycopg.connect(os.environ["DATABASE_URL"]) as session:
        session.execute("ALTER TABLE bench_person SET LOGGED")
