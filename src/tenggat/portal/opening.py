"""What the pages of this home are about: its programme, its keys, and the clock that they follow."""

import functools
import os
from dataclasses import dataclass
from datetime import datetime

from tenggat.foundation import clock, home, keys
from tenggat.foundation.refusals import Refusal
from tenggat.rules.programme import Programme, load


class BorrowedClock(Refusal):
    """A home of real people has the clock of the wall."""

    code = "clock_refused"


@dataclass(frozen=True, slots=True)
class Opened:
    """A home as the pages need it. `borrowed` is the instant that stands for now; None: the clock runs."""

    home: home.Home
    programme: Programme
    keys: keys.Keys
    borrowed: datetime | None

    def now(self) -> datetime:
        """The moment at which a request is answered."""
        return self.borrowed or clock.now()


@functools.cache
def opened() -> Opened:
    """The home in TENGGAT_HOME, read once in a process.

    Raises HomeMissing, HomeUnusable, KeysUnusable, ProgrammeError, BorrowedClock.
    """
    found = home.open_home(home.default_path())
    lent = os.environ.get(clock.BORROWED)
    if lent and not found.sandbox:
        raise BorrowedClock(f"{clock.BORROWED} works only in a sandbox home (tenggat init --sandbox); unset it.")
    borrowed = clock.parse_instant(lent) if lent else None
    return Opened(found, load(found.programme_source), keys.read(found.keys_file), borrowed)
