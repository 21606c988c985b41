"""`python -m proof [--quick] [PART ...]`: what no quick test can show, part by part; status 1 where one fails.

Each part has a time that it may take; what takes longer has failed.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_MINUTE = 60


def _crashes(*, quick: bool) -> bool:
    """`kill -9` and worse, over whole nights."""
    from proof.crashes import nights

    blows = wrong = 0
    print(f"{'night':<40}{'blows':>6}{'seconds':>9}{'wrong':>7}{'escaped':>9}{'doubled':>9}{'unmatched':>11}  verified")
    for night in nights(quick=quick):
        after = night.after
        figures = f"{night.blows:>6}{night.seconds:>9.1f}{after.wrong:>7}{after.escaped:>9}{after.doubled:>9}"
        print(f"{night.name:<40}{figures}{after.unmatched:>11}  {'yes' if night.verified else 'NO'}", flush=True)
        blows += night.blows
        wrong += not night.right
    print(f"{blows} blows; {f'{wrong} nights came out wrong' if wrong else 'every night came out right'}.")
    return not wrong


def _month(*, quick: bool) -> bool:
    """A month of messages, over a gateway that loses answers, by senders that die."""
    from proof.month import months

    right = True
    for month in months(quick=quick):
        print(month.told(), flush=True)
        right = right and month.right
    return right


def _model(*, quick: bool) -> bool:
    """Every order of the steps, in Spin; as quick as it can be."""
    return _ran([str(ROOT / "scripts" / "check-model")], minutes=6)


def _stateful(*, quick: bool) -> bool:
    """Random histories against an oracle, and planted faults."""
    return _tests("proof/stateful", proof="quick" if quick else "full", minutes=15 if quick else 120)


def _interleavings(*, quick: bool) -> bool:
    """Every pair of verbs by two sessions; when quick, each pair in one of three ways."""
    return _tests("tests/test_interleavings.py", proof="quick" if quick else "full", minutes=15)


def _plans(*, quick: bool) -> bool:
    """How a million people's rows are found."""
    from proof.plans import tell

    return tell(quick=quick)


def _mutants(*, quick: bool) -> bool:
    """Changes to the rules and the engine that some test must notice."""
    return _ran([sys.executable, "-m", "proof.mutants", *(["--quick"] if quick else [])], minutes=6 if quick else 240)


PARTS: dict[str, Callable[..., bool]] = {
    "crashes": _crashes,
    "month": _month,
    "model": _model,
    "interleavings": _interleavings,
    "stateful": _stateful,
    "plans": _plans,
    "mutants": _mutants,
}


def _tests(words: str, *, proof: str, minutes: int) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--no-header", words]
    return _ran(command, minutes=minutes, TENGGAT_PROOF=proof)


def _ran(command: list[str], *, minutes: int, **environment: str) -> bool:
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, start_new_session=True)
    try:
        return not process.wait(minutes * _MINUTE)
    except subprocess.TimeoutExpired:
        print(f"It took longer than {minutes} minutes.")
        return False
    finally:
        with suppress(ProcessLookupError):  # with everything that it has started
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def asked(words: list[str] | None = None) -> tuple[list[str], bool]:
    """The parts to go through, in order, and whether a share of each is enough; an unknown one ends it, status 2.

    `choices=` would refuse an empty list on Python 3.11 (bpo-9625), so the words are checked here.
    """
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a bounded share of each part")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them, if none is named")
    arguments = parser.parse_args(words)
    for part in arguments.parts:
        if part not in PARTS:
            parser.error(f"there is no part {part!r}; name one of {', '.join(PARTS)}")
    return arguments.parts or list(PARTS), arguments.quick


def main() -> int:
    """Go through the parts, and say at the end how each came out."""
    parts, quick = asked()
    told: list[tuple[str, bool, float]] = []
    for part in parts:
        print(f"== {part}: {PARTS[part].__doc__}", flush=True)
        began = time.monotonic()
        right = PARTS[part](quick=quick)
        told.append((part, right, time.monotonic() - began))
    print()
    for part, right, seconds in told:
        print(f"{part:<16}{'right' if right else 'WRONG':<8}{seconds:>8.0f} s")
    return int(not all(right for _, right, _ in told))


if __name__ == "__main__":
    sys.exit(main())
