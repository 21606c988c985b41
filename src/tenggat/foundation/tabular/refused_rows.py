"""The list of rows that were not taken, beside the file that they came in."""

import csv
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tenggat.foundation.refusals import Refusal


class RefusedFileUnwritable(Refusal):
    """There is no place for the list of refused rows."""

    code = "refused_file_unwritable"


class RefusedRows:
    """Collects refused rows and, once published, leaves them as `FILE.refused.csv`: line, reason, sentence.

    Rows are written as they come, so that memory stays bounded. Used as a context: leaving it with an
    exception leaves no list behind. The list of an earlier run goes away when nothing is refused any more.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(path.name + ".refused.csv")
        if self.path.is_dir():
            raise RefusedFileUnwritable(
                f"{self.path.name} is a folder: its name is needed for the list of refused rows."
            )
        self.count = 0
        self._file: Any = None
        self._writer: Any = None

    def add(self, line: int, reason: str, sentence: str) -> None:
        """Note a row. Neither reason nor sentence may hold personal data. Raises RefusedFileUnwritable."""
        if self._file is None:
            self._begin()
        self._writer.writerow((line, reason, sentence))
        self.count += 1

    def settle(self) -> None:
        """Bring the list to the disk, so that little can go wrong when it is published. Raises OSError."""
        if self._file is not None and not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def publish(self) -> Path | None:
        """Put the list in its place in one step, or take an old one away. Gives its path if there is one."""
        if self._file is None:
            self.path.unlink(missing_ok=True)
            return None
        self.settle()
        Path(self._file.name).replace(self.path)
        self._file = None
        return self.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)
            self._file = None

    def _begin(self) -> None:
        try:
            self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115 -- closed by publish or __exit__
                "w", encoding="utf-8", newline="", dir=self.path.parent, prefix=".refused-", delete=False
            )
        except OSError:
            message = f"{self.path.name} cannot be written: make its folder writable and try again."
            raise RefusedFileUnwritable(message) from None
        self._writer = csv.writer(self._file)
        self._writer.writerow(("line", "reason", "sentence"))
