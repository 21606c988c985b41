"""Random histories: Hypothesis chooses what happens next, and after each step everything must be as the oracle says."""

from collections.abc import Collection
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from proof.stateful.story import Story
from proof.stateful.world import ACCEPTED, NAMES, World

_names = st.sampled_from((*ACCEPTED, *ACCEPTED, *NAMES))
_others = st.sampled_from((*NAMES, *NAMES[len(ACCEPTED) :]))
_edges = st.sampled_from(("now", "in time", "in time", "deadline", "too late", "accepted", "before", "first deadline"))
_often = st.sampled_from((True, True, True, False))
_sources = st.sampled_from(("toko", "pasar"))
_courses = st.sampled_from(("EXCEL", "EXCEL", "EXCEL", "NEW"))
_scopes = st.sampled_from((*ACCEPTED, 10, 10, 11, "toko", None))
_few = st.integers(0, 6)


def _facts(**facts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(facts)


VERBS = {
    "clock": _facts(place=st.sampled_from((6, 7, 8, 5, 3, 2, 4, 0, 1, 0, 1))),
    "night": _facts(),
    "buy": _facts(name=_names, edge=_edges, source=_sources, course=_courses, tell=_often),
    "cancel": _facts(place=_few, edge=_edges, tell=_often),
    "tell": _facts(source=_sources, first=_few, count=st.integers(1, 4)),
    "watermark": _facts(source=_sources, name=_names, edge=_edges),
    "catalogue": _facts(),
    "remind": _facts(),
    "deliver": _facts(),
    "engines": _facts(),
    "crash": _facts(),
    "race": _facts(name=_names, edge=_edges, source=_sources),
    "approve": _facts(by=st.sampled_from(("Sari", "SARI ", "Bambang"))),
    "reinstate": _facts(place=_few),
    "hold": _facts(scope=_scopes, edge=_edges, hours=st.sampled_from((1, 24, 96))),
    "extend": _facts(scope=_scopes, edge=_edges, hours=st.sampled_from((-1, 1, 24, 96))),
    "lift": _facts(place=_few),
    "spoil": _facts(place=_few),
    "retry": _facts(mend=_often),
    "join": _facts(name=_others, wave=st.sampled_from((10, 10, 11))),
    "announce": _facts(),
    "release": _facts(),
}
_OFTEN = ("clock", "night", "buy", "buy")


def machine(world: World, verbs: Collection[str] = VERBS.keys()) -> type[RuleBasedStateMachine]:
    """Histories on this database of these verbs.

    One rule draws the verb, of those that make sense: Hypothesis leaves rules out of most of its examples, and without
    a clock nothing happens.
    """
    weighted = sorted(verbs) + [verb for verb in _OFTEN if verb in verbs]

    class Histories(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.story, self.right = Story(world), False

        @rule(data=st.data())
        def then(self, data: st.DataObject) -> None:
            self.right = False
            senseless = self.story.senseless()
            verb = data.draw(st.sampled_from([verb for verb in weighted if verb not in senseless] or weighted))
            getattr(self.story, verb)(**data.draw(VERBS[verb], verb))

        @invariant()
        def everything_is_right(self) -> None:
            found = self.story.problems()
            self.right = not found
            assert not found, "\n".join(found)

        def teardown(self) -> None:
            if self.right:  # else it has failed already, and this would hide where
                found = self.story.end()
                assert not found, "\n".join(found)

    return Histories
