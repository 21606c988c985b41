"""blacklist check, add, remove, export."""

from typing import Annotated, Any
from uuid import UUID

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.figures import FileOut
from tenggat.cli.house import House, enter

blacklist = typer.Typer(help="Who may not come back.", no_args_is_help=True)
Nik = Annotated[str, typer.Argument(metavar="NIK", show_default=False)]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="What the person will be told.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(blacklist, name="blacklist")


def _who(house: House, nik: str) -> dict[str, Any]:
    return {"nik": nik, "programme": house.programme, "keys": house.keys, "now": house.now}


def _standing(house: House, nik: str) -> Answer:
    from tenggat.registry import actions

    found = actions.blacklist_check(**_who(house, nik))
    masked = _masked(nik)
    data = {"nik": masked, "blacklisted": found.blacklisted, "since": found.since, "reason": found.reason}

    def show() -> None:
        if found.blacklisted:
            since = showing.moment(found.since, house.programme.time_zone)
            showing.line(f"{masked} is blacklisted since {since}: {found.reason}")
        else:
            showing.line(f"{masked} is not blacklisted.")

    return Answer(data, show)


def _masked(nik: str) -> str:
    digits = "".join(letter for letter in nik if letter.isalnum())
    return "*" * (len(digits) - 4) + digits[-4:]


@blacklist.command("check")
@answers
def check(nik: Nik, now: Now = None, as_json: AsJson = False) -> Answer:
    """Say whether a NIK is blacklisted."""
    return _standing(enter(now, writes=False), nik)


@blacklist.command("add")
@answers
def add(nik: Nik, reason: Reason, now: Now = None, as_json: AsJson = False) -> Answer:
    """Put a NIK on the blacklist, also one that is not known yet."""
    house = enter(now)
    from tenggat.registry import actions

    _: UUID = actions.blacklist_add(**_who(house, nik), reason=reason, actor=house.actor)
    return _standing(house, nik)


@blacklist.command("remove")
@answers
def remove(nik: Nik, reason: Reason, now: Now = None, as_json: AsJson = False) -> Answer:
    """Lift the entry of a NIK; the entry and its reason stay on record."""
    house = enter(now)
    from tenggat.registry import actions

    actions.blacklist_remove(**_who(house, nik), reason=reason, actor=house.actor)
    return _standing(house, nik)


@blacklist.command("export")
@answers
def export(file: FileOut, now: Now = None, as_json: AsJson = False) -> Answer:
    """Write the entries in force: person_id, since_at, source, reason."""
    enter(now, writes=False)
    from tenggat.figures import exports

    rows = exports.export(table="blacklist", path=file)
    return Answer(
        {"rows": rows, "file": str(file)}, lambda: showing.line(f"{showing.people(rows, 'row', 'rows')} in {file}")
    )
