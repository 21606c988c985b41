"""Turning claimed messages into what a gateway takes: text, address, our reference, and until when it may arrive."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tenggat.foundation.keys import Keys, KeysUnusable
from tenggat.messaging import outbox
from tenggat.messaging.direct import opened
from tenggat.messaging.gateways import Outgoing
from tenggat.messaging.outbox import Answered, Claimed
from tenggat.messaging.planning import zones_of
from tenggat.messaging.suppressing import suppressed
from tenggat.messaging.texts import Reader, render
from tenggat.rules.programme import Programme
from tenggat.rules.reminders import closes_at, next_open

NO_TEXT = "no_text"
"""Outcome of a message that could not be put into words."""

NO_ADDRESS = "no_address"
"""Outcome of a message whose address is gone."""

UNWANTED = "unwanted"
"""Outcome of a message that its reader has asked not to get."""

_WORDLESS = (KeyError, OverflowError, KeysUnusable)
"""A step that the programme file has no more; a moment that no clock shows; a code under keys that are lost.
Anything else is no fault of the message: it stops the delivery, and what was taken waits again; a mistake of ours must
not reject a nation's reminders."""


class Worded(NamedTuple):
    """A batch in words: what can be sent, what cannot be, and what its readers do not want."""

    sendable: list[tuple[Outgoing, Claimed]]
    unsendable: list[Answered]
    unwanted: list[Answered]


def put_into_words(
    programme: Programme, keys: Keys, claimed: Sequence[Claimed], *, plain: bool, now: datetime
) -> Worded:
    """Word a batch. `plain` gives references as they are, to a gateway that stays in the house."""
    words = Worded([], [], [])
    refusable = {step.name for step in programme.steps if step.may_opt_out}
    night = {zone: _night(programme, zone, now=now) for zone in zones_of(programme)}
    off = suppressed({row.address for row in claimed if row.step in refusable})
    for row in claimed:
        try:
            if not row.address:
                words.unsendable.append(Answered(row, NO_ADDRESS))
            elif row.step in refusable and row.address in off:
                words.unwanted.append(Answered(row, UNWANTED))
            else:
                words.sendable.append((_outgoing(programme, keys, row, night, plain=plain), row))
        except _WORDLESS:
            words.unsendable.append(Answered(row, NO_TEXT))
    return words


def _night(programme: Programme, zone: str, *, now: datetime) -> datetime:
    """When the sending hours end; now, where they have ended since the batch was taken (the machine slept)."""
    return closes_at(programme, at=now, zone=zone) if next_open(programme, at=now, zone=zone) == now else now


def _outgoing(
    programme: Programme, keys: Keys, row: Claimed, night: Mapping[str, datetime], *, plain: bool
) -> Outgoing:
    """A slow gateway must give it up before night falls on the reader's clock, and before it is untrue."""
    step = programme.step(row.step)
    told = opened(row, keys)
    reader = Reader(programme.title, programme.language, programme.time_zone, told.name, row.time_zone)
    text = render(step, reader, deadline_at=outbox.moment(row.deadline_at), variant=row.variant, values=told.values)
    reference = outbox.reference(row) if plain else outbox.outward(row)
    expires = outbox.moment(row.expires_at)
    until = expires if step.urgent else min(expires, night[row.time_zone])
    return Outgoing(reference, row.channel, row.address, text, programme.title, until)
