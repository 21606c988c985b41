"""A random sample of who has bought nothing, for officers to call."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.foundation.refusals import Refusal
from tenggat.reasons.models import Sample
from tenggat.registry.actions import signed

MOST = 5_000
_SQL = sql.load("tenggat.reasons", "sampling.sql")


class NotDrawn(Refusal):
    """There is nobody to draw from, or the size makes no sense."""

    code = "not_drawn"


@dataclass(frozen=True, slots=True)
class ToCall:
    """One person to call, in this order; `name` and `phone` are for the caller's eyes only."""

    place: int
    person_id: UUID
    name: str
    phone: str | None
    province: str
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample: its number, from how many it was drawn, and the people."""

    sample_id: int
    among: int
    people: tuple[ToCall, ...]


@transaction.atomic
def draw(*, wave: int, size: int, by: str, now: datetime) -> Drawn:
    """Draw people of a wave who have bought nothing and whose deadline is ahead, each with the same chance.

    All of them, with or without a phone: an interval over those alone who can be called would say too much.
    Raises NameUnusable, NotDrawn.
    """
    name = signed(by, "A sample")
    if not 1 <= size <= MOST:
        raise NotDrawn(f"A sample has from 1 to {MOST:,} people, not {size:,}.")
    sample = Sample.objects.create(wave=wave, drawn_at=now, drawn_by=name, among=0)
    what = {"sample": sample.sample_id, "wave": wave, "size": size, "now": now, "seed": secrets.token_hex(16)}
    among = database.rows(_SQL["draw_sample"], what)
    if not among or not among[0][0]:
        raise NotDrawn(f"In wave {wave} nobody is accepted, has bought nothing and still has time.")
    Sample.objects.filter(sample_id=sample.sample_id).update(among=among[0][0])
    people = tuple(ToCall(*row) for row in database.rows(_SQL["to_call"], {"sample": sample.sample_id}))
    return Drawn(sample.sample_id, among[0][0], people)
