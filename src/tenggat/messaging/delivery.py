"""Handing due messages to the gateways: one sender for each route, side by side."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from tenggat.foundation import database, sql
from tenggat.foundation.keys import Keys
from tenggat.foundation.side_by_side import in_sessions
from tenggat.messaging import outbox
from tenggat.messaging.gateways.file import FileGateway, SenderAtWork
from tenggat.messaging.handing import Delivered, Route
from tenggat.messaging.pacing import Pace
from tenggat.messaging.proofreading import check_texts
from tenggat.messaging.routing import file_route
from tenggat.messaging.sending import Around, Times, send_by
from tenggat.rules.programme import Programme

_SQL = sql.load("tenggat.messaging", "outbox.sql")
_NO_PACE = Pace(tick=lambda: 0.0, wait=lambda seconds: None)


def deliver(
    *,
    programme: Programme,
    keys: Keys,
    gateway: FileGateway,
    now: datetime,
    progress: Callable[[int], None] = lambda done: None,
) -> Delivered:
    """Send what is due at `now` into a file. Raises SenderAtWork while another sender has the file."""
    if not database.rows(_SQL["sole_sender"])[0][0]:
        raise SenderAtWork
    try:
        return deliver_by(
            [file_route(gateway)],
            programme=programme,
            keys=keys,
            times=Times(lambda: now, _NO_PACE),
            progress=progress,
        )
    finally:
        database.rows(_SQL["release_sender"])


def deliver_by(
    routes: Sequence[Route],
    *,
    programme: Programme,
    keys: Keys,
    times: Times,
    progress: Callable[[int], None] = lambda done: None,
) -> Delivered:
    """Send what is due by these routes, each in a session of its own. What a route cannot do is told, not raised.

    Every text is checked before the first message is taken: TemplateUnusable leaves them all waiting.
    """
    done = Delivered()
    for one in in_sessions(senders(routes, programme=programme, keys=keys, times=times, progress=progress)):
        done.add(one)
    done.waiting = outbox.waiting()
    return done


def senders(
    routes: Sequence[Route],
    *,
    programme: Programme,
    keys: Keys,
    times: Times,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Callable[[], Delivered]]:
    """The work of each route, to be done in a session of its own. Raises TemplateUnusable."""
    check_texts(programme)
    names = frozenset(route.name for route in routes)
    return [
        partial(
            send_by,
            route,
            programme=programme,
            around=Around(keys, names, _others(route, routes)),
            times=times,
            progress=progress,
        )
        for route in routes
    ]


def _others(route: Route, routes: Sequence[Route]) -> tuple[str, ...]:
    """The numbers that this route leaves to another, which names them more closely."""
    named = {prefix for other in routes if other is not route for prefix in other.prefixes or ()}
    if route.prefixes is None:
        return tuple(sorted(named))
    return tuple(sorted(one for one in named if one not in route.prefixes and one.startswith(route.prefixes)))
