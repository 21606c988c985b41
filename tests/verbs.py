"""What may happen to the same people at the same moment, as verbs without arguments; and how it all came out.

Citra's wave 9 lapsed in an earlier run. Ayu and Budi are in wave 10, whose deadline is just over: Budi has bought, Ayu
has not. Wave 11 is open for one person and waits for the seats of those who left.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tenggat.deadlines import engine, reinstating, releasing
from tenggat.deadlines.models import Run
from tenggat.journal.models import Event
from tenggat.messaging.models import Message
from tenggat.registry.models import BlacklistEntry, NikKey
from tenggat.training.models import Purchase
from tenggat.waves.actions import open_wave
from tenggat.waves.entitlement import WaveOver
from tenggat.waves.importing import import_participants
from tenggat.waves.models import HouseholdSeat, Participation, Wave
from tests.office import WAVE_10, extend, hold
from tests.scene import (
    AYU,
    BUDI,
    CITRA,
    IN_TIME,
    KEYS,
    NIGHT,
    OFFICER,
    PRAKERJA,
    bought,
    cancelled,
    catalogue,
    feed,
    night,
    wave,
    write,
)

DEWI, EKA, FITRI = (f"317101{day:02d}0195{day:04d}" for day in (14, 15, 16))
TAKEN_BACK = IN_TIME + timedelta(days=1)
MUCH_LATER = NIGHT + timedelta(days=90)
"""Also deadlines that were renewed or extended meanwhile are over by then."""

_NAMES = {
    KEYS.fingerprint("nik", nik): name
    for nik, name in ((AYU, "Ayu"), (BUDI, "Budi"), (CITRA, "Citra"), (DEWI, "Dewi"), (EKA, "Eka"), (FITRI, "Fitri"))
}

Verb = Callable[[Path], object]
"""Does it, in a folder for its files."""


def the_night(folder: Path) -> None:
    """Ayu is due."""
    catalogue(folder)
    wave(CITRA, number=9)
    night(NIGHT - timedelta(minutes=20))
    wave(AYU, BUDI)
    feed(folder, bought(BUDI))
    open_wave(number=11, quota=1, now=NIGHT, actor=OFFICER)


def the_morning(folder: Path) -> None:
    """Ayu has been revoked."""
    the_night(folder)
    night(NIGHT - timedelta(minutes=10))


SCENES = {"night": the_night, "morning": the_morning}


def _buy(folder: Path) -> None:
    feed(folder, bought(AYU), now=NIGHT)


def _cancel(folder: Path) -> None:
    feed(folder, cancelled(AYU, TAKEN_BACK), cancelled(BUDI, TAKEN_BACK), now=NIGHT)


def _revoke(folder: Path) -> None:
    night()


def _reinstate(folder: Path) -> None:
    with suppress(reinstating.NotRevoked):
        reinstating.reinstate(
            person_id=_ayu(), reason="rumah sakit", by="Sari", programme=PRAKERJA, now=NIGHT, actor=OFFICER
        )


def _release(folder: Path) -> None:
    closed = list(Run.objects.filter(state="closed").values_list("run_id", flat=True))
    releasing.release_seats(run_ids=closed, to_wave=11, now=NIGHT, actor=OFFICER)


def _import(folder: Path) -> None:
    """Dewi comes to the wave that is over; Eka, Fitri, and Ayu again, to the one with a seat."""
    with suppress(WaveOver):
        _join(folder, 10, DEWI)
    _join(folder, 11, EKA, FITRI, AYU)


def _join(folder: Path, number: int, *niks: str) -> None:
    path = folder / f"wave-{number}.csv"
    head = ("nik", "kk", "name", "birth_date", "phone", "email", "province")
    write(path, head, [(nik, "9" + nik[1:], "Peserta", "", "081234567890", "", "31") for nik in niks])
    import_participants(path=path, wave=number, programme=PRAKERJA, keys=KEYS, now=NIGHT, actor=OFFICER)


def _hold(folder: Path) -> None:
    hold(WAVE_10, now=NIGHT)


def _extend(folder: Path) -> None:
    extend(WAVE_10, now=NIGHT)


VERBS: dict[str, Verb] = {
    "buy": _buy,
    "cancel": _cancel,
    "revoke": _revoke,
    "hold": _hold,
    "extend": _extend,
    "reinstate": _reinstate,
    "release": _release,
    "import": _import,
}


def _ayu() -> UUID:
    return NikKey.objects.get(fingerprint=KEYS.fingerprint("nik", AYU)).person_id


def settle() -> None:
    """Run the engine until nothing is due, this night and much later."""
    for moment in (NIGHT + timedelta(minutes=1), MUCH_LATER):
        while _due(moment):
            night(moment)


def _due(moment: datetime) -> bool:
    unfinished = Run.objects.exclude(state="closed").exists()
    return unfinished or bool(engine.look_ahead(programme=PRAKERJA, now=moment).due)


def outcome() -> dict[str, Any]:
    """Everything that the verbs may change, without numbers that only count transactions."""
    people = Participation.objects.values_list(
        "person_id", "wave", "state", "deadline_at", "deadline_version", "first_purchase_at", "held_until", "balance",
        "training_balance",
    )  # fmt: skip
    return {
        "people": _rows(people),
        "waves": set(Wave.objects.values_list("number", "quota", "accepted")),
        "seats": HouseholdSeat.objects.count(),
        "purchases": _rows(Purchase.objects.values_list("person_id", "reference", "late", "cancelled_at")),
        "blacklisted": _rows(BlacklistEntry.objects.filter(lifted_at=None).values_list("person_id", "source")),
        "history": _rows(Event.objects.values_list("person_id", "kind")),
        "messages": _rows(Message.objects.values_list("person_id", "step", "deadline_version", "state")),
    }


def _rows(rows: Any) -> list[str]:
    return sorted(f"{_NAMES[person]} {rest}" for person, *rest in rows)


def one_after_the_other(first: str, second: str, folder: Path) -> dict[str, Any]:
    """How it comes out when one verb follows the other; nothing of it stays."""
    with transaction.atomic():
        VERBS[first](folder)
        VERBS[second](folder)
        settle()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found = outcome()
        transaction.set_rollback(True)
    return found
