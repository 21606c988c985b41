"""Stopping a step, a channel or a route at once, for all senders, until it is started again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tenggat.foundation.refusals import Refusal
from tenggat.messaging.models import Switch
from tenggat.registry.actions import reason_of, signed
from tenggat.rules.programme import Programme
from tenggat.rules.schema import CHANNELS

Kind = Literal["step", "channel", "route"]


class NothingToStop(Refusal):
    """The step, channel or route does not exist."""

    code = "not_known"


class NothingToStart(Refusal):
    """What is to be started again was not stopped."""

    code = "not_stopped"


@dataclass(frozen=True, slots=True)
class Stopped:
    """The names of what may not be handed over now."""

    steps: set[str] = field(default_factory=set)
    channels: set[str] = field(default_factory=set)
    routes: set[str] = field(default_factory=set)


def stopped() -> Stopped:
    """Look what is stopped now."""
    off = Stopped()
    for kind, name in Switch.objects.values_list("kind", "name"):
        {"step": off.steps, "channel": off.channels, "route": off.routes}[kind].add(name)
    return off


def list_stopped() -> list[Switch]:
    """Give what is stopped, the longest first."""
    return list(Switch.objects.order_by("since_at", "kind", "name"))


def stop(
    *,
    kind: Kind,
    name: str,
    reason: str,
    by: str,
    programme: Programme,
    now: datetime,
    routes: Sequence[str] | None = None,
) -> None:
    """Stop it; batches under way still end. Stopped already: the first reason stays. Raises NothingToStop.

    `routes`: the names that there are. None where nobody here knows them: then any name is stopped.
    """
    ways = [name] if routes is None else routes
    known = {"step": [step.name for step in programme.steps], "channel": CHANNELS, "route": ways}[kind]
    if name not in known:
        raise NothingToStop(f"There is no {kind} of that name; there are {', '.join(known)}.")
    Switch.objects.get_or_create(
        kind=kind, name=name, defaults={"since_at": now, "by": signed(by, "A stop"), "reason": reason_of(reason)}
    )


def start(*, kind: Kind, name: str) -> None:
    """Start it again. Raises NothingToStart."""
    if not Switch.objects.filter(kind=kind, name=name).delete()[0]:
        raise NothingToStart(f"The {kind} {name} is not stopped; see what is: tenggat messages stopped")
