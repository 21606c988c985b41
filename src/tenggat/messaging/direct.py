"""Messages that belong to no wave: a code to sign in, an answer to a question. Through the same outbox, once each.

What such a text says to its reader alone (a code) lies in the outbox encrypted for the person, and only until it has
gone, or never will.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.foundation.keys import Keys
from tenggat.messaging.outbox import Claimed

_SQL = sql.load("tenggat.messaging", "direct.sql")


class Told(NamedTuple):
    """The reader's name, and what the text has in its own fields."""

    name: str
    values: dict[str, str]


@transaction.atomic
def send(
    *,
    person_id: UUID,
    step: str,
    channel: str,
    address: str,
    name: str,
    values: Mapping[str, str],
    keys: Keys,
    now: datetime,
    expires_at: datetime,
    not_before: datetime | None = None,
) -> int:
    """Plan one message; an earlier one of this step and channel that has not gone yet will not go. Gives its number.

    person_id: whom it is about, in the registry or not (who signs up is not yet). address: E.164, or an e-mail address;
    it need not be the registry's. values: fields of the text besides name, title and deadline. A step that is not
    `urgent` goes in sending hours only.
    """
    told = json.dumps({"name": name, "values": dict(values)}).encode()
    message = {
        "person": person_id,
        "step": step,
        "channel": channel,
        "recipient": address,
        "sealed": keys.encrypt(told, owner=person_id.bytes),
        "now": now,
        "first": not_before or now,
        "expires": expires_at,
    }
    while not (planned := database.rows(_SQL["plan_direct"], message)):
        pass  # the number was another session's, which has committed: the next one is free
    number = int(planned[0][0])
    database.execute(_SQL["supersede"], {**message, "version": number})
    return number


def opened(row: Claimed, keys: Keys) -> Told:
    """What a claimed message says to its reader alone. Raises KeysUnusable where these are not the keys it needs."""
    if row.sealed is None:
        return Told(row.name, {})
    told = json.loads(keys.decrypt(bytes(row.sealed), owner=UUID(row.person_id).bytes))
    return Told(told["name"] or row.name, told["values"])
