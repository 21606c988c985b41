"""The states of a participation, and which moves lead where."""

import pytest

from tenggat.rules.journey import LIVE, MOVES, State, allowed

LEGAL = {
    ("accept", None),
    ("buy", State.ACCEPTED),
    ("cancel", State.BOUGHT),
    ("complete", State.BOUGHT),
    ("revoke", State.ACCEPTED),
    ("reinstate", State.REVOKED),
    ("withdraw", State.ACCEPTED),
    ("withdraw", State.BOUGHT),
    ("void", State.ACCEPTED),
    ("void", State.BOUGHT),
    ("void", State.COMPLETED),
    ("void", State.REVOKED),
}


@pytest.mark.parametrize("state", [None, *State])
@pytest.mark.parametrize("move", MOVES)
def test_only_the_legal_moves_are_allowed(move: str, state: State | None) -> None:
    assert allowed(state, move) == ((move, state) in LEGAL)


def test_who_bought_or_completed_cannot_be_revoked() -> None:
    assert not allowed(State.BOUGHT, "revoke")
    assert not allowed(State.COMPLETED, "revoke")


def test_a_purchase_learnt_late_reinstates_and_then_buys() -> None:
    reinstated = MOVES["reinstate"].after
    assert allowed(State.REVOKED, "reinstate")
    assert allowed(reinstated, "buy")


def test_withdrawn_and_void_are_ends() -> None:
    for state in set(State) - LIVE:
        assert not any(allowed(state, move) for move in MOVES)


def test_a_revoked_participation_is_live_and_bars_another() -> None:
    assert State.REVOKED in LIVE
    assert frozenset({"withdrawn", "void"}) == frozenset(State) - LIVE


def test_an_unknown_move_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="forgive"):
        allowed(State.REVOKED, "forgive")


def test_states_are_the_words_of_the_exports() -> None:
    assert [str(state) for state in State] == [
        "accepted",
        "bought",
        "completed",
        "revoked",
        "withdrawn",
        "void",
    ]
