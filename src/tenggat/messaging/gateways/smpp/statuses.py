"""What an SMSC's command_status means for a message. The names are the standard's (SMPP 3.4, 5.1.3), without ESME_."""

from collections.abc import Mapping

from tenggat.messaging.gateways import Outcome

OK = 0x00
THROTTLING = frozenset({0x14, 0x58})
"""Too much at once: the next message would be answered the same."""

_REJECTED = {
    0x01: "RINVMSGLEN",
    0x02: "RINVCMDLEN",
    0x03: "RINVCMDID",
    0x06: "RINVPRTFLG",
    0x07: "RINVREGDLVFLG",
    0x0A: "RINVSRCADR",
    0x0B: "RINVDSTADR",
    0x0C: "RINVMSGID",
    0x15: "RINVSERTYP",
    0x33: "RINVNUMDESTS",
    0x34: "RINVDLNAME",
    0x40: "RINVDESTFLAG",
    0x42: "RINVSUBREP",
    0x43: "RINVESMCLASS",
    0x44: "RCNTSUBDL",
    0x48: "RINVSRCTON",
    0x49: "RINVSRCNPI",
    0x50: "RINVDSTTON",
    0x51: "RINVDSTNPI",
    0x53: "RINVSYSTYP",
    0x54: "RINVREPFLAG",
    0x55: "RINVNUMMSGS",
    0x61: "RINVSCHED",
    0x62: "RINVEXPIRY",
    0x63: "RINVDFTMSGID",
    0x65: "RX_P_APPN",
    0x66: "RX_R_APPN",
    0xC0: "RINVOPTPARSTREAM",
    0xC1: "ROPTPARNOTALLWD",
    0xC2: "RINVPARLEN",
    0xC3: "RMISSINGOPTPARAM",
    0xC4: "RINVOPTPARAMVAL",
}
_BUSY = {
    0x04: "RINVBNDSTS",
    0x05: "RALYBND",
    0x08: "RSYSERR",
    0x0D: "RBINDFAIL",
    0x0E: "RINVPASWD",
    0x0F: "RINVSYSID",
    0x14: "RMSGQFUL",
    0x45: "RSUBMITFAIL",
    0x58: "RTHROTTLED",
    0x64: "RX_T_APPN",
    0xFE: "RDELIVERYFAILURE",
}
_UNKNOWN = {0xFF: "RUNKNOWNERR"}  # the SMSC does not know either

_TABLE = {
    **{status: (name, Outcome.REJECTED) for status, name in _REJECTED.items()},
    **{status: (name, Outcome.BUSY) for status, name in _BUSY.items()},
    **{status: (name, Outcome.UNKNOWN) for status, name in _UNKNOWN.items()},
}


def meaning(status: int, own: Mapping[int, Outcome]) -> tuple[str, Outcome]:
    """The code and the outcome of a status that is not OK; `own` is what this SMSC means by it.

    A status that nobody explains has refused the message all the same: it may be tried again.
    """
    name, outcome = _TABLE.get(status, (f"0x{status:08X}", Outcome.BUSY))
    return name, own.get(status, outcome)
