"""`python -m proof.child verified`: everything recomputed; prints what disagrees and ends with status 1."""

import sys

from bench import world

from tenggat.audit.verify import verify


def main() -> None:
    """Verify."""
    failed = [check for check in verify(programme=world.programme()) if not check.ok]
    for check in failed:
        print(f"{check.name}: {check.detail}")
    sys.exit(bool(failed))
