"""What officers decide, with dull defaults: plain functions around the verbs."""

from datetime import datetime, timedelta

from tenggat.audit.verify import verify
from tenggat.deadlines import deciding
from tenggat.deadlines.deciding import Decided, Terms
from tenggat.deadlines.scopes import Scope
from tests.scene import DEADLINE, NIGHT, OFFICER, PRAKERJA

DAY = timedelta(days=1)
NEXT_WEEK = DEADLINE + 7 * DAY
BEFORE = DEADLINE - timedelta(hours=5)
AFTERWARDS = NIGHT + timedelta(hours=8)
WAVE_10 = Scope(wave=10)


def hold(
    scope: Scope, until: datetime = NEXT_WEEK, *, effective: datetime = BEFORE, now: datetime | None = None
) -> Decided:
    """A hold that takes effect when it is decided, unless `now` is later."""
    return deciding.hold(terms=_terms(scope, until, effective), programme=PRAKERJA, now=now or effective, actor=OFFICER)


def extend(
    scope: Scope, until: datetime = NEXT_WEEK, *, effective: datetime = BEFORE, now: datetime | None = None
) -> Decided:
    """An extension that takes effect when it is decided, unless `now` is later."""
    terms = _terms(scope, until, effective)
    return deciding.extend(terms=terms, programme=PRAKERJA, now=now or effective, actor=OFFICER)


def lift(decided: Decided, *, now: datetime = BEFORE) -> Decided:
    """The end of a hold."""
    number = decided.decision.decision_id
    return deciding.lift(decision_id=number, reason="resolved", by="Sari", now=now, actor=OFFICER)


def _terms(scope: Scope, until: datetime, effective: datetime) -> Terms:
    return Terms(scope, until, effective, reason="the site was down", by="Sari", approved_by="Bambang")


def faults() -> list[str]:
    """What an audit of everything finds."""
    return [f"{check.name}: {check.detail}" for check in verify(programme=PRAKERJA) if not check.ok]
