"""Undoing the revocations of a set of people that a decision reaches. See undoing.sql."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from tenggat.foundation import database, sql
from tenggat.foundation.actors import Actor
from tenggat.messaging.planning import notice_channels, notice_windows
from tenggat.rules.programme import Programme

_SQL = sql.load("tenggat.deadlines", "undoing.sql")


def undo(*, reason: str, reference: str, details: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """Bring back the revoked among the people of the temporary table `affected`, whose rows are locked."""
    parameters = {
        "reason": reason,
        "reference": reference,
        "details": Jsonb(dict(details)),
        "now": now,
        "actor": str(actor),
    }
    database.rows(_SQL["lock_runs"])
    for step in ("off_the_blacklist", "commit_again", "restore", "keep_back_notices"):
        database.execute(_SQL[step], parameters)


def tell(*, programme: Programme, now: datetime) -> None:
    """Plan the notice for them, when everything else about them stands."""
    channels = {"channels": notice_channels(programme, "reinstated")}
    database.execute(_SQL["tell"], {**channels, **notice_windows(programme, now=now), "now": now})
