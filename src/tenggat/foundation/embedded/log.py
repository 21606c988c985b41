"""The server's own log: bounded in size, and its tail for a refusal."""

import os
from dataclasses import dataclass

from tenggat.foundation.embedded.layout import Place

_LONGEST = 1024 * 1024  # bytes; one older file of the same size is kept


@dataclass(frozen=True)
class Log:
    """The log of one place; what it has is free of personal data (see `tuning`)."""

    place: Place

    def size(self) -> int:
        """Bytes so far."""
        try:
            return self.place.log.stat().st_size
        except FileNotFoundError:
            return 0

    def bound(self) -> None:
        """Sets a log that has grown too long aside. The server appends, so it goes on in the emptied file."""
        if self.size() > _LONGEST:
            script = f'tail -c {_LONGEST} "$1" >"$1.1" && : >"$1"'
            self.place.account.shell(script, str(self.place.log))

    def since(self, begin: int) -> str:
        """What was written after byte `begin`."""
        try:
            handle = os.open(self.place.log, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return ""
        with os.fdopen(handle, "rb") as file:
            file.seek(max(begin, self.size() - 64 * 1024))
            return file.read().decode(errors="replace")

    def tail(self, begin: int, *, lines: int = 3) -> str:
        """The last lines after `begin`, each without its time stamp, joined into one sentence."""
        written = [line.split("] ", 1)[-1].strip() for line in self.since(begin).splitlines() if line.strip()]
        telling = [line for line in written if line.startswith(("FATAL", "PANIC", "HINT"))] or written
        return " / ".join(telling[-lines:])
