"""The states of a participation as the database knows them; the legal moves stand in rules/journey.py."""

from tenggat.rules.journey import LIVE, State

NOT_LIVE = tuple(sorted(state.value for state in State if state not in LIVE))
ALL = tuple(state.value for state in State)
