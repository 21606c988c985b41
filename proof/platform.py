"""A platform that tells purchases while the night goes on: `python -m proof.child platform FILE`, safe to repeat."""

from datetime import timedelta
from pathlib import Path

from bench import world

from proof.nation import NATION
from tenggat.foundation.actors import Actor
from tenggat.training.purchases import import_purchases


def main(file: str) -> None:
    """Deliver the file."""
    import_purchases(
        path=Path(file),
        source="toko",
        through=None,
        programme=world.programme(),
        keys=NATION.keys(),
        now=world.NIGHT + timedelta(minutes=5),
        actor=Actor("feed", "toko"),
    )
