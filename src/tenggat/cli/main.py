"""The command `tenggat`: its words and their order. Each module of this room holds the commands of one noun."""

import os
import re
import sys
from typing import Annotated, Any

import typer

from tenggat import __version__
from tenggat.cli import (
    answers,
    blacklist,
    deadlines,
    decisions,
    figures,
    house_commands,
    imports,
    key_commands,
    messages,
    proving,
    reasons,
    remedies,
    replaying,
    texts,
    up,
    verifying,
    waves,
)

app = typer.Typer(
    name="tenggat",
    help="Runs a benefit programme with a deadline: reminds everyone in time, and revokes nobody wrongly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001 -- the shape of a Typer callback
    if wanted:
        print(f"tenggat {__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Runs a benefit programme with a deadline: reminds everyone in time, and revokes nobody wrongly."""


for part in (
    house_commands,
    up,
    waves,
    imports,
    deadlines,
    decisions,
    remedies,
    messages,
    figures,
    texts,
    blacklist,
    reasons,
    proving,
    key_commands,
    verifying,
    replaying,
):
    part.register(app)


# Typer carries its own click and shows only parts of it; this is the base of what bad usage raises.
_USAGE_ERROR = typer.BadParameter.__mro__[1]


def main() -> None:
    """Run the command line; bad usage is told like any other refusal."""
    try:
        "".join(sys.argv).encode()
    except UnicodeEncodeError:
        sys.exit(_usage("The words of the command are not UTF-8; check the terminal's settings", ""))
    try:
        status = typer.main.get_command(app)(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        print("tenggat: Stopped. What was done stands; run the same command again to go on.", file=sys.stderr)  # noqa: T201
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more to write, also at exit
        status = 0
    except Exception as error:
        if not isinstance(error, _USAGE_ERROR):
            raise
        status = _bad_usage(error)
    sys.exit(status if isinstance(status, int) else 0)


def _bad_usage(error: Any) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.ctx.get_help())  # noqa: T201
        return answers.DONE
    return _usage(error.format_message(), f" See: {error.ctx.command_path} --help" if error.ctx else "")


def _usage(message: str, hint: str) -> int:
    message = re.sub(r"\d{6,}", "…", message).strip().rstrip(".")  # a number may be somebody's
    message += "" if message.endswith("?") else "."
    if "--json" in sys.argv:
        print(answers.dumps({"error": {"code": "usage", "message": message}}))  # noqa: T201
    print(f"tenggat: {message}{hint}", file=sys.stderr)  # noqa: T201
    return answers.NOT_DONE
