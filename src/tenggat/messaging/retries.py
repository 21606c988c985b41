"""When a message that a gateway would not take now is tried again: by the gateway's code, then ever more slowly."""

from datetime import timedelta

MOST_ATTEMPTS = 8
"""After so many tries the message counts as rejected, and a fallback may go instead."""

GAVE_UP = "gave_up"
"""Outcome of a message that was tried so often, or has no time left to be tried in."""

_LONGEST = timedelta(hours=2)
_OTHERWISE = timedelta(minutes=1)
_FIRST = {
    "ESME_RTHROTTLED": timedelta(seconds=2),
    "ESME_RMSGQFUL": timedelta(seconds=30),
    "ESME_RSYSERR": timedelta(minutes=1),
    "429": timedelta(seconds=5),
    "503": timedelta(seconds=30),
    "451": timedelta(minutes=5),  # greylisting: mail servers that ask to come again in some minutes
}


def delay(code: str, *, attempt: int) -> timedelta | None:
    """How long to wait before the next try; None after the last. `attempt` counts from 1, each wait doubles."""
    if attempt >= MOST_ATTEMPTS:
        return None
    wait: timedelta = _FIRST.get(code, _OTHERWISE) * 2 ** (attempt - 1)
    return min(wait, _LONGEST)
