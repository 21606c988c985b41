"""Where Django keeps sessions: a row for each, under a digest of its key, and only for people who are signed in."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends import db

from tenggat.accounts.models import Session

IDLE, IDLE_ELSEWHERE = timedelta(days=30), timedelta(minutes=20)
"""After how long without a visit a session is over: on one's own device, and on somebody else's."""

LONGEST = timedelta(days=180)
"""After how long it is over in any case."""


def kept(key: str) -> str:
    """What the table has of a key: 160 bits of a digest. The key itself has 165 random ones: nothing leads back."""
    return hashlib.blake2b(key.encode(), digest_size=20).hexdigest()


def ends(*, began_at: datetime, seen_at: datetime, brief: bool) -> datetime:
    """The first instant at which a session is over, if nobody comes before."""
    return min(seen_at + (IDLE_ELSEWHERE if brief else IDLE), began_at + LONGEST)


class SessionStore(db.SessionStore):
    """Sessions in `accounts_session`. Whether one is over is not asked here: `sessions.visiting` is told the moment."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Plain JSON: nothing of it ever leaves the database, so that it needs no signature."""
        return json.dumps(session_dict)

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Read it."""
        found: dict[str, Any] = json.loads(session_data)
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of a session; KeyError: nobody is signed in, and there is nothing to keep."""
        began, seen = datetime.fromisoformat(data["began_at"]), datetime.fromisoformat(data["seen_at"])
        return Session(
            session_key=kept(self._get_or_create_session_key()),  # type: ignore[attr-defined]  # of SessionBase
            session_data=self.encode(data),
            expire_date=ends(began_at=began, seen_at=seen, brief=data["brief"]),
            person_id=data["person_id"],
            began_at=began,
            seen_at=seen,
            device=data["device"],
            brief=data["brief"],
        )

    def exists(self, session_key: str) -> bool:
        """Whether a key is taken."""
        return Session.objects.filter(session_key=kept(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        """End a session: this one, or that of another key."""
        if key := session_key or self.session_key:
            Session.objects.filter(session_key=kept(key)).delete()

    def _get_session_from_db(self) -> Session | None:
        found = Session.objects.filter(session_key=kept(self.session_key or "")).first()
        if found is None:
            self._session_key = None  # a key that we have not given out is never taken over
        return found
