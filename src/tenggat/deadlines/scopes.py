"""Whom a decision is about: one person, a wave, a platform's people, or everyone."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenggat.deadlines.models import Decision
from tenggat.foundation.refusals import Refusal
from tenggat.partners.actions import known_name
from tenggat.partners.models import Feed
from tenggat.waves.models import Wave
from tenggat.waves.refusals import WaveUnknown


class SourceUnknown(Refusal):
    """No platform has this name."""

    code = "source_unknown"


@dataclass(frozen=True, slots=True)
class Scope:
    """At most one of the three is set; none means everyone."""

    person_id: UUID | None = None
    wave: int | None = None
    source: str | None = None

    @property
    def kind(self) -> str:
        """person, wave, source or everyone."""
        named = {"person": self.person_id, "wave": self.wave, "source": self.source}
        return next((kind for kind, value in named.items() if value is not None), "everyone")

    @property
    def whole_waves(self) -> bool:
        """Whether it is about everybody in a wave, also those who are not in it yet."""
        return self.kind in {"wave", "everyone"}

    @property
    def parameters(self) -> dict[str, Any]:
        """As the statements take it."""
        return {"person": self.person_id, "wave": self.wave, "source": self.source, "whole_waves": self.whole_waves}


def scope_of(decision: Decision) -> Scope:
    """The scope that a decision was written down with."""
    return Scope(decision.person_id, decision.wave, decision.source)


def wave_scope(number: int) -> Scope:
    """Everybody of a wave. Raises WaveUnknown."""
    if not Wave.objects.filter(number=number).exists():
        raise WaveUnknown(number)
    return Scope(wave=number)


def source_scope(name: str) -> Scope:
    """Everybody of whom a platform has told anything. Raises SourceUnusable, SourceUnknown."""
    source = known_name(source=name)
    if not Feed.objects.filter(source=source).exists():
        raise SourceUnknown(f"No platform {source} is known; import its purchases first, or check --source.")
    return Scope(source=source)
