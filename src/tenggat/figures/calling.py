"""Lists of people for a call centre: a CSV that only its owner reads, and that no spreadsheet takes for formulas."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from tenggat.foundation.whole_files import replacing
from tenggat.reasons.sampling import Drawn, draw
from tenggat.rules.programme import Programme

_FORMULA = re.compile(r"[=@\t\r-]|\+(?![0-9]+\Z)")  # a number with its plus is one: +62812...
_COLUMNS = ("place", "person_id", "name", "phone", "province", "deadline_at")


def write_list(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]], *, zone: ZoneInfo) -> int:
    """Write a list, its moments as the clocks of `zone` show them; gives how many rows. Raises FileUnusable."""
    count = 0
    with replacing(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for row in rows:
            writer.writerow([plain(cell, zone) for cell in row])
            count += 1
    return count


@transaction.atomic
def draw_to_call(*, path: Path, wave: int, size: int, by: str, programme: Programme, now: datetime) -> Drawn:
    """Draw a random sample and write it down for the callers: both, or neither.

    Raises NameUnusable, NotDrawn, FileUnusable.
    """
    drawn = draw(wave=wave, size=size, by=by, now=now)
    rows = (tuple(getattr(person, name) for name in _COLUMNS) for person in drawn.people)
    write_list(path, _COLUMNS, rows, zone=programme.zone)
    return drawn


def plain(cell: Any, zone: ZoneInfo) -> Any:
    """A call centre opens this in a spreadsheet: no name may be a formula there."""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat()
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
