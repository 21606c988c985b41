"""The command `tenggat`: its words and their order. Each module of this room holds the commands of one noun."""

import sys

import click
import typer

from tenggat.cli import answers, blacklist, deadlines, figures, house_commands, imports, replaying, waves

app = typer.Typer(
    name="tenggat",
    help="Runs a benefit programme with a deadline: reminds everyone in time, and revokes nobody wrongly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (house_commands, waves, imports, deadlines, figures, blacklist, replaying):
    part.register(app)


def main() -> None:
    """Run the command line; bad usage is told like any other refusal."""
    command = typer.main.get_command(app)
    try:
        status = command(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as wanted:
        print(wanted.ctx.get_help() if wanted.ctx else "")  # noqa: T201
        status = 0
    except click.UsageError as error:
        status = _usage(error)
    except (KeyboardInterrupt, click.Abort):
        print("tenggat: Stopped. What was done stands; run the same command again to go on.", file=sys.stderr)  # noqa: T201
        status = 130
    except BrokenPipeError:
        sys.stderr.close()
        status = 0
    sys.exit(status if isinstance(status, int) else 0)


def _usage(error: click.UsageError) -> int:
    hint = f" See: {error.ctx.command_path} --help" if error.ctx else ""
    message = error.format_message().rstrip(".") + "."
    if "--json" in sys.argv:
        print(answers.dumps({"error": {"code": "usage", "message": message}}))  # noqa: T201
    print(f"tenggat: {message}{hint}", file=sys.stderr)  # noqa: T201
    return answers.NOT_DONE
