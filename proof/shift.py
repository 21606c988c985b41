"""What is done in a month of messages, each act in a process that may be killed.

A process that has loaded everything (`python -m proof.child shift URL`) takes one act a line and forks for it: a
start takes a second otherwise, and a month has a hundred.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from django.core.management import call_command
from django.db import connection

from proof.month import ANNOUNCED, WAVE
from tenggat.audit.verify import verify
from tenggat.deadlines.approving import answer_brake
from tenggat.deadlines.engine import revoke
from tenggat.deadlines.fallback import plan_fallbacks
from tenggat.deadlines.reminders import plan_reminders
from tenggat.foundation.actors import ENGINE, Actor
from tenggat.foundation.keys import derive
from tenggat.messaging import receipts
from tenggat.messaging.delivery import deliver_by
from tenggat.messaging.gateways import mail
from tenggat.messaging.gateways.smpp import Settings, SmppGateway
from tenggat.messaging.handing import Route
from tenggat.messaging.pacing import Limits, Pace
from tenggat.messaging.sending import Times
from tenggat.rules.programme import load
from tenggat.training.catalogue import import_courses
from tenggat.training.purchases import import_purchases
from tenggat.waves.actions import announce_wave, open_wave
from tenggat.waves.importing import import_participants

OFFICER = Actor("officer", "month")
_PROGRAMME = load("prakerja")
_KEYS = derive(11)
_BUSY = 2.0  # seconds until the SMSC is asked again for what it would not take

_MESSAGES = """
SELECT message.step, message.channel, message.state, message.gateway_id, message.claimed_at::text, person.phone,
       message.outcome
  FROM messaging_message AS message JOIN registry_person AS person USING (person_id)
"""


def accept(people: str, courses: str) -> None:
    """Make the tables, and let the people in."""
    call_command("migrate", verbosity=0, interactive=False)
    open_wave(number=WAVE, quota=1_000_000, now=ANNOUNCED, actor=OFFICER)
    announce_wave(number=WAVE, at=ANNOUNCED, programme=_PROGRAMME, now=ANNOUNCED, actor=OFFICER)
    import_participants(path=Path(people), wave=WAVE, programme=_PROGRAMME, keys=_KEYS, now=ANNOUNCED, actor=OFFICER)
    import_courses(path=Path(courses), now=ANNOUNCED)


def send(now: str, smsc: int, letters: int, rate: float | None, batch: int) -> None:
    """Plan and hand over by an SMSC and a mail server, until nothing is left that may go now."""
    moment = datetime.fromisoformat(now)
    plan_reminders(programme=_PROGRAMME, now=moment, keys=_KEYS)
    settings = Settings(
        host="127.0.0.1", port=smsc, system_id="month", password="", source="PRAKERJA", zone="UTC",
        window=100, response_timeout=0.5,
    )  # fmt: skip
    post = mail.Settings(
        sender="kabar@contoh.id", domain="contoh.id", options={"host": "127.0.0.1", "port": letters}, timeout=5.0
    )
    limits = Limits(rate=rate, burst=max(1, int(rate))) if rate else Limits()
    routes = [
        Route("smsc", SmppGateway(settings), ("sms",), limits=limits, batch=batch),
        Route("mail", mail.MailGateway(post), ("email",)),
    ]
    began = time.monotonic()

    def clock() -> datetime:
        """A borrowed clock that goes on."""
        return moment + timedelta(seconds=time.monotonic() - began)

    times = Times(clock, Pace(time.monotonic, time.sleep))
    while True:
        done = deliver_by(routes, programme=_PROGRAMME, keys=_KEYS, times=times)
        planned = sum(plan_fallbacks(programme=_PROGRAMME, now=clock()).values())
        if not done.again and not planned:
            return
        time.sleep(_BUSY if done.again else 0)


def buy(file: str, now: str) -> None:
    """Record what a platform tells; it has told everything up to now."""
    moment = datetime.fromisoformat(now)
    import_purchases(
        path=Path(file), source="toko", through=moment, programme=_PROGRAMME, keys=_KEYS, now=moment, actor=OFFICER
    )


def night(now: str) -> None:
    """Revoke; two officers answer the brake."""
    moment = datetime.fromisoformat(now)
    while (outcome := revoke(programme=_PROGRAMME, now=moment, actor=ENGINE)).brake and outcome.run:
        answer_brake(run_id=outcome.run, now=moment, actor=ENGINE)


def look(file: str, now: str) -> None:
    """Apply what still waits; then write down every message, the inbox, and what an audit of everything finds."""
    receipts.apply(now=datetime.fromisoformat(now))
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES)
        messages = cursor.fetchall()
        cursor.execute("SELECT gateway_id FROM messaging_receipt")
        inbox = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM messaging_attempt WHERE outcome = 'unknown'")
        doubts = cursor.fetchone()[0]
    faults = [f"{check.name}: {check.detail}" for check in verify(programme=_PROGRAMME) if not check.ok]
    Path(file).write_text(
        json.dumps({"messages": messages, "inbox": inbox, "doubts": doubts, "faults": faults}), "utf-8"
    )


_ACTS: dict[str, Callable[..., Any]] = {"accept": accept, "send": send, "buy": buy, "night": night, "look": look}


def main() -> None:
    """Fork for each act that a line names, and say its number; on `wait N` say with which status it ended."""
    for line in sys.stdin:
        act, *words = json.loads(line)
        if act == "wait":
            _, status = os.waitpid(words[0], 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
        elif child := os.fork():
            print(child, flush=True)
        else:
            _do(_ACTS[act], words)


def _do(act: Callable[..., Any], words: list[Any]) -> NoReturn:
    status = 1
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)  # the lines are for the first process, and so is what it says
        os.dup2(2, 1)
        act(*words)
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)
