"""Does another text help? Purchases in time per variant of a reminder, once nothing about them can change any more.

The people of a variant are those whom the lot gave it, whether or not their message arrived: so the groups differ by
nothing but the text, and by chance, of which the interval tells.
"""

from dataclasses import dataclass
from datetime import datetime

from tenggat.deadlines.reminders import lots
from tenggat.figures.proportions import Interval, difference
from tenggat.foundation import database, sql
from tenggat.foundation.database import Parameters
from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal
from tenggat.partners.queries import required_watermarks
from tenggat.rules.deadlines import cutoff
from tenggat.rules.programme import Programme, Step

_SQL = sql.load("tenggat.figures", "variants.sql")


class NotCompared(Refusal):
    """There is nothing to compare, or not yet."""

    code = "not_compared"


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one variant. `more`: its share minus that of the first variant, `between` its 95 % interval."""

    variant: str
    people: int
    bought: int
    more: float | None = None
    between: Interval | None = None

    @property
    def share(self) -> float | None:
        """Bought in time / people; None where there is nobody."""
        return self.bought / self.people if self.people else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The variants of a step in a wave, in the order of the programme file; others are held against the first."""

    wave: int
    step: str
    deadline_at: datetime
    groups: tuple[Group, ...]


def compare_variants(*, wave: int, step: str, programme: Programme, keys: Keys, now: datetime) -> Comparison:
    """Compare the variants of a step. Raises NotCompared: none, changed meanwhile, or before all is settled."""
    known = _with_variants(programme, step)
    found = database.rows(_SQL["wave"], {"wave": wave})
    if not found or found[0][0] is None:
        raise NotCompared(f"Wave {wave} is not announced: no step of it was planned.")
    deadline = found[0][0]
    _refuse_early(programme, wave, step, deadline, now=now)
    whose: Parameters = {"wave": wave, "step": step, "deadline": deadline, **lots(known, keys)}
    [(otherwise,)] = database.rows(_SQL["drawn_otherwise"], whose)
    if otherwise:
        raise NotCompared(
            f"The variants of {step} were written or changed after messages of wave {wave} had been planned "
            f"({otherwise:,} people have another): such groups differ by more than chance, and are not compared."
        )
    counts = {name: (people, bought) for name, people, bought in database.rows(_SQL["compare"], whose)}
    if not counts:
        raise NotCompared(f"No message of {step} was planned for wave {wave}.")
    return Comparison(wave, step, deadline, _groups(known, counts))


def _with_variants(programme: Programme, step: str) -> Step:
    known = next((each for each in programme.steps if each.name == step), None)
    if known is None or not known.variants:
        names = ", ".join(each.name for each in programme.steps if each.variants) or "none has any"
        raise NotCompared(f"{step} is no step with variants in the programme file ({names}).")
    return known


def _refuse_early(programme: Programme, wave: int, step: str, deadline: datetime, *, now: datetime) -> None:
    settlement = programme.settlement(now.astimezone(programme.zone).date())
    watermarks = required_watermarks()
    if deadline <= cutoff(now, settlement, watermarks):
        return
    silent = sorted(source for source, through in watermarks.items() if through < deadline)
    if now >= deadline + settlement:
        raise NotCompared(f"The purchases of wave {wave} are not all told yet; waiting for: {', '.join(silent)}.")
    over = (deadline + settlement).astimezone(programme.zone)
    raise NotCompared(
        f"The variants of {step} in wave {wave} are compared from {over:%Y-%m-%d %H:%M %Z} on, "
        "when the deadline and its settlement are over: who looks earlier stops when chance looks good."
    )


def _groups(step: Step, counts: dict[str, tuple[int, int]]) -> tuple[Group, ...]:
    first_people, first_bought = counts.get(step.variants[0].name, (0, 0))
    groups = []
    for number, variant in enumerate(step.variants):
        people, bought = counts.get(variant.name, (0, 0))
        if not number or not people or not first_people:
            groups.append(Group(variant.name, people, bought))
            continue
        more = bought / people - first_bought / first_people
        between = difference(bought, people, first_bought, first_people)
        groups.append(Group(variant.name, people, bought, more, between))
    return tuple(groups)
