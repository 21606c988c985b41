"""`python -m proof.child evening`: the nation as it stands before the night, in an empty database."""

import os

from bench.fill import fill

from proof.nation import NATION


def main() -> None:
    """Fill the tables."""
    fill(os.environ["DATABASE_URL"], NATION)
