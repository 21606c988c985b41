"""Who did it: plain values that journal rows carry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts: `kind` is officer, engine, feed or import; `name` says which."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


ENGINE = Actor("engine")
