"""One person's whole case as a JSON document that proves itself against a seal (evidence/checking.py).

The part for readers is told from the tables of this moment. Under `journal`, `acts` and `seals` stand the sealed rows
it rests on, as the very texts that were sealed, each with its path up to a seal, and the chain from there to the head.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tenggat.evidence.case import mask_end, mask_words
from tenggat.evidence.checking import FORMAT
from tenggat.evidence.proofs import story
from tenggat.foundation import database, sql
from tenggat.foundation.sql import Statement
from tenggat.journal import proving, sealing, tree
from tenggat.journal.models import Seal
from tenggat.rules.programme import Programme

Row = dict[str, Any]

_SQL = sql.load("tenggat.evidence", "file.sql")
_WHO = sql.load("tenggat.evidence", "case.sql")


def build(*, person_id: UUID, nik: str, programme: Programme, now: datetime) -> Row:
    """The case of a person whom the registry knows, revoked or not; everything is read as of one moment.

    Moments are ISO 8601 text in UTC, amounts whole units of the currency, digests hexadecimal text.
    """
    who = {"person": person_id}
    with _one_moment():
        [(name, *_)] = database.rows(_WHO["person"], who)
        taken_part = _rows(_SQL["taking_part"], who)
        case = taken_part[-1] if taken_part else None
        run = _run(person_id, case["wave"]) if case else None
        blacklist = _rows(_SQL["blacklist"], who)
        told = {
            "format": FORMAT,
            "written_at": now.astimezone(UTC).isoformat(),
            "programme": {
                "name": programme.name,
                "title": programme.title,
                "currency": programme.currency,
                "time_zone": programme.time_zone,
            },
            "person": {
                "person_id": str(person_id),
                "name": mask_words(name),
                "nik": mask_end(nik, 4),
                "blacklisted": any(entry["lifted_at"] is None for entry in blacklist),
            },
            "state": case["state"] if case else None,
            "participations": taken_part,
            "rule": _rule(case, run, programme) if case else None,
            "holds": _rows(_SQL["holds"], who),
            "purchases": _rows(_SQL["purchases"], who),
            "messages": _rows(_SQL["reminders"], who),
            "run": run,
            "money": _rows(_SQL["money"], who),
            "blacklist": blacklist,
        }
        return told | _sealed(person_id, case, run)


def _run(person_id: UUID, wave: int) -> Row | None:
    """The run that last revoked the person in a wave, also where that was undone."""
    last = database.one(_SQL["last_run"], {"person": person_id, "wave": wave})
    if last is None:
        return None
    [number] = last
    [run] = _rows(_SQL["run"], {"run": number})
    watermarks, brake = json.loads(run["watermarks"]), json.loads(run["brake"])
    return run | {"watermarks": watermarks, "brake": brake, "approvals": _rows(_SQL["approvals"], {"run": number})}


def _rule(case: Row, run: Row | None, programme: Programme) -> Row | None:
    """The rule that gave the first deadline; None before there is one.

    `same_file`: whether the programme file is today the one by which the run decided; None without a run.
    """
    if case["announced_at"] is None:
        return None
    starts_at = datetime.fromisoformat(case["announced_at"])
    if programme.clock_starts == "balance":
        starts_at = max(starts_at, datetime.fromisoformat(case["accepted_at"]))
    day = starts_at.astimezone(programme.zone).date()
    rule = programme.first_purchase(day)
    return {
        "clock_starts": programme.clock_starts,
        "starts_on": day.isoformat(),
        "days": rule.days,
        "counting": rule.counting,
        "until": rule.until.isoformat("minutes"),
        "reference": rule.reference,
        "digest_today": programme.digest,
        "same_file": programme.digest == run["rule"] if run else None,
    }


def _sealed(person_id: UUID, case: Row | None, run: Row | None) -> Row:
    """The sealed rows with their proofs, and the chain from the oldest seal that they need."""
    proofs, unsealed = proving.prove(person_id=person_id)
    about = {"wave": case["wave"] if case else None, "run": run["run"] if run else None}
    numbers = database.rows(_SQL["acts"], about)
    acts = proving.prove_acts(acts=[(act_id, number) for act_id, number in numbers])
    needed = {proof.seal_id for proof in proofs} | {proof.seal_id for proof in acts}
    head = sealing.last_seal()
    first = min(needed, default=head.seal_id if head else 1)
    return {
        "events": story([*(proof.text for proof in proofs), *unsealed]),
        "journal": [
            {
                "seal": proof.seal_id,
                "place": proof.place,
                "text": proof.text,
                "leaves": [leaf.hex() for leaf in proof.leaves],
                "twigs": _numbered(proof.twigs),
            }
            for proof in proofs
        ],
        "acts": [
            {"seal": proof.seal_id, "place": proof.place, "text": proof.text,
             "leaves": [leaf.hex() for leaf in proof.leaves]}
            for proof in acts
        ],
        "unsealed": unsealed,
        "seals": [_seal(seal, whole=seal.seal_id in needed) for seal in sealing.chain(after=first - 1)],
    }  # fmt: skip


def _seal(seal: Seal, *, whole: bool) -> Row:
    said = sealing.said(seal)
    link = {
        "seal": said.seal_id,
        "previous": said.previous,
        "snapshot": said.snapshot,
        "rows": said.rows,
        "root": said.root,
        "sealed_at": said.moment,
        "digest": seal.digest,
    }
    parts = {"branches": _numbered(tree.parts(bytes(seal.branches))), "acts": bytes(seal.acts).hex()}
    return link | parts if whole else link


def _numbered(digests: list[tuple[int, bytes]]) -> dict[str, str]:
    return {f"{number:02x}": digest.hex() for number, digest in digests}


@contextmanager
def _one_moment() -> Iterator[None]:
    """Everything inside sees the same moment, whoever is at work beside it."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _rows(statement: Statement, parameters: Row) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, parameters)
        names = [column.name for column in cursor.description]
        return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in cursor.fetchall()]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
