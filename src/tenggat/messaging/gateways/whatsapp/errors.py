"""Meta's error codes: what each means for a message (Cloud API, error codes)."""

from tenggat.messaging.gateways import Outcome

_REJECTED = frozenset({
    100,  # a parameter that is none
    130472,  # the person is part of an experiment of Meta's
    130497,  # not to people in that country
    131008,  # a parameter is missing
    131009,  # a value that cannot be
    131021,  # to ourselves
    131026,  # no WhatsApp there, too old, or its terms not accepted
    131030,  # not on the list of test numbers
    131047,  # more than a day since the person wrote
    131049,  # enough of such messages for this person, Meta finds
    131050,  # the person has opted out
    131051,  # a kind of message that is none
    132005,  # the text is too long
    132018,  # parameters of the template
})  # fmt: skip
_BUSY = frozenset({
    0, 3, 10, 190,  # our token or permissions
    *range(200, 300),  # permissions
    2, 4, 33,  # the service, our calls, our number
    368, 131031, 131042, 131045,  # blocked, locked, unpaid, not registered
    80007, 130429, 131048, 131056, 133016,  # too many
    131005, 131016, 131037, 131057,  # access, service, display name, maintenance
    132000, 132001, 132007, 132012, 132015, 132016,  # the template is not there, or not as it was: no message's fault
    133004, 133010,  # the server is away, the number not registered
})  # fmt: skip
_UNKNOWN = frozenset({1, 131000})  # "something went wrong"


def meaning(code: int) -> Outcome | None:
    """None where the code says nothing: then the HTTP status does."""
    if code in _REJECTED:
        return Outcome.REJECTED
    if code in _UNKNOWN:
        return Outcome.UNKNOWN
    return Outcome.BUSY if code in _BUSY else None
