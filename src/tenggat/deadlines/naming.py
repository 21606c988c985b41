"""Who decided, why, and from when until when: what every decision needs, and what it cannot be."""

from datetime import datetime

from tenggat.foundation.refusals import Refusal
from tenggat.registry.actions import reason_of, signed


class SamePerson(Refusal):
    """Nobody approves what they decided themselves."""

    code = "same_person"


class MomentRefused(Refusal):
    """The moments of a decision do not fit together."""

    code = "moment_refused"


def named(by: str, approved_by: str, *, reason: str) -> tuple[str, str, str]:
    """Author, approver ("" if there is none) and reason, tidied. Raises NameUnusable, SamePerson, ReasonMissing,
    ReasonUnusable."""
    author, approver = signed(by, "A decision"), signed(approved_by, "An approval") if approved_by.strip() else ""
    reason = reason_of(reason)
    if approver and _person(author) == _person(approver):
        raise SamePerson(f"{author} took this decision; whoever approves it must be somebody else.")
    return author, approver, reason


def _person(name: str) -> str:
    return "".join(name.split()).casefold()


def check_moments(*, until: datetime, effective_at: datetime, now: datetime, must_come: bool) -> None:
    """Raises MomentRefused; `must_come`: the end lies ahead, since a hold that is over protects nobody."""
    if effective_at > now:
        raise MomentRefused("--effective lies in the future; a decision is effective now, or was before.")
    if until <= effective_at:
        raise MomentRefused("--until lies before the decision is effective: nothing would change.")
    if must_come and until <= now:
        raise MomentRefused("--until is over already: such a hold protects nobody.")
