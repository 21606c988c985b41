"""The gateway for a laptop and for replays: each message is a line of JSON in a file that only its owner reads."""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from tenggat.foundation.refusals import Refusal
from tenggat.messaging.gateways import Answer, Outcome, Outgoing, Receipt, nothing

_encode = json.JSONEncoder(ensure_ascii=False).encode  # made once: json.dumps makes one for each call


class SenderAtWork(Refusal):
    """Two senders would write into one file, and each would take the other for dead."""

    code = "sender_at_work"

    def __init__(self) -> None:
        super().__init__("Another command is sending right now; wait until it has ended.")


class FileGateway:
    """Appends to `path`. Use as a context manager; one sender at a time."""

    kind: ClassVar[str] = "file"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1

    def __enter__(self) -> Self:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # The database's lock ends with the session, and a sender may outlive its session: the file's ends with it.
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._fd)
            raise SenderAtWork from None
        self._drop_torn_line()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def send(
        self, messages: Iterable[Outgoing], *, at: datetime, pause: Callable[[], None] = nothing
    ) -> Iterator[Answer]:
        """Append the messages and wait until the disk has them: after that they count as accepted."""
        moment, all_of_them = at.isoformat(), list(messages)
        lines = "".join(_line(message, moment) for message in all_of_them)
        data = memoryview(lines.encode())
        while data:
            data = data[os.write(self._fd, data) :]
        os.fsync(self._fd)
        return iter([Answer(message.reference, Outcome.ACCEPTED) for message in all_of_them])

    def receipts(self) -> Sequence[Receipt]:
        """A file tells nothing."""
        return ()

    def knows(self, references: set[str]) -> set[str]:
        """Which of these have been written: what a sender that died had really handed over."""
        with self.path.open(encoding="utf-8") as lines:
            return references.intersection(json.loads(line)["reference"] for line in lines) if references else set()

    def _drop_torn_line(self) -> None:
        """A crash in the middle of a write leaves half a line, which was never sent."""
        size = end = os.fstat(self._fd).st_size
        while end > 0:
            start = max(0, end - 65536)
            if (newline := os.pread(self._fd, end - start, start).rfind(b"\n")) >= 0:
                end = start + newline + 1
                break
            end = start
        if end < size:
            os.ftruncate(self._fd, end)


def _line(message: Outgoing, at: str) -> str:
    words = {"reference": message.reference, "channel": message.channel, "to": message.to, "text": message.text}
    return _encode({**words, "at": at}) + "\n"
