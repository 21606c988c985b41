"""The one place that reads a clock. Only doors call it; everything below is given `now` (decision D5)."""

import time
from datetime import UTC, datetime

EARLIEST, LATEST = 1900, 9000
"""Years between which an instant is taken for one: room on both sides for adding and taking away."""

BORROWED = "TENGGAT_NOW"
"""Environment variable by which `tenggat up --now INSTANT` lends its web a clock, in a sandbox home only."""


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def tick() -> float:
    """Seconds that go by evenly on every machine: for the pace of a wire, never for what happens to a person."""
    return time.time()


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant with an offset; answers in UTC. Raises ValueError with a sentence that helps."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("is not an ISO 8601 instant; write it like 2020-10-31T23:59:00+07:00") from None
    if moment.tzinfo is None:
        raise ValueError("has no offset; write it like 2020-10-31T23:59:00+07:00")
    if not EARLIEST <= moment.year <= LATEST:
        raise ValueError(f"lies outside the years {EARLIEST} to {LATEST}")
    return moment.astimezone(UTC)
