"""The second process of an import: it reads, checks, fingerprints and encrypts while the first one writes.

It is a process of its own, started anew: a fork would share the database connection. Job and keys come
through its standard input, never through arguments or the environment; chunks go back through its standard
output. When the first process goes away, writing fails, and the second one ends.
"""

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from tenggat.foundation import keys as keyring
from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal
from tenggat.foundation.tabular import FileRefused, read
from tenggat.waves.applicants import COLUMNS
from tenggat.waves.chunks import Chunk, Job
from tenggat.waves.finishing import SIZE, chunks

TEXT_ONLY = ("nik", "kk")


class ParserDied(Refusal):
    """The process that reads the file ended before the file did."""

    code = "parser_died"


class ParserFailed(RuntimeError):  # noqa: N818 -- named like its sibling
    """A bug in the second process: the kind of error and the place, never what it was about."""


@contextmanager
def parsed(*, job: Job, keys: Keys, size: int = SIZE) -> Iterator[Iterator[Chunk]]:
    """The chunks of a file, made by a process that ends with this context.

    Raises FileRefused before the first chunk, ParserDied and ParserFailed between chunks.
    """
    # In a session of its own, Ctrl-C reaches only us, and we end it.
    with subprocess.Popen(
        [sys.executable, "-m", "tenggat.waves.parsing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as process:
        try:
            yield _received(process, (job, keys.dumps(), size))
        finally:
            process.kill()


def _received(process: "subprocess.Popen[bytes]", task: tuple[Job, str, int]) -> Iterator[Chunk]:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with process.stdin as pipe:
            pickle.dump(task, pipe)
        while (message := pickle.load(process.stdout)) is not None:  # noqa: S301 -- our own process
            if isinstance(message, Exception):
                raise message
            yield message
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        raise ParserDied(
            "The process that reads the file ended early (is memory short?). Nothing was imported; try again."
        ) from None


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    """Do the work of the second process. Errors go without what they were about: it is personal data."""
    gc.disable()  # rows are no cycles, and looking for them takes a third of the time
    job, secret, size = pickle.load(source)  # noqa: S301 -- our own parent
    message: Any = None
    try:
        rows = read(job.path, required=COLUMNS, text_only=TEXT_ONLY)
        for chunk in chunks(rows, job=job, keys=keyring.loads(secret), size=size):
            _send(chunk, target)
    except FileRefused as error:
        message = error
    except BrokenPipeError:
        os._exit(1)
    except Exception as error:
        message = ParserFailed(f"{type(error).__name__} in the process that reads the file")
    _send(message, target)


def _send(message: Any, target: IO[bytes]) -> None:
    pickle.dump(message, target, protocol=pickle.HIGHEST_PROTOCOL)
    target.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
