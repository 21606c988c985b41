"""The states of a participation and the moves between them."""

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where a participation stands. A hold is not a state: it stands beside one."""

    ACCEPTED = "accepted"
    BOUGHT = "bought"
    COMPLETED = "completed"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    VOID = "void"


LIVE = frozenset(State) - {State.WITHDRAWN, State.VOID}
"""A person has at most one live participation; a revoked one is live, so that it bars every later wave."""


class Move(NamedTuple):
    """A move: from which states, to which, and its story."""

    before: frozenset[State]
    after: State
    story: str


_ACCEPTED = frozenset({State.ACCEPTED})
_BOUGHT = frozenset({State.BOUGHT})
_REVOKED = frozenset({State.REVOKED})

MOVES: dict[str, Move] = {
    "accept": Move(frozenset(), State.ACCEPTED, "A wave accepts a person who has no live participation."),
    "buy": Move(_ACCEPTED, State.BOUGHT, "A first training is bought in time (Permenko 11/2020 art. 20(2))."),
    "cancel": Move(_BOUGHT, State.ACCEPTED, "The only purchase in time was taken back before the deadline."),
    "complete": Move(_BOUGHT, State.COMPLETED, "The first training is finished, with a certificate."),
    "revoke": Move(_ACCEPTED, State.REVOKED, "Nothing was bought in time (Permenko 11/2020 art. 20(3))."),
    "reinstate": Move(_REVOKED, State.ACCEPTED, "The revocation is undone; a purchase learnt late then buys."),
    "withdraw": Move(_ACCEPTED | _BOUGHT, State.WITHDRAWN, "The person gives the place back."),
    "void": Move(LIVE, State.VOID, "It never was this person's: the identity was stolen or mistaken."),
}


def allowed(state: State | None, move: str) -> bool:
    """Tell whether a move is legal from a state; None is no participation yet. KeyError: no such move."""
    before = MOVES[move].before
    return state in before if before else state is None
