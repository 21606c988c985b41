"""Why there is no database, in one sentence that says what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from tenggat.foundation.refusals import Refusal


class ServerUnavailable(Refusal):
    """The embedded server can neither be reached nor started."""

    code: ClassVar[str] = "server_unavailable"


_REASONS = {
    errno.ENOSPC: "the disk is full; free some room and run the command again",
    errno.EDQUOT: "the disk quota is used up; free some room and run the command again",
    errno.EROFS: "the disk is read-only; choose another folder with TENGGAT_HOME",
    errno.EACCES: "permission is denied; run as the folder's owner, or choose another with TENGGAT_HOME",
    errno.EPERM: "permission is denied; run as the folder's owner, or choose another with TENGGAT_HOME",
    errno.ENOTDIR: "a part of the path is not a folder; choose another folder with TENGGAT_HOME",
    errno.EEXIST: "a file is in the way; choose another folder with TENGGAT_HOME",
    errno.ENAMETOOLONG: "the path is too long; choose another folder with TENGGAT_HOME",
}


@contextmanager
def explained(home: Path) -> Iterator[None]:
    """Turns what the operating system refuses into ServerUnavailable, so that no door shows a traceback."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"{error.strerror or error}; see to that and run the command again")
        where = error.filename or home
        raise ServerUnavailable(f"The database of {home} cannot be used: at {where}, {reason}.") from error
