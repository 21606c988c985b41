"""The states of a participation as the database knows them; the legal moves stand in rules/journey.py."""

from datetime import UTC, datetime

from tenggat.rules.journey import LIVE, State

NOT_LIVE = tuple(sorted(state.value for state in State if state not in LIVE))

OPEN_END = datetime(9999, 1, 1, tzinfo=UTC)
"""How `held_until` says "until further notice": a moment that every tool can read, unlike PostgreSQL's infinity."""
