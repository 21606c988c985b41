"""Writing a file in one step: whoever looks finds the old one or the new one, never half of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tenggat.foundation.refusals import Refusal


class FileUnusable(Refusal):
    """Nothing can be written there."""

    code = "file_unusable"


@contextmanager
def replacing(path: Path, *, keep: bool = True) -> Iterator[Path]:
    """A draft beside `path`, which only its owner reads, that takes its place at the end, or goes away with an error.

    Without `keep` it always goes away. Raises FileUnusable, also for what is there and no regular file: a folder, a
    pipe, a device, a link.
    """
    if not path.name or path.is_dir():
        raise FileUnusable(f"{path} is a folder; give the name of a file in it.")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise FileUnusable(f"{path} is no regular file, and would be replaced by one; choose another name.")
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.touch(0o600)
        yield draft
        if keep:
            draft.replace(path)
    except OSError as error:
        raise FileUnusable(f"{path} cannot be written ({error.strerror}); choose another place.") from None
    finally:
        with suppress(OSError):  # such as a folder that is not there: there is no draft in it
            draft.unlink(missing_ok=True)
