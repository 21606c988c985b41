"""`python -m proof [--quick]`: the crashes, a line per night; status 1 where one came out wrong."""

import argparse
import sys

from proof.crashes import nights


def main() -> int:
    """Live through the nights and say how each came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer nights")
    quick = parser.parse_args().quick
    blows = wrong = 0
    print(f"{'night':<40}{'blows':>6}{'seconds':>9}{'wrong':>7}{'escaped':>9}{'doubled':>9}{'unmatched':>11}  verified")
    for night in nights(quick=quick):
        after = night.after
        figures = f"{night.blows:>6}{night.seconds:>9.1f}{after.wrong:>7}{after.escaped:>9}{after.doubled:>9}"
        print(f"{night.name:<40}{figures}{after.unmatched:>11}  {'yes' if night.verified else 'NO'}", flush=True)
        blows += night.blows
        wrong += not night.right
    print(f"{blows} blows; {f'{wrong} nights came out wrong' if wrong else 'every night came out right'}.")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
