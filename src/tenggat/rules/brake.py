"""The brake: a run that is larger than anybody expected waits for two people, as a pure rule."""

from collections.abc import Mapping
from dataclasses import dataclass

from tenggat.rules.values import Brake

APPROVALS = 2
"""How many different people let a run go that the brake has stopped."""


@dataclass(frozen=True, slots=True)
class WaveAhead:
    """What a run would do to one wave: people accepted, revoked by earlier runs, and due in this one."""

    accepted: int
    revoked: int
    due: int


def reasons(brake: Brake, waves: Mapping[int, WaveAhead]) -> list[str]:
    """Say in sentences why a run has to wait; an empty list lets it go.

    The share is that of the whole wave after this run, so that what is left of a wave that was decided before is
    not taken for a strange wave. Waves below the rule's size have no share that means anything.
    """
    due = {number: wave for number, wave in sorted(waves.items()) if wave.due}
    people = sum(wave.due for wave in due.values())
    found = [f"{people} people are to be revoked, more than {brake.people}"] if people > brake.people else []
    for number, wave in due.items():
        lapsed = wave.revoked + wave.due
        if wave.accepted < brake.smallest_wave:
            continue
        if not brake.least_percent * wave.accepted <= 100 * lapsed <= brake.most_percent * wave.accepted:
            found.append(
                f"{lapsed} of {wave.accepted} people of wave {number} would be revoked, "
                f"not {brake.least_percent} to {brake.most_percent} percent"
            )
    return found
