"""up: everything that an installation does by itself, in one process and its web.

There is no queue: nothing here is a job yet. A tick a minute plans what falls due, a tick a second applies the receipts
that came in, and each route has its sender; any number of `up` (or `deliver --keep-on`) may run, on any machine.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import House, enter, say
from tenggat.cli.interrupting import until_interrupted
from tenggat.cli.web_process import check_alive, web
from tenggat.foundation import clock

if TYPE_CHECKING:
    from tenggat.messaging.handing import Delivered

_PLANNING, _LOOKING = 60.0, 1.0
"""Seconds between two plans, and between two looks at the inbox of receipts."""

_AGAIN = 60.0
"""Seconds after which a gateway that could not be used is tried again."""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("up")(up)


@answers
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port of this machine that the web has.")] = 8000,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Run database, web and worker until Ctrl-C: plan and send messages, take receipts in, and serve the portal.

    The web is http://127.0.0.1:PORT: people call it for their pages, gateways at /receipts/ROUTE, both through a proxy
    that speaks HTTPS.
    """
    house = enter(now)
    _bring_answers()
    moment = (lambda: house.now) if now else clock.now
    ended = Event()
    with until_interrupted(ended), web(port, wait=ended.wait, now=house.now if now else None) as process:
        say(f"Up on http://127.0.0.1:{port}; Ctrl-C ends it.")
        with _senders(house, moment, ended) as sending:

            def check() -> None:
                check_alive(process)
                _check(sending)

            planned = _tick(house, moment, ended, check)
    sent = sum(one.result().accepted for one in sending)

    def show() -> None:
        showing.line(f"Ended in good order. Planned {showing.number(planned)} messages, handed over {sent:,}.")

    return Answer({"planned": planned, "accepted": sent}, show)


def _bring_answers() -> None:
    """The help says what the files of this version say."""
    from tenggat.help.actions import load

    load()


def _tick(house: House, moment: Callable[[], datetime], ended: Event, check: Callable[[], object]) -> int:
    """Plan and apply until the end; gives how many messages were planned."""
    from tenggat.accounts.changing import apply_due
    from tenggat.deadlines.fallback import plan_fallbacks
    from tenggat.deadlines.reminders import plan_reminders
    from tenggat.journal import sealing
    from tenggat.messaging import receipts

    planned, next_plan = 0, clock.tick()
    while not ended.is_set():
        check()
        receipts.apply(now=moment())
        if clock.tick() >= next_plan:
            next_plan = clock.tick() + _PLANNING
            planned += sum(plan_reminders(programme=house.programme, now=moment(), keys=house.keys).messages.values())
            planned += sum(plan_fallbacks(programme=house.programme, now=moment()).values())
            apply_due(keys=house.keys, now=moment())
            sealing.seal(now=moment())
        ended.wait(_LOOKING)
    return planned


@contextmanager
def _senders(house: House, moment: Callable[[], datetime], ended: Event) -> Iterator[Sequence["Future[Delivered]"]]:
    """A sender for each route while the block lasts; then each finishes its batch."""
    from tenggat.foundation.side_by_side import in_sessions
    from tenggat.messaging.delivery import senders
    from tenggat.messaging.pacing import Pace
    from tenggat.messaging.routing import routes_of
    from tenggat.messaging.sending import Times

    def unusable(route: str, why: str) -> bool:
        say(f"tenggat: {route}: {why}")
        ended.wait(_AGAIN)
        return not ended.is_set()

    routes = routes_of(house.home.path, outbox=house.home.outbox, sandbox=house.home.sandbox)
    times = Times(moment, Pace(clock.tick, ended.wait), keep_on=True, ended=ended.is_set, unusable=unusable)
    work = senders(routes, programme=house.programme, keys=house.keys, times=times)
    with ThreadPoolExecutor(len(work)) as threads:
        try:
            yield [threads.submit(partial(_alone, in_sessions, one)) for one in work]
        finally:
            ended.set()


def _alone(
    in_sessions: "Callable[[Sequence[Callable[[], Delivered]]], list[Delivered]]", work: "Callable[[], Delivered]"
) -> "Delivered":
    (done,) = in_sessions([work])
    return done


def _check(sending: "Sequence[Future[Delivered]]") -> None:
    """Raise what a sender died of."""
    for one in sending:
        if one.done():
            one.result()
