"""What is done in a month of messages, each in a process that may be killed: `python -m proof.child shift ACT WORDS`.

accept FILE               open a wave, announce it, import the people
send NOW PORT             plan what falls due and hand it over to the SMSC at PORT, until nothing is left for now
buy FILE NOW              record purchases
night NOW                 revoke who has not bought
look FILE                 write down what the database says of every message
"""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from proof.month import ANNOUNCED
from tenggat.audit.verify import verify
from tenggat.deadlines.approving import answer_brake
from tenggat.deadlines.engine import revoke
from tenggat.deadlines.fallback import plan_fallbacks
from tenggat.deadlines.reminders import plan_reminders
from tenggat.foundation.actors import ENGINE, Actor
from tenggat.foundation.keys import derive
from tenggat.messaging import receipts
from tenggat.messaging.delivery import deliver_by
from tenggat.messaging.gateways.smpp import Settings, SmppGateway
from tenggat.messaging.handing import Route
from tenggat.messaging.pacing import Pace
from tenggat.messaging.sending import Times
from tenggat.rules.programme import load
from tenggat.training.catalogue import import_courses
from tenggat.training.purchases import import_purchases
from tenggat.waves.actions import announce_wave, open_wave
from tenggat.waves.importing import import_participants

WAVE = 50
OFFICER = Actor("officer", "month")
_PROGRAMME = load("prakerja")
_KEYS = derive(11)

_LOOK = """
SELECT message.step, message.channel, message.state, message.fate, message.attempt, message.claimed_at::text,
       person.phone, person.time_zone, message.outcome
  FROM messaging_message AS message JOIN registry_person AS person USING (person_id)
"""


def accept(people: str, courses: str) -> None:
    """Make the tables, and let the people in."""
    call_command("migrate", verbosity=0, interactive=False)
    open_wave(number=WAVE, quota=1_000_000, now=ANNOUNCED, actor=OFFICER)
    announce_wave(number=WAVE, at=ANNOUNCED, programme=_PROGRAMME, now=ANNOUNCED, actor=OFFICER)
    import_participants(path=Path(people), wave=WAVE, programme=_PROGRAMME, keys=_KEYS, now=ANNOUNCED, actor=OFFICER)
    import_courses(path=Path(courses), now=ANNOUNCED)


def send(now: str, port: str) -> None:
    """Plan and hand over; a batch is small, so that a kill hits many."""
    moment = datetime.fromisoformat(now)
    plan_reminders(programme=_PROGRAMME, now=moment, keys=_KEYS)
    plan_fallbacks(programme=_PROGRAMME, now=moment)
    settings = Settings(
        host="127.0.0.1", port=int(port), system_id="month", password="", source="PRAKERJA", response_timeout=2.0
    )
    route = Route("smsc", SmppGateway(settings), ("sms",), batch=200)
    began = time.monotonic()

    def clock() -> datetime:
        """A borrowed clock that goes on."""
        return moment + timedelta(seconds=time.monotonic() - began)

    while deliver_by(
        [route], programme=_PROGRAMME, keys=_KEYS, times=Times(clock, Pace(time.monotonic, time.sleep))
    ).again:
        time.sleep(2.0)  # the SMSC was asked for more than it takes
    receipts.apply(now=clock())


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


def look(file: str) -> None:
    """Write down every message, and what an audit of everything finds."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK)
        messages = cursor.fetchall()
    faults = [f"{check.name}: {check.detail}" for check in verify(programme=_PROGRAMME) if not check.ok]
    Path(file).write_text(json.dumps({"messages": messages, "faults": faults}), "utf-8")


_ACTS: dict[str, Callable[..., Any]] = {"accept": accept, "send": send, "buy": buy, "night": night, "look": look}


def main(act: str, *words: str) -> None:
    """Do it."""
    _ACTS[act](*words)
