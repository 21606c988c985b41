"""A buyer with a session of its own, who keeps buying while the engine revokes, and how long each purchase took."""

import random
import select
import sys
import time
from typing import Any

from django.db import connection, transaction

from bench import world
from tenggat.foundation import database, sql

PAUSE = 0.005  # seconds between purchases

_SQL = sql.load("bench", "live_buyer.sql")


def buy(*, seed: int) -> dict[str, Any]:
    """Buy until standard input is closed; every second purchase is of somebody who is due. Gives milliseconds."""
    dice = random.Random(seed)
    due = database.rows(_SQL["some_due"], {"size": 20_000})
    others = database.rows(_SQL["some_others"], {"size": 20_000})
    connection.ensure_connection()
    print("ready", flush=True)
    took: list[float] = []
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        person = dice.choice(due if len(took) % 2 else others)
        began = time.perf_counter()
        _purchase(person, number=len(took))
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    last = len(took) - 1
    return {"count": len(took), "p50": took[last // 2], "p99": took[last * 99 // 100], "max": took[last]}


@transaction.atomic
def _purchase(person: tuple[Any, ...], *, number: int) -> None:
    """What a purchase locks and writes: the participation first, then reference, purchase, books and journal."""
    parameters = {
        "person": person[0],
        "wave": person[1],
        "reference": f"L{number}",
        "price": world.PRICE // 4,
        "at": world.BOUGHT,
        "now": world.NIGHT,
    }
    found = database.rows(_SQL["lock"], parameters)
    if found[0][0] in {"accepted", "bought"} and found[0][1] >= world.PRICE // 4:
        for step in ("move", "refer", "keep", "book", "tell"):
            database.execute(_SQL[step], parameters)
