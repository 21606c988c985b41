"""Which parts of the proof a call asks for."""

import pytest
from proof.__main__ import PARTS, asked

USUAL = list(PARTS)


@pytest.mark.parametrize(
    ("words", "parts", "quick"),
    [
        ([], USUAL, False),
        (["--quick"], USUAL, True),
        (["plans"], ["plans"], False),
        (["--quick", "model", "crashes"], ["model", "crashes"], True),
    ],
)
def test_no_word_asks_for_all_of_them(words: list[str], parts: list[str], quick: bool) -> None:
    assert asked(words) == (parts, quick)


def test_an_unknown_part_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        asked(["planes"])
    assert refused.value.code == 2
    assert "'planes'; name one of crashes, month, model" in capsys.readouterr().err
