"""Work in several database sessions at once: the two halves of the people, or one step while the other waits."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")

HALVES = (("00000000-0000-0000-0000-000000000000", "7fffffff-ffff-ffff-ffff-ffffffffffff"),
          ("80000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"))  # fmt: skip
"""First and last `person_id` of each half: the ids are keyed digests, so that the halves are of one size."""


def in_sessions(jobs: Sequence[Callable[[], T]], *, at_once: int | None = None) -> list[T]:
    """Run each job in a session of its own, `at_once` together; what one raises is raised when all have ended."""
    if connection.in_atomic_block:  # what this transaction has written is not seen by any other session
        return [job() for job in jobs]
    with ThreadPoolExecutor(at_once or len(jobs)) as threads:
        return _results([threads.submit(_session, job) for job in jobs])


def in_one_piece(jobs: Sequence[Callable[[], T]], *, keep: bool = True) -> list[T]:
    """Run each job in a transaction of its own; none commits before all are done, and none if one fails.

    Without `keep` all are taken back. (A server that dies between two commits can leave one half: use this only for
    work that is safe to do again.)
    """
    together = threading.Barrier(len(jobs))
    alone = connection.in_atomic_block

    def transactional(job: Callable[[], T]) -> T:
        try:
            with transaction.atomic():
                done = job()
                if not alone:
                    together.wait()
                transaction.set_rollback(not keep)
        except BaseException:
            together.abort()
            raise
        return done

    return in_sessions([partial(transactional, job) for job in jobs])


@contextmanager
def second_session() -> Iterator[Executor]:
    """A thread for one job after the other, in a session of its own; inside a transaction each runs here, at once."""
    if connection.in_atomic_block:
        yield _Here()
        return
    with ThreadPoolExecutor(1) as thread:
        try:
            yield thread
        finally:
            thread.submit(_close)


class _Here(Executor):
    """Runs what it is given before it gives the answer back."""

    def submit(self, fn: Callable[..., T], /, *arguments: Any, **named: Any) -> "Future[T]":
        done: Future[T] = Future()
        try:
            done.set_result(fn(*arguments, **named))
        except Exception as failure:
            done.set_exception(failure)
        return done


def _close() -> None:
    connection.close()  # that of the thread in which this runs


def _session(job: Callable[[], T]) -> T:
    try:
        return job()
    finally:
        connection.close()  # this thread's own


def _results(started: Sequence[Future[T]]) -> list[T]:
    failures = [failure for one in started if (failure := one.exception())]
    for failure in failures:
        if not isinstance(failure, threading.BrokenBarrierError):  # that one only tells of another's failure
            raise failure
    return [one.result() for one in started]
