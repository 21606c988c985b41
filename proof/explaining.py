"""`python -m proof.child explaining PEOPLE FOLDER`: what a nation does, each statement explained first.

Prints one JSON object: for each statement (`room:name`) its plans that differ, each as [indexes, tables read whole].
"""

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from bench import world
from bench.fill import fill
from bench.world import Nation
from django.db import connection, transaction

from tenggat.deadlines import deciding, engine
from tenggat.deadlines.approving import answer_brake
from tenggat.deadlines.reminders import plan_reminders
from tenggat.deadlines.scopes import Scope
from tenggat.foundation import sql
from tenggat.foundation.actors import ENGINE, Actor
from tenggat.messaging import receipts
from tenggat.messaging.delivery import deliver
from tenggat.messaging.gateways import Fate, Receipt
from tenggat.messaging.gateways.file import FileGateway
from tenggat.messaging.models import Message
from tenggat.training.purchases import REQUIRED, import_purchases

_EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_BATCHES = 3
_BOUGHT = 2_000
_TOLD = 500
_SMALLEST_WAVE = 10


class _Enough(Exception):  # noqa: N818
    """Stops a sender that has sent what was to be explained."""


class Plans:
    """Explains each named statement just before it runs, with its own parameters."""

    def __init__(self) -> None:
        self.found: dict[str, set[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        self._names = dict(_named_statements())

    def __call__(self, execute: Callable[..., Any], text: str, parameters: Any, many: Any, context: Any) -> Any:
        """Run a statement of Django's; the explanation goes past Django."""
        name = self._names.get(text)
        if name is not None:
            with context["connection"].connection.cursor() as cursor:
                cursor.execute("EXPLAIN (FORMAT JSON) " + text, parameters)
                plan = cursor.fetchone()[0][0]["Plan"]
            nodes = list(_nodes(plan))
            indexes = sorted({node["Index Name"] for node in nodes if "Index Name" in node})
            whole = sorted({node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"})
            self.found.setdefault(name, set()).add((tuple(indexes), tuple(whole)))
        return execute(text, parameters, many, context)


def _named_statements() -> Iterator[tuple[str, str]]:
    source = Path(str(files("tenggat")))
    for file in sorted(source.rglob("*.sql")):
        room = file.relative_to(source).parts[0]
        for statement in sql.parse(file.read_text("utf-8"), where=str(file)).values():
            if statement.text.startswith(_EXPLAINED):
                yield statement.text, f"{room}:{statement.name}"
    yield engine._WAITING, "deadlines:revoke_slice"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def main(people: str, folder: str) -> None:
    """Fill the nation, remind, extend a wave, remind again, deliver, take receipts, import purchases, run the night."""
    nation, plans = Nation(int(people)), Plans()
    fill(os.environ["DATABASE_URL"], nation)
    connection.ensure_connection()
    _accepted()
    with connection.execute_wrapper(plans):
        _remind()
        _extend()
        _remind()
        _deliver(Path(folder))
        _receipts()
        _purchases(nation, Path(folder))
        _night()
    print(json.dumps({name: sorted(found) for name, found in plans.found.items()}))


def _accepted() -> None:
    """Long before H-7 the accepted were told: an outbox that was never used is read whole, which says nothing."""
    _remind(world.ANNOUNCED)
    Message.objects.update(state="accepted", sent_at=world.ANNOUNCED)
    _tidy("messaging_message")


def _remind(now: datetime = world.REMINDING) -> None:
    with transaction.atomic():  # else each half of the people has a session of its own
        plan_reminders(programme=world.programme(), now=now)
    _tidy("messaging_message")


def _extend() -> None:
    scope, until = Scope(wave=_SMALLEST_WAVE), world.DEADLINE + timedelta(days=7)
    terms = deciding.Terms(scope, until, world.REMINDING, reason="explained", by="Sari", approved_by="Bambang")
    deciding.extend(terms=terms, programme=world.programme(), now=world.REMINDING, actor=ENGINE)
    _tidy("waves_participation")


def _deliver(folder: Path) -> None:
    batches = 0

    def enough(accepted: int) -> None:
        nonlocal batches
        batches += 1
        if batches == _BATCHES:
            raise _Enough

    gateway = FileGateway(folder / "messages.jsonl")
    with suppress(_Enough), transaction.atomic():  # so that one session does it all; nothing of it stays
        deliver(programme=world.programme(), keys=Nation(1).keys(), gateway=gateway, now=world.SENDING, progress=enough)


def _receipts() -> None:
    """What a gateway tells of some messages that it took; nothing of it stays."""
    with transaction.atomic():
        some = list(Message.objects.filter(state="planned")[:_TOLD])
        for number, message in enumerate(some):
            message.state, message.sent_at, message.gateway_id = "accepted", world.SENDING, f"id-{number}"
        Message.objects.bulk_update(some, ["state", "sent_at", "gateway_id"])
        receipts.take_in("", [Receipt(one.gateway_id, Fate.DELIVERED) for one in some], now=world.SENDING)
        if receipts.apply(now=world.SENDING) != _TOLD:
            raise RuntimeError("A receipt found no message")
        transaction.set_rollback(True)


def _purchases(nation: Nation, folder: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT serial FROM bench_person WHERE NOT bought ORDER BY serial LIMIT %s", [_BOUGHT])
        serials = [serial for (serial,) in cursor.fetchall()]
    path = folder / "purchases.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = ((f"N{n}", world.nik(n), "EXCEL", world.PRICE, world.BOUGHT.isoformat()) for n in serials)
        csv.writer(file).writerows([REQUIRED, *rows])
    done = import_purchases(
        path=path,
        source="toko",
        through=None,
        programme=world.programme(),
        keys=nation.keys(),
        now=world.IMPORTING,
        actor=Actor("feed", "toko"),
    )
    if done.recorded != _BOUGHT:
        raise RuntimeError(f"{done.recorded} of {_BOUGHT} purchases were taken")


def _night() -> None:
    while (outcome := engine.revoke(programme=world.programme(), now=world.NIGHT)).brake and outcome.run:
        answer_brake(run_id=outcome.run, now=world.NIGHT, actor=ENGINE)
    if not outcome.revoked:
        raise RuntimeError("Nobody was due")


def _tidy(table: str) -> None:
    """As autovacuum would, before long."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {table}")
