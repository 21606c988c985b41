"""What the simulated SMSC truly did, in memory and as lines of JSON that outlive it."""

import json
import os
from pathlib import Path
from typing import NamedTuple

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Taken(NamedTuple):
    """One message that was not refused. `delivered` is the truth, `receipt` what is told ("" for nothing)."""

    id: str
    to: str
    text: str
    mark: int | None
    until: str
    acked: bool
    delivered: bool
    receipt: str
    at: float = 0.0  # when it was taken, by the simulator's own clock


class Ledger:
    """Appends; `path` is flushed by the batch, so that a kill loses nothing that was acknowledged."""

    def __init__(self, path: Path | None = None) -> None:
        self.rows: list[Taken] = []
        self.refused: dict[str, int] = {}  # name of the status -> how often
        self.confirmed: dict[str, list[int]] = {}  # by message: over which connections its receipts were acknowledged
        self.cut: set[int] = set()  # connections that ended without a good-bye
        self._lines: list[str] = []
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if path else -1

    def write(self, taken: Taken) -> None:
        """Enter one message; `flush` makes it last."""
        self.rows.append(taken)
        if self._fd >= 0:
            self._lines.append(_encode(taken._asdict()) + "\n")

    def refuse(self, name: str) -> None:
        """Count a message that was refused."""
        self.refused[name] = self.refused.get(name, 0) + 1

    def confirm(self, name: str, connection: int) -> None:
        """A receipt of this message was acknowledged."""
        self.confirmed.setdefault(name, []).append(connection)

    def flush(self) -> None:
        """Give what was entered to the kernel, which a kill of this process does not take back."""
        if self._lines:
            data = "".join(self._lines).encode()
            self._lines.clear()
            while data:
                data = data[os.write(self._fd, data) :]

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @property
    def delivered(self) -> list[Taken]:
        """What people have truly got, in order."""
        return [row for row in self.rows if row.delivered]


def read(path: Path) -> list[Taken]:
    """What a simulator that has ended left behind; half a line at the end was never acknowledged."""
    whole = path.read_text("utf-8").rpartition("\n")[0]
    return [Taken(**json.loads(line)) for line in whole.splitlines()]
