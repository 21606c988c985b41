"""What a person accepted into a wave receives and by when, for one person and for a file alike."""

from dataclasses import dataclass
from datetime import datetime

from tenggat.foundation.refusals import Refusal
from tenggat.rules.deadlines import deadline_at
from tenggat.rules.programme import NotInForce, Programme
from tenggat.waves.models import Wave
from tenggat.waves.refusals import WaveUnknown


class RuleNotInForce(Refusal):
    """The programme file has no rule yet for this moment."""

    code = "rule_not_in_force"


class WaveOver(Refusal):
    """Whoever was accepted now would be revoked without ever having had a day to buy."""

    code = "wave_over"

    def __init__(self, number: int) -> None:
        super().__init__(f"The deadline of wave {number} is over: accept these people in a later wave.", wave=number)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The deadline (None before the announcement) with its version, and the money, in whole units."""

    deadline_at: datetime | None
    deadline_version: int
    total: int
    training: int

    @property
    def details(self) -> dict[str, object] | None:
        """What the journal says about the deadline, so that it can be rebuilt from there."""
        return deadline_details(self.deadline_at, self.deadline_version) if self.deadline_at else None


def deadline_details(deadline: datetime, version: int) -> dict[str, object]:
    """A deadline as journal events carry it."""
    return {"deadline_at": deadline.isoformat(), "deadline_version": version}


def locked_wave(number: int) -> Wave:
    """The wave, locked until the transaction ends. Raises WaveUnknown."""
    try:
        return Wave.objects.select_for_update().get(number=number)
    except Wave.DoesNotExist:
        raise WaveUnknown(number) from None


def entitlement(wave: Wave, programme: Programme, *, accepted_at: datetime) -> Entitlement:
    """What somebody accepted into the wave at a moment is entitled to. Raises RuleNotInForce, WaveOver.

    Where the clock starts with the balance, that is at the later of acceptance and announcement; a wave that was
    extended is extended for them as well.
    """
    try:
        benefit = programme.benefit(accepted_at.astimezone(programme.zone).date())
        deadline = wave.deadline_at
        if wave.announced_at is not None and programme.clock_starts == "balance":
            personal = deadline_at(programme, starts_at=max(accepted_at, wave.announced_at))
            extended = wave.deadline_at if wave.deadline_version > 1 else None
            deadline = max(personal, extended or personal)
    except NotInForce as error:
        raise RuleNotInForce(f"The programme says: {error}.") from None
    if deadline is not None and deadline <= accepted_at:
        raise WaveOver(wave.number)
    return Entitlement(deadline, wave.deadline_version, benefit.total, benefit.training)
