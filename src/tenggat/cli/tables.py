"""Tables for people: framed on a wide terminal, without a frame on a narrow one, plain aligned text in a pipe.

No figure, name or moment is ever cut: what a narrow terminal has no room for stands below its row, with its heading.
"""

import shutil
import sys
import textwrap
from collections.abc import Sequence

_GAP = 2
_FRAME_GAP, _FRAME_EDGES = 3, 2
_LEAST = 32
"""How narrow a column that folds may become before it stands below."""
_BELOW = 4
"""By how much what stands below is set in."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, last: bool = False, folds: str = "") -> None:
    """Show a table; figures stand to the right. `last`: the last row is a sum; `folds`: the column that may wrap."""
    right = [all(_is_figure(row[column]) for row in rows) for column in range(len(head))]
    if not sys.stdout.isatty():
        _tell(plain(head, rows, right))
        return
    room = shutil.get_terminal_size().columns
    if _needed(head, rows, folds, gap=_FRAME_GAP) + _FRAME_EDGES <= room:
        _framed(head, rows, right, last=last, folds=folds)
    else:
        _tell(narrow(head, rows, right, room=room, folds=folds))


def plain(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """Aligned lines, as wide as they are."""
    widths = _widths(head, rows)
    return [_aligned(row, widths, right) for row in (head, *rows)]


def narrow(
    head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], *, room: int, folds: str = ""
) -> list[str]:
    """Lines of at most `room` characters: columns from the right stand below their row until the others fit."""
    kept = len(head)
    while kept > 1 and _needed(head[:kept], [row[:kept] for row in rows], folds, gap=_GAP) > room:
        kept -= 1
    widths = _widths(head[:kept], [row[:kept] for row in rows])
    fold = head.index(folds) if folds in head[:kept] else None
    if fold is not None:
        widths[fold] = min(widths[fold], room - sum(widths) + widths[fold] - _GAP * (kept - 1))
    lines = []
    for row in (head, *rows):
        cells: list[list[str]] = [
            (textwrap.wrap(cell, widths[column]) if column == fold else [cell]) or [""]
            for column, cell in enumerate(row[:kept])
        ]
        for at in range(max(len(cell) for cell in cells)):
            lines.append(_aligned([cell[at] if at < len(cell) else "" for cell in cells], widths, right))
        if row is not head:
            below = [
                f"{name} {cell}" for name, cell in zip(head[kept:], row[kept:], strict=True) if cell not in ("", "–")
            ]
            lines += textwrap.wrap(" · ".join(below), room, initial_indent=" " * _BELOW, subsequent_indent=" " * _BELOW)
    return lines


def _is_figure(cell: str) -> bool:
    return cell[:1].isdigit() or cell[:1] in "–-+" or cell.startswith("Rp ")


def _widths(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]


def _needed(head: Sequence[str], rows: Sequence[Sequence[str]], folds: str, *, gap: int) -> int:
    widths = [
        min(_LEAST, width) if name == folds else width for name, width in zip(head, _widths(head, rows), strict=True)
    ]
    return sum(widths) + gap * (len(widths) - 1)


def _aligned(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = [
        cell.rjust(width) if is_right else cell.ljust(width)
        for cell, width, is_right in zip(row, widths, right, strict=False)
    ]
    return (" " * _GAP).join(cells).rstrip()


def _tell(lines: Sequence[str]) -> None:
    for line in lines:
        print(line)  # noqa: T201


def _framed(head: Sequence[str], rows: Sequence[Sequence[str]], right: list[bool], *, last: bool, folds: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name, is_right in zip(head, right, strict=True):
        drawn.add_column(name, justify="right" if is_right else "left", no_wrap=name != folds, overflow="fold")
    for at, row in enumerate(rows):
        ends = last and at == len(rows) - 2
        cells = [Text(cell) for cell in row]  # a reason may have [brackets], which are no markup
        drawn.add_row(*cells, end_section=ends, style="bold" if last and at == len(rows) - 1 else None)
    Console().print(drawn)
