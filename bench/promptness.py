"""How soon messages go: those that become due below the gateway's rate, and codes while a bulk is under way."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from bench import world
from bench.by_smpp import WINDOW, smsc
from tenggat.foundation.keys import Keys
from tenggat.foundation.side_by_side import in_sessions
from tenggat.messaging import direct
from tenggat.messaging.delivery import deliver_by
from tenggat.messaging.gateways.smpp import Settings, SmppGateway
from tenggat.messaging.handing import Route
from tenggat.messaging.pacing import Limits, Pace
from tenggat.messaging.sending import Times

SOON = timedelta(seconds=10)
RATE, SHARE = 500, 0.8
"""Messages a second that the route may send; the share of it at which they become due."""
_BETWEEN = 0.1  # seconds between two codes


class Clock:
    """The programme's time: from ten in the morning on, as fast as ours."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def __call__(self) -> datetime:
        return world.SENDING + timedelta(seconds=time.monotonic() - self.began)


def due_evenly(seconds: int) -> tuple[int, float]:
    """Let messages become due at SHARE of RATE for so long; gives how many, and which share went within SOON."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET not_before = %s", [world.SENDING + timedelta(hours=1)])
        cursor.execute(
            "UPDATE messaging_message AS message"
            " SET not_before = %(start)s + place.number * interval '1 second' / %(rate)s"
            " FROM (SELECT person_id, row_number() OVER () AS number FROM messaging_message LIMIT %(count)s) AS place"
            " WHERE message.person_id = place.person_id",
            {"start": world.SENDING, "rate": RATE * SHARE, "count": int(RATE * SHARE * seconds)},
        )
        cursor.execute("VACUUM (ANALYZE) messaging_message")
        cursor.execute("CHECKPOINT")
    _at_work(Limits(rate=RATE), lambda clock: time.sleep(seconds + SOON.total_seconds()))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE sent_at <= not_before + %s * interval '1 second')"
            " FROM messaging_message WHERE not_before < %s",
            [SOON.total_seconds(), world.SENDING + timedelta(minutes=50)],
        )
        [(count, soon)] = cursor.fetchall()
    return count, soon / count


def codes(seconds: int) -> tuple[int, list[float], int]:
    """Ask for codes while everything else is due; gives how many, the seconds each took, and what went beside them."""
    keys, stop = world.Nation(1).keys(), time.monotonic() + seconds

    def ask(clock: Clock) -> None:
        number = 0
        while time.monotonic() < stop:
            number += 1
            _ask(number, keys, clock())
            time.sleep(_BETWEEN)
        time.sleep(SOON.total_seconds())

    _at_work(Limits(), ask)
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM sent_at - planned_at)::float FROM messaging_message WHERE wave = 0")
        took = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM messaging_message WHERE wave > 0 AND state = 'accepted'")
        [(others,)] = cursor.fetchall()
    return len(took), sorted(float("inf") if one is None else one for one in took), others


def _ask(number: int, keys: Keys, now: datetime) -> None:
    direct.send(
        person_id=UUID(int=number),
        step="otp",
        channel="sms",
        address=f"+62812{number:08d}",
        name="",
        values={"code": "318204", "minutes": "10"},
        keys=keys,
        now=now,
        expires_at=now + timedelta(minutes=10),
    )


def _at_work(limits: Limits, meanwhile: Callable[[Clock], None]) -> None:
    """A sender at work by SMPP until `meanwhile` has ended."""
    ended = threading.Event()
    clock = Clock()

    def send() -> None:
        with smsc() as port:
            settings = Settings(
                host="127.0.0.1", port=port, system_id="bench", password="", source="BENCH", window=WINDOW
            )
            route = Route("smsc", SmppGateway(settings), ("sms",), limits=limits)
            times = Times(clock, Pace(time.monotonic, ended.wait), keep_on=True, ended=ended.is_set)
            deliver_by([route], programme=world.programme(), keys=world.Nation(1).keys(), times=times)

    def wait() -> None:
        try:
            meanwhile(clock)
        finally:
            ended.set()

    in_sessions([send, wait])
