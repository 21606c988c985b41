"""contact: another phone or e-mail for somebody who came to the office."""

from typing import Annotated

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import enter


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("contact")(contact)


@answers
def contact(  # noqa: PLR0917 -- Typer calls it by name
    nik: Annotated[str, typer.Argument(metavar="NIK", show_default=False)],
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", show_default=False, help="The new mobile number or e-mail address.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="How the person was recognised, and what was lost.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who has seen the person and the card.")],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Give a person another phone or e-mail at once: the old one is told, and the person is signed out everywhere."""
    house = enter(now)
    from tenggat.accounts import changing
    from tenggat.accounts.addresses import read_address
    from tenggat.registry import actions

    person_id = actions.resolve(nik=nik, programme=house.programme, keys=house.keys, now=house.now)
    if person_id is None:
        raise actions.PersonUnknown
    read = read_address(address, programme=house.programme)
    ended = changing.change_by_officer(
        person_id=person_id,
        address=read,
        reason=reason,
        by=by,
        programme=house.programme,
        keys=house.keys,
        now=house.now,
    )

    def show() -> None:
        what = "phone" if read.channel == "sms" else "e-mail"
        showing.line(f"The {what} is now {read.masked}; sessions ended: {ended}.")
        showing.next_steps("deliver")

    return Answer({"affected": 1, "channel": read.channel, "sessions": ended}, show)
