"""The measured steps. Each runs in a process of its own (child.py) and gives seconds and counts."""

import csv
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import connection

from bench import by_smpp, promptness, row_by_row, world
from bench.fill import fill as fill_nation
from bench.live_buyer import buy
from bench.world import Nation
from tenggat.deadlines import audit, engine
from tenggat.deadlines.approving import answer_brake
from tenggat.deadlines.reminders import plan_reminders
from tenggat.foundation import database, sql
from tenggat.foundation.actors import ENGINE, Actor
from tenggat.messaging.delivery import deliver as deliver_messages
from tenggat.messaging.gateways.file import FileGateway
from tenggat.training.purchases import OPTIONAL, REQUIRED, import_purchases

_BARE = sql.load("bench", "bare.sql")

__all__ = [
    "bare_night",
    "buyer",
    "codes",
    "deliver",
    "fill",
    "night",
    "pause",
    "plan",
    "prompt",
    "purchases",
    "rows",
    "settle_down",
    "smpp",
]


class _Enough(Exception):  # noqa: N818
    """Stops a sender that has sent what was to be measured."""


def fill(people: int, seed: int) -> dict[str, Any]:
    """Fill an empty database."""
    return _timed(lambda: fill_nation(os.environ["DATABASE_URL"], Nation(people, seed)))


def settle_down() -> dict[str, Any]:
    """Tidy up after a step that stays in the nation, as autovacuum would."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) messaging_message")
        cursor.execute("CHECKPOINT")
    return {}


def plan() -> dict[str, Any]:
    """Plan the reminders of H-7 for everyone."""
    _ready()
    programme = world.programme()
    alone = replace(programme, steps=tuple(step for step in programme.steps if step.name == "h-7"))
    return _timed(lambda: plan_reminders(programme=alone, now=world.REMINDING).messages["h-7"])


def deliver(limit: int, folder: str) -> dict[str, Any]:
    """Hand over messages until at least `limit` are accepted."""
    _ready()
    done = 0

    def enough(accepted: int) -> None:
        nonlocal done
        done = accepted
        if accepted >= limit:
            raise _Enough

    def work() -> int:
        gateway, keys = FileGateway(Path(folder) / "messages.jsonl"), Nation(1).keys()
        with suppress(_Enough):
            deliver_messages(
                programme=world.programme(), keys=keys, gateway=gateway, now=world.SENDING, progress=enough
            )
        return done

    return _timed(work)


def smpp(way: str, limit: int) -> dict[str, Any]:
    """Hand over by SMPP: `ours`, the library `alone`, or receipts `applied`."""
    _ready()
    count, seconds = getattr(by_smpp, way)(limit)
    return {"count": count, "seconds": seconds}


def prompt(seconds: int) -> dict[str, Any]:
    """Messages become due below the gateway's rate: which share goes at once."""
    count, share = promptness.due_evenly(seconds)
    return {"count": count, "share": share}


def codes(seconds: int) -> dict[str, Any]:
    """Codes while everything else is due: how long they take."""
    count, took, others = promptness.codes(seconds)
    return {"count": count, "p50": took[count // 2], "p99": took[count * 99 // 100], "max": took[-1], "others": others}


def purchases(people: int, seed: int, limit: int, folder: str) -> dict[str, Any]:
    """Import a file of first purchases of people who have bought nothing yet."""
    nation, path = Nation(people, seed), Path(folder) / "purchases.csv"
    with connection.cursor() as cursor:
        cursor.execute("SELECT serial FROM bench_person WHERE NOT bought ORDER BY serial")
        serials = [row[0] for row in cursor.fetchall()]
    random.Random(seed).shuffle(serials)  # as they come in time, which is no order of people
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REQUIRED + OPTIONAL)
        at = world.BOUGHT.isoformat()
        writer.writerows((f"N{n}", world.nik(n), "EXCEL", world.PRICE, at, "purchase") for n in serials[:limit])
    _ready()

    def work() -> int:
        return import_purchases(
            path=path,
            source="toko",
            through=None,
            programme=world.programme(),
            keys=nation.keys(),
            now=world.IMPORTING,
            actor=Actor("feed", "toko"),
        ).recorded

    return _timed(work)


def night() -> dict[str, Any]:
    """The engine's whole run; `audit` is the part of the seconds spent inside the audit."""
    _ready()
    seconds = 0.0

    def timing(work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*run: Any) -> Any:
            nonlocal seconds
            began = time.perf_counter()
            try:
                return work(*run)
            finally:
                seconds += time.perf_counter() - began

        return timed

    audit.look, audit.check = timing(audit.look), timing(audit.check)
    found = _timed(_whole_night)
    return {**found, "audit": seconds}


def _whole_night() -> int:
    """The run, with the two approvals that the brake asks for where it is large."""
    outcome = engine.revoke(programme=world.programme(), now=world.NIGHT)
    if outcome.brake and outcome.run is not None:
        answer_brake(run_id=outcome.run, now=world.NIGHT, actor=ENGINE)
        outcome = engine.revoke(programme=world.programme(), now=world.NIGHT)
    return outcome.revoked


def bare_night() -> dict[str, Any]:
    """The same writes as one statement written by hand."""
    _ready()
    outlook = engine.look_ahead(programme=world.programme(), now=world.NIGHT, cutoff_at=world.NIGHT)
    slices = engine._Slices(0, outlook, world.programme(), now=world.NIGHT, actor=ENGINE)
    slices.parameters["run"] = None
    return _timed(lambda: database.execute(_BARE["bare_night"], slices.parameters))


def rows(limit: int) -> dict[str, Any]:
    """The same verbs row by row through the ORM."""
    _ready()
    return _timed(lambda: row_by_row.revoke(limit=limit))


def buyer(seed: int) -> dict[str, Any]:
    """A live buyer, until standard input is closed."""
    return buy(seed=seed)


def pause(seconds: float) -> dict[str, Any]:
    """Do nothing, so that the buyer is alone."""
    _ready()
    return _timed(lambda: time.sleep(seconds))


def _ready() -> None:
    """Begin as every other step does: the table that decides is in memory, and nothing waits to be written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM waves_participation WHERE balance >= 0")
        cursor.execute("CHECKPOINT")


def _timed(work: Callable[[], Any]) -> dict[str, Any]:
    began = time.perf_counter()
    count = work()
    return {"seconds": time.perf_counter() - began, "count": count}
