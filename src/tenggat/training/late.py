"""Judging purchases again that were too late, when people have a later deadline. See late.sql."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.foundation.actors import Actor
from tenggat.rules.programme import Programme
from tenggat.training.purchases import KEPT_LINES, STEPS, booking_parameters

_SQL = sql.load("tenggat.training", "late.sql")
_BOOKING = sql.load("tenggat.training", "purchases.sql")


@transaction.atomic
def reconsider(
    *, people: Sequence[tuple[UUID, int, datetime]], programme: Programme, now: datetime, actor: Actor
) -> int:
    """Book what was late for these (person, wave, old deadline), whose rows are locked, and is not any more.

    In the order of event time, while the training balance lasts; gives how many purchases count that did not before.
    """
    for room in ("delivered_table", "arriving_table", "prefer_keys"):
        database.execute(_BOOKING[room])
    database.execute(_SQL["reconsidered_table"])
    database.execute(_SQL["clear_reconsidered"])
    ids, waves, deadlines = ([each[column] for each in people] for column in (0, 1, 2))
    database.execute(_SQL["find_late"], {"people": ids, "waves": waves, "deadlines": deadlines})
    counted = 0
    for place, source in database.rows(_SQL["places"]):
        parameters = {**booking_parameters(source, programme, now=now, actor=actor), "watermark": None, "anew": True}
        counted += _book({**parameters, "place": place, "kept_lines": KEPT_LINES})
    return counted


def _book(parameters: dict[str, Any]) -> int:
    database.execute(_BOOKING["clear_rooms"])
    database.execute(_SQL["let_arrive"], parameters)
    for turn in (1, 2):
        for step in STEPS:
            database.execute(_BOOKING[step], {**parameters, "turn": turn})
    return int(database.rows(_SQL["counted"])[0][0])
