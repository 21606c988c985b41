"""init, db."""

from pathlib import Path
from typing import Annotated

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import moment_of, say
from tenggat.foundation import embedded, home

db = typer.Typer(help="The database of this home.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init")(init)
    app.add_typer(db, name="db")


@answers
def init(
    programme: Annotated[str, typer.Option(help="A shipped programme, or a programme file (.toml).")] = "prakerja",
    sandbox: Annotated[bool, typer.Option("--sandbox", help="A home to try things in: --now works.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Make the home, its database, tables and programme. Again: nothing changes."""
    from tenggat.cli.house import load_programme
    from tenggat.cli.making import make_home

    moment = moment_of(now, sandbox=sandbox)
    made = make_home(path=home.default_path(), programme=programme, sandbox=sandbox, secrets=None, now=moment)
    data = {"home": str(made.path), "programme": made.programme, "sandbox": made.sandbox}

    def show() -> None:
        name = load_programme(made.programme_source).name
        showing.line(f"Home of {name} in {made.path}{' (sandbox)' if made.sandbox else ''}.")
        showing.next_steps("wave list", "wave open 1 --quota 1000")

    return Answer(data, show)


def _path() -> Path:
    return home.open_home(home.default_path()).path


@db.command("url")
@answers
def url(now: Now = None, as_json: AsJson = False) -> Answer:
    """Connection string of the running server; starts the embedded one if need be."""
    from tenggat.cli.house import database_url

    moment_of(now, sandbox=home.open_home(home.default_path()).sandbox)
    found = database_url(_path())
    return Answer({"url": found}, lambda: showing.line(found))


@db.command("stop")
@answers
def stop(now: Now = None, as_json: AsJson = False) -> Answer:
    """Stop the embedded server; the next command starts it again."""
    moment_of(now, sandbox=home.open_home(home.default_path()).sandbox)
    stopped = embedded.stop(_path())
    word = "Stopped." if stopped else "It was not running."
    return Answer({"stopped": stopped}, lambda: say(word))
