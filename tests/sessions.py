"""Two real sessions side by side: threads with connections of their own, stopped at chosen places."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")
PATIENCE = 20.0  # seconds until a test gives up instead of hanging


class Sessions:
    """Runs functions in sessions of their own."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def start(self, work: Callable[[], T]) -> Future[T]:
        """Run `work` beside the test; its connection is closed afterwards."""

        def run() -> T:
            try:
                return work()
            finally:
                connection.close()

        return self._pool.submit(run)

    def start_and_hold(self, work: Callable[[], T], *, keep: bool = True) -> tuple[Future[T], Callable[[], None]]:
        """Run `work` in a transaction that stays open until the second thing given back is called.

        It then commits, or with `keep=False` rolls back.
        """
        done, end = Event(), Event()

        def run() -> T:
            with transaction.atomic():
                result = work()
                done.set()
                assert end.wait(PATIENCE)
                transaction.set_rollback(not keep)
            return result

        future = self.start(run)
        assert done.wait(PATIENCE), future.exception(timeout=1)
        return future, end.set


@contextmanager
def sessions(size: int = 4) -> Iterator[Sessions]:
    """A place to run sessions in; ends when all have ended."""
    with ThreadPoolExecutor(size) as pool:
        yield Sessions(pool)


def wait_until_blocked(future: Future[Any]) -> None:
    """Until some session of this database waits for a lock, or the work ended without having to."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and not future.done():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
