"""When a message that a gateway would not take now is tried again: by the gateway's code, then ever more slowly."""

from datetime import timedelta

MOST_ATTEMPTS = 8
"""After so many tries the message counts as rejected, and a fallback may go instead; not for GATEWAYS_OWN."""

GATEWAYS_OWN = frozenset({"RTHROTTLED", "RMSGQFUL", "http_429", "unreachable", "given_up"})
"""Codes of a gateway that has too much to do, or is away: no word about the message, which is tried to its end."""

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
    """How long to wait before the next try; None after the last, where one is. `attempt` counts from 1, waits double.

    A code may end in the seconds that the gateway asks for, http_429:30; it is not tried before they are over.
    """
    name, _, asked = code.partition(":")
    if attempt >= MOST_ATTEMPTS and name not in GATEWAYS_OWN:
        return None
    wait: timedelta = FIRST.get(name, _OTHERWISE) * 2 ** min(attempt - 1, MOST_ATTEMPTS)
    return max(min(wait, _LONGEST), timedelta(seconds=int(asked) if asked.isdecimal() else 0))
