"""When a message that a gateway would not take now is tried again: by the gateway's code, then ever more slowly."""

from datetime import timedelta

MOST_ATTEMPTS = 8
"""After so many tries the message counts as rejected, and a fallback may go instead."""

GAVE_UP = "gave_up"
"""Outcome of a message that was tried so often, or has no time left to be tried in."""

_LONGEST = timedelta(hours=2)
_OTHERWISE = timedelta(minutes=1)
FIRST = {
    "RTHROTTLED": timedelta(seconds=2),
    "RMSGQFUL": timedelta(seconds=30),
    "http_429": timedelta(seconds=5),
    "http_503": timedelta(seconds=30),
    "smtp_451": timedelta(minutes=5),  # greylisting: mail servers that ask to come again in some minutes
}
"""The first wait, by the codes as the gateways give them."""


def delay(code: str, *, attempt: int) -> timedelta | None:
    """How long to wait before the next try; None after the last. `attempt` counts from 1, each wait doubles.

    A code may end in the seconds that the gateway asks for, http_429:30; it is not tried before they are over.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    name, _, asked = code.partition(":")
    wait: timedelta = FIRST.get(name, _OTHERWISE) * 2 ** (attempt - 1)
    return max(min(wait, _LONGEST), timedelta(seconds=int(asked) if asked.isdecimal() else 0))
