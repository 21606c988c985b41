"""The verbs of waves: opening, announcing, and accepting one person."""

from datetime import datetime

from django.db import transaction

from tenggat.foundation.actors import Actor
from tenggat.foundation.refusals import Refusal
from tenggat.journal.models import Act
from tenggat.waves.models import Wave


class WaveRefused(Refusal):
    """A wave that cannot be opened like this; `code` says why."""

    code = "wave_exists"


@transaction.atomic
def open_wave(*, number: int, quota: int, now: datetime, actor: Actor) -> Wave:
    """Open a wave for a number of people."""
    wave = Wave.objects.create(number=number, quota=quota, opened_at=now)
    Act.objects.create(
        kind="wave_opened", occurred_at=now, recorded_at=now, actor=str(actor),
        details={"wave": number, "quota": quota},
    )  # fmt: skip
    return wave
