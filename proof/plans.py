"""How the database finds its rows among those of a million people: by the indexes that were made for it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from bench.child import ROOT
from bench.place import NATION, Place, place

PEOPLE, QUICK = 1_000_000, 200_000
_SECONDS = 900

_LARGE = frozenset({
    "journal_event", "ledger_entry", "messaging_message", "registry_nikkey", "registry_person", "training_purchase",
    "training_reference", "waves_card", "waves_household_seat", "waves_participation",
})  # fmt: skip
"""Tables with a row for everybody: who reads one whole must be among the statements of WHOLE."""

SERVED: dict[str, set[str]] = {
    "deadlines:look_ahead": {"waves_due"},
    "deadlines:revoke_slice": {"waves_due", "waves_participation_pkey"},
    "deadlines:cancel_outdated": {"waves_redated", "messaging_message_pkey"},
    "messaging:claim_due": {"messaging_waiting", "registry_person_pkey"},
    "messaging:dead_senders": {"messaging_sending"},
    "messaging:settle": {"messaging_message_pkey"},
    "messaging:tell_named": {"messaging_named"},
    "training:resolve": {"registry_nik_leads_to_one"},
    "training:lock_people": {"waves_participation_pkey"},
    "training:judge_purchases": {"training_reference_pkey", "training_purchase_pkey"},
    "training:move_first_buyers": {"waves_participation_pkey"},
    "training:cancel_messages": {"messaging_message_pkey"},
}
"""Each plan of these statements uses these indexes."""

_DECIDED = "a decision about a wave may be about everybody"
_EVERYBODY = "everybody's deadline may be meant"
WHOLE: dict[str, tuple[frozenset[str], str]] = {
    "deadlines:coming_deadlines": (frozenset({"waves_participation"}), _EVERYBODY),
    "deadlines:plan_reminder": (frozenset({"waves_participation"}), "everybody is reminded"),
    "deadlines:unreachable": (frozenset({"waves_participation"}), _EVERYBODY),
    "deadlines:disagreements": (
        frozenset({"waves_participation", "training_purchase", "journal_event"}),
        "once per run, everybody whose deadline the run has passed is decided anew from all purchases",
    ),
    "deadlines:incomplete": (
        frozenset({"waves_participation", "ledger_entry", "journal_event"}),
        "once per run, everybody whom it revoked; an index for that would cost each revocation more",
    ),
    "deadlines:find_in_scope": (frozenset({"waves_participation"}), _DECIDED),
    "deadlines:with_late_purchases": (frozenset({"training_purchase"}), _DECIDED),
    "messaging:expire_overdue": (
        frozenset({"messaging_message"}),
        "on the morning of a reminder everybody's message waits, and may be over",
    ),
}
"""Which large tables a statement may read from end to end, and why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement: how many different plans it had, by which indexes, and what is wrong with them."""

    statement: str
    plans: int
    indexes: list[str]
    wrong: list[str]


def findings(*, quick: bool) -> Iterator[Finding]:
    """Every statement that a nation's days ran, and those that should have run and have not."""
    with place() as here:
        here.create(NATION)
        explained = _explained(here, QUICK if quick else PEOPLE)
    for statement in sorted(explained.keys() | SERVED.keys()):
        plans = explained.get(statement, [])
        indexes = sorted({index for used, _ in plans for index in used})
        yield Finding(statement, len(plans), indexes, list(_wrong(statement, plans)))


def _wrong(statement: str, plans: list[list[list[str]]]) -> Iterator[str]:
    if not plans:
        yield "it was never run"
    whole, _ = WHOLE.get(statement, (frozenset[str](), ""))
    for indexes, read in plans:
        if missing := SERVED.get(statement, set()) - set(indexes):
            yield f"not by {', '.join(sorted(missing))}"
        if read_whole := set(read) & _LARGE - whole:
            yield f"reads all of {', '.join(sorted(read_whole))}"


def _explained(here: Place, people: int) -> dict[str, list[list[list[str]]]]:
    search = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    environment = os.environ | {"DATABASE_URL": here.url(), "PYTHONPATH": search}
    command = [sys.executable, "-m", "proof.child", "explaining", str(people), str(here.folder)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True, timeout=_SECONDS)
    found: dict[str, list[list[list[str]]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def tell(*, quick: bool) -> bool:
    """Print a line for each statement; gives whether all are right."""
    right = True
    for found in findings(quick=quick):
        verdict = "; ".join(found.wrong) or "ok"
        print(f"{found.statement:<36}{found.plans:>3}  {verdict}  ({', '.join(found.indexes) or 'no index'})")
        right = right and not found.wrong
    return right
