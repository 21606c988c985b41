"""python -m bench [--people N] [--nights N] [--seed N] [--page FILE] [--note TEXT]"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import machine, story, table
from bench.place import place
from bench.world import PUBLISHED_PEOPLE, Nation


def main() -> int:
    """Measure, print the table, and write the page; 1 when a target is missed."""
    options = _options()
    nation = Nation(options.people, options.seed)
    began = datetime.now(UTC)
    with place() as here:
        lines = story.tell(here, nation, nights=options.nights, say=_say)
        server = here.version()
    table.show(lines)
    if options.page:
        command = f"make bench PEOPLE={options.people}"
        text = table.page(lines, machine=machine.describe(), server=server, command=command, on=began.date())
        text = text.replace("\n\n|", f" {options.note}\n\n|", 1) if options.note else text
        options.page.write_text(text, "utf-8")
    _say(f"{(datetime.now(UTC) - began).total_seconds():.0f} seconds in all")
    return 0 if all(line.holds() for line in lines) else 1


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--people", type=int, default=PUBLISHED_PEOPLE)
    parser.add_argument("--nights", type=int, default=3, help="how often engine and statement take turns")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=Path, help="where to write the page, such as docs/benchmarks.md")
    parser.add_argument("--note", default="", help="a sentence for the page, such as what else the machine was doing")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
