"""`python -m proof.smsc --ledger FILE [--drop-acks 0.05] [--seed 7] ...`: a simulator in a process of its own.

It prints its port and serves until it is told to end. Every field of Behaviour is an option.
"""

import argparse
import asyncio
import signal
from dataclasses import fields
from pathlib import Path
from typing import Any

from proof.smsc.behaviour import Behaviour
from proof.smsc.ledger import Ledger
from proof.smsc.server import Smsc, serve


def main() -> None:
    """Parse, listen, serve."""
    parser = argparse.ArgumentParser(prog="python -m proof.smsc", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ledger", type=Path)
    for field in fields(Behaviour):
        option = "--" + field.name.replace("_", "-")
        if isinstance(field.default, bool):
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=field.default)
        elif isinstance(field.default, tuple):
            parser.add_argument(option, action="append", default=[], type=_digits, metavar="PREFIX")
        else:
            parser.add_argument(option, type=type(field.default), default=field.default)
    given = vars(parser.parse_args())
    port, path = given.pop("port"), given.pop("ledger")
    options: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    behaviour = Behaviour(**options)
    asyncio.run(_serve(Smsc(behaviour, Ledger(path)), port))


def _digits(prefix: str) -> str:
    """Numbers come without +, however one writes them here."""
    return prefix.lstrip("+")


async def _serve(smsc: Smsc, port: int) -> None:
    ended = asyncio.Event()
    for end in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(end, ended.set)
    await serve(smsc, port, lambda found: print(found, flush=True), ended)


if __name__ == "__main__":
    main()
