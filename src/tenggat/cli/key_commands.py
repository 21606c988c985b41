"""keys rotate."""

import os

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import enter
from tenggat.foundation import keys as secrets

keys = typer.Typer(help="The keys that encrypt identities and cards.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(keys, name="keys")


@keys.command("rotate")
@answers
def rotate(now: Now = None, as_json: AsJson = False) -> Answer:
    """Make a new key and encrypt everything anew. Interrupted: run it again, it goes on with the same key.

    Fingerprints and person_ids stay. Old keys stay in the key file, since older backups need them.
    """
    house = enter(now)
    from tenggat.journal import actions as journal
    from tenggat.registry.rotation import rotate_identities
    from tenggat.waves.rotation import rotate_cards

    def encrypt_anew(found: secrets.Keys) -> tuple[int, int]:
        with showing.progress("identities") as bar:
            people = rotate_identities(keys=found, progress=bar)
        with showing.progress("cards") as bar:
            return people, rotate_cards(keys=found, progress=bar)

    found, (people, cards) = house.keys, encrypt_anew(house.keys)
    if not people and not cards:  # nothing was left from an earlier call
        if os.environ.get("TENGGAT_KEYS"):
            raise secrets.KeysUnusable(
                "The keys come from TENGGAT_KEYS and everything is under the current one; "
                "add a cipher there and name it as current, then run this again."
            )
        found = house.keys.rotated()
        secrets.write(house.home.keys_file, found)
        people, cards = encrypt_anew(found)
    data = {"key": found.current, "identities": people, "cards": cards}
    journal.act(kind="keys_rotated", occurred_at=house.now, now=house.now, actor=house.actor, details=data)

    def show() -> None:
        showing.line(
            f"Key {found.current}: {showing.people(people, 'identity', 'identities')} and "
            f"{showing.people(cards, 'card', 'cards')} encrypted anew."
        )
        where = "what TENGGAT_KEYS holds" if os.environ.get("TENGGAT_KEYS") else house.home.keys_file
        showing.line(f"Back up {where} now, apart from the database: without it nothing can be read.")

    return Answer(data, show)
