"""All pairs of verbs by two real sessions on the same people: it comes out as if one had followed the other.

The first works and keeps its transaction open, the second then waits for it or passes it; the first commits, or rolls
back and is done again. Or both begin at the same instant. See verbs.py for who is who.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future
from itertools import product
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tenggat.audit.verify import verify
from tests.scene import PRAKERJA
from tests.sessions import PATIENCE, Sessions, sessions, wait_until_blocked
from tests.verbs import SCENES, VERBS, one_after_the_other, outcome, settle

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.slow]
Work = Callable[[], object]

ORDER_MATTERS = {
    "night": {
        ("buy", "revoke"), ("revoke", "hold"), ("revoke", "extend"), ("revoke", "reinstate"), ("revoke", "release"),
        ("cancel", "extend"), ("hold", "extend"), ("extend", "import"), ("release", "import"),
    },
    "morning": {
        ("buy", "hold"), ("buy", "reinstate"), ("buy", "release"), ("cancel", "extend"), ("hold", "extend"),
        ("hold", "reinstate"), ("hold", "release"), ("extend", "reinstate"), ("extend", "release"),
        ("extend", "import"), ("reinstate", "release"), ("release", "import"),
    },
}  # fmt: skip
"""Elsewhere it must not: a cancellation may come before its purchase, and so on."""

_SERIAL: dict[tuple[str, str, str], dict[str, Any]] = {}
"""What one verb after the other gives in a scene is worked out once, and is the same for every test."""


def _serial(scene: str, first: str, second: str, folder: Path) -> dict[str, Any]:
    order = (scene, first, second)
    if order not in _SERIAL:
        _SERIAL[order] = one_after_the_other(first, second, folder)
    return _SERIAL[order]


def _commits(both: Sessions, first: Work, second: Work) -> None:
    _beside(both, first, second, keep=True)


def _rolls_back(both: Sessions, first: Work, second: Work) -> None:
    _beside(both, first, second, keep=False)
    first()


def _beside(both: Sessions, first: Work, second: Work, *, keep: bool) -> None:
    holding, end = both.start_and_hold(first, keep=keep)
    waiting: Future[Any] = both.start(second)
    try:
        wait_until_blocked(waiting)
    finally:
        end()
    holding.result(PATIENCE)
    waiting.result(PATIENCE)


def _together(both: Sessions, first: Work, second: Work) -> None:
    gate = Barrier(2)

    def at_once(work: Work) -> None:
        gate.wait(PATIENCE)
        work()

    for future in [both.start(lambda: at_once(first)), both.start(lambda: at_once(second))]:
        future.result(PATIENCE)


_WAYS = (_commits, _rolls_back, _together)
_CASES = [
    pytest.param(scene, first, second, how, id="-".join((scene, first, second, how.__name__.strip("_"))))
    for number, (scene, first, second) in enumerate(product(SCENES, VERBS, VERBS))
    for way, how in enumerate(_WAYS)
    if os.environ.get("TENGGAT_PROOF") == "full" or number % len(_WAYS) == way
]
"""Each pair in each way; in the everyday suite in one of them, by turns."""


@pytest.mark.parametrize(("scene", "first", "second", "how"), _CASES)
def test_two_at_once_come_out_as_one_after_the_other(
    tmp_path: Path, scene: str, first: str, second: str, how: Callable[[Sessions, Work, Work], None]
) -> None:
    mine, yours = tmp_path / "mine", tmp_path / "yours"
    mine.mkdir()
    yours.mkdir()
    SCENES[scene](tmp_path)
    in_order = _serial(scene, first, second, tmp_path)
    reversed_order = _serial(scene, second, first, tmp_path)
    with sessions() as both:
        how(both, lambda: VERBS[first](mine), lambda: VERBS[second](yours))
    settle()
    assert outcome() in ([reversed_order] if how is _rolls_back else [in_order, reversed_order])
    assert [check for check in verify(programme=PRAKERJA) if not check.ok] == []


@pytest.mark.parametrize("scene", SCENES)
def test_the_order_of_verbs_is_seen_in_how_they_come_out(tmp_path: Path, scene: str) -> None:
    SCENES[scene](tmp_path)
    differ = {
        (first, second)
        for place, first in enumerate(VERBS)
        for second in list(VERBS)[place + 1 :]
        if _serial(scene, first, second, tmp_path) != _serial(scene, second, first, tmp_path)
    }
    assert differ == ORDER_MATTERS[scene]
