"""Handing over to the simulated SMSC with receipts: the whole way from the outbox and back, and smpp34 alone."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

import smpp34
from django.db import connection

from bench import world
from bench.child import ROOT
from tenggat.messaging import receipts
from tenggat.messaging.delivery import deliver_by
from tenggat.messaging.gateways import Fate, Receipt
from tenggat.messaging.gateways.smpp import Settings, SmppGateway
from tenggat.messaging.gateways.smpp.session import EARS, RECEIPTS_AT_ONCE
from tenggat.messaging.handing import Route
from tenggat.messaging.models import Message
from tenggat.messaging.pacing import Pace
from tenggat.messaging.sending import Times

WINDOW = 200
_TEXT = (
    b"Peserta Contoh, beli pelatihan pertama paling lambat 31 Okt 2020 pukul 23.59 WIB. Masuk ke akun Kartu Prakerja."
)


class _Enough(Exception):  # noqa: N818
    """Stops a sender that has sent what was to be measured."""


def ours(limit: int) -> tuple[int, float]:
    """Claim, word, submit, write down, and apply the receipts of `limit` messages and some; gives count and seconds."""
    done = 0

    def enough(accepted: int) -> None:
        nonlocal done
        done = accepted
        if accepted >= limit:
            raise _Enough

    with smsc() as port:
        settings = Settings(host="127.0.0.1", port=port, system_id="bench", password="", source="BENCH", window=WINDOW)
        route = Route("smsc", SmppGateway(settings), ("sms",))
        times = Times(lambda: world.SENDING, Pace(time.monotonic, time.sleep))
        began = time.perf_counter()
        with suppress(_Enough):
            deliver_by([route], programme=world.programme(), keys=world.Nation(1).keys(), times=times, progress=enough)
        seconds = time.perf_counter() - began
    told = Message.objects.filter(fate="delivered").count()
    if told < 0.95 * done:
        raise RuntimeError(f"of {done} messages only {told} were receipted")
    return done, seconds


def alone(limit: int) -> tuple[int, float]:
    """The library alone: the same texts, window, room and ears for receipts, and nothing written down."""
    with smsc() as port:
        return limit, asyncio.run(_alone(limit, port))


def applied(limit: int) -> tuple[int, float]:
    """Take in and apply receipts of that many messages that were handed over before; gives count and seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_message SET state = 'accepted', sent_at = %s, route = 'smsc',"
            " gateway_id = person_id::text"
            " WHERE ctid = ANY (ARRAY (SELECT ctid FROM messaging_message WHERE state = 'planned' LIMIT %s))"
            " RETURNING gateway_id",
            [world.SENDING, limit],
        )
        names = [row[0] for row in cursor.fetchall()]
    began = time.perf_counter()
    for start in range(0, len(names), receipts.BATCH):
        told = [Receipt(name, Fate.DELIVERED) for name in names[start : start + receipts.BATCH]]
        receipts.take_in("smsc", told, now=world.SENDING)
        receipts.apply(now=world.SENDING)
    return len(names), time.perf_counter() - began


async def _alone(limit: int, port: int) -> float:
    # Without room for what comes faster than it is heard, the library ends the connection.
    client = smpp34.Client("127.0.0.1", port, "bench", "", bind_type="TRX", inbound_capacity=RECEIPTS_AT_ONCE)
    smsc = await client.connect()
    numbers, told, all_told = count(), 0, asyncio.Event()

    async def submit() -> None:
        while (number := next(numbers)) < limit:
            await smsc.submit_sm(f"62812{number:08d}", _TEXT, source_addr="BENCH", registered_delivery=1)

    async def listen() -> None:
        nonlocal told
        while isinstance(await smsc.next(), smpp34.DeliverSmEvent):
            told += 1
            if told == limit:
                all_told.set()

    began = time.perf_counter()
    ears = [asyncio.ensure_future(listen()) for _ in range(EARS)]
    await asyncio.gather(all_told.wait(), *(submit() for _ in range(WINDOW)))
    seconds = time.perf_counter() - began
    for ear in ears:
        ear.cancel()
    await smsc.unbind()
    return seconds


@contextmanager
def smsc() -> Iterator[int]:
    """Start the simulated SMSC in a process of its own; gives its port."""
    command = [sys.executable, "-m", "proof.smsc"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
