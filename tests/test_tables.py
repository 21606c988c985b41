"""Tables on a narrow terminal: nothing is cut, and what has no room stands below its row."""

from tenggat.cli import tables

HEAD = ("no", "whom", "until", "lifted", "reason")
ROWS = (
    ("1", "wave 1", "30 Nov 2026 10:00 WIB", "–", "the site failed on the last evening"),
    ("12", "everyone", "1 Dec 2026 10:00 WIB", "2 Dec 2026 10:00 WIB", "[none]"),
)
RIGHT = (True, False, True, True, False)


def test_where_there_is_room_every_column_stands_in_its_row() -> None:
    lines = tables.narrow(HEAD, ROWS, RIGHT, room=120)
    assert lines == tables.plain(HEAD, ROWS, RIGHT)
    assert lines[1] == " 1  wave 1    30 Nov 2026 10:00 WIB                     –  the site failed on the last evening"


def test_the_column_that_may_wrap_wraps_under_itself() -> None:
    lines = tables.narrow(HEAD, ROWS, RIGHT, room=90, folds="reason")
    assert lines[1:3] == [
        " 1  wave 1    30 Nov 2026 10:00 WIB                     –  the site failed on the last",
        " " * 59 + "evening",
    ]


def test_what_has_no_room_stands_below_its_row_with_its_heading() -> None:
    assert tables.narrow(HEAD, ROWS, RIGHT, room=40, folds="reason") == [
        "no  whom                      until",
        " 1  wave 1    30 Nov 2026 10:00 WIB",
        "    reason the site failed on the last",
        "    evening",
        "12  everyone   1 Dec 2026 10:00 WIB",
        "    lifted 2 Dec 2026 10:00 WIB · reason",
        "    [none]",
    ]


def test_no_line_is_wider_than_the_room_and_no_word_is_lost() -> None:
    for room in range(40, 130):
        lines = tables.narrow(HEAD, ROWS, RIGHT, room=room, folds="reason")
        assert max(map(len, lines)) <= room
        told = " ".join(lines).split()
        assert all(word in told for row in ROWS for cell in row for word in cell.split() if word != "–")
