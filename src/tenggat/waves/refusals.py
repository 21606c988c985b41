"""Why a person is not accepted into a wave: the same codes for one person and for the rows of a file."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError
from psycopg.errors import DeadlockDetected, UniqueViolation

from tenggat.foundation.refusals import Refusal

SENTENCES = {
    "blacklisted": "This NIK is on the blacklist: it cannot be accepted unless the entry is lifted.",
    "repeated": "This person stands in the file already, or takes part in a wave already.",
    "left_this_wave": "This person was in this wave before and left it: accept them in a later wave.",
    "identity_conflict": "This NIK is known with another birth date and another KK: an officer must decide.",
    "household_full": "This KK has as many participants as it may have.",
    "quota_full": "The quota of the wave is used up.",
}


class NotAccepted(Refusal):
    """A person who is not accepted; `code` says why."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or SENTENCES[code])
        self.code = code  # type: ignore[misc]  # one class for the few ways of not being accepted


class WaveUnknown(Refusal):
    """No wave has this number."""

    code = "wave_unknown"

    def __init__(self, number: int) -> None:
        super().__init__(f"Wave {number} is not open: open it first, with its quota.", wave=number)


class AcceptedMeanwhile(Refusal):
    """Somebody else accepted, or blacklisted, one of the same people at the same moment."""

    code = "accepted_meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "One of these people, or of their households, was taken in at the same moment elsewhere."
            " Nothing was done; try again."
        )


@contextmanager
def refusing_races() -> Iterator[None]:
    """What a constraint caught, since somebody was faster, becomes one refusal. Raises AcceptedMeanwhile."""
    try:
        yield
    except (IntegrityError, OperationalError) as error:
        if isinstance(error.__cause__, (UniqueViolation, DeadlockDetected)):
            raise AcceptedMeanwhile from None
        raise
