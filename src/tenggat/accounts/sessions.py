"""Who is signed in where: beginning, visiting, listing and ending sessions."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from tenggat.accounts import codes
from tenggat.accounts.models import Session
from tenggat.accounts.store import IDLE, ends, kept

_NOTED = timedelta(minutes=1)  # between two notes of the same session being used
_RENEWED = timedelta(days=1)  # between two cookies of it: a browser forgets the old one after 30 days
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("UCBrowser", "UC Browser"),
             ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
            ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signed:
    """One session of a person. `name` ends it; it is not the key that the cookie has."""

    name: str
    device: str
    began_at: datetime
    seen_at: datetime
    brief: bool
    is_this: bool


def device_of(user_agent: str) -> str:
    """Browser and system, such as `Chrome, Android`: enough to recognise one's own, too little to follow anybody."""
    names = [_first(user_agent, _BROWSERS), _first(user_agent, _SYSTEMS)]
    return ", ".join(filter(None, names))


def _first(text: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for sign, name in known if re.search(rf"\b{sign}", text)), "")


def begin(session: SessionBase, *, person_id: UUID, device: str, brief: bool, now: datetime) -> None:
    """Sign a browser in, under a key that nobody has seen before: whatever session it had ends."""
    session.flush()
    session["person_id"] = str(person_id)
    session["began_at"] = session["seen_at"] = now.isoformat()
    session["device"], session["brief"] = device, brief
    session.set_expiry(0 if brief else int(IDLE.total_seconds()))  # 0: the cookie goes when the browser is closed


def visiting(session: SessionBase, *, now: datetime) -> UUID | None:
    """Who is signed in, or None. A session that is over ends here; one that goes on is noted."""
    if not session.session_key or "person_id" not in session:
        return None
    row = Session.objects.filter(session_key=kept(session.session_key)).first()
    if row is None or now >= row.expire_date:
        session.flush()
        return None
    if now - row.seen_at >= _NOTED:
        Session.objects.filter(session_key=row.session_key).update(
            seen_at=now, expire_date=ends(began_at=row.began_at, seen_at=now, brief=row.brief)
        )
    if not row.brief and now - datetime.fromisoformat(session["seen_at"]) >= _RENEWED:
        session["seen_at"] = now.isoformat()
    return row.person_id


def sessions_of(*, person_id: UUID, session: SessionBase, now: datetime) -> list[Signed]:
    """Where a person is signed in, this browser first, then the latest seen."""
    this = kept(session.session_key or "")
    rows = Session.objects.filter(person_id=person_id, expire_date__gt=now).order_by("-seen_at")
    found = [
        Signed(row.session_key, row.device, row.began_at, row.seen_at, row.brief, row.session_key == this)
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.is_this)


@transaction.atomic
def end(*, person_id: UUID, name: str, now: datetime) -> bool:
    """End one session of a person; False: there is none of that name."""
    gone, _ = Session.objects.filter(person_id=person_id, session_key=name).delete()
    if gone:
        codes.tell(person_id, "signed_out", now=now, details={"where": "one"})
    return bool(gone)


@transaction.atomic
def end_all(*, person_id: UUID, now: datetime) -> int:
    """Sign a person out everywhere, here as well; gives how many sessions there were."""
    gone, _ = Session.objects.filter(person_id=person_id).delete()
    codes.tell(person_id, "signed_out", now=now, details={"where": "everywhere"})
    return gone
