"""What stops people: asked, answered, and the shares of those who answered. An interval only for a random sample."""

from dataclasses import dataclass, field

from tenggat.figures.proportions import Interval, wilson
from tenggat.foundation import database, sql
from tenggat.foundation.refusals import Refusal

_SQL = sql.load("tenggat.figures", "reasons.sql")


class SampleUnknown(Refusal):
    """No sample has this number."""

    code = "sample_unknown"


@dataclass(slots=True)
class ReasonFigures:
    """Of one wave, occasion and province ("": all of it): how many were asked, and who answered what."""

    wave: int
    occasion: str
    province: str
    asked: int = 0
    answers: dict[str, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """How many of those who were asked have answered."""
        return sum(self.answers.values())

    @property
    def response(self) -> float:
        """Answered / asked: how far the shares can be trusted at all."""
        return self.answered / self.asked

    def share(self, reason: str) -> float | None:
        """Of those who answered, the share that gave this reason; None where nobody answered."""
        return self.answers.get(reason, 0) / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """A random sample: from how many it was drawn, how many of the drawn answered, and per reason how many and between
    which shares it lies in 95 of 100 such samples, if who did not answer is like who did."""

    sample_id: int
    wave: int
    among: int
    drawn: int
    answered: int
    answers: dict[str, int]
    between: dict[str, Interval]


def reason_figures(*, wave: int | None = None) -> list[ReasonFigures]:
    """Per wave and occasion, first of the whole wave, then of each province."""
    found: dict[tuple[int, str, str], ReasonFigures] = {}
    for number, occasion, province, reason, asked, answered in database.rows(_SQL["reasons"], {"only_wave": wave}):
        key = (number, occasion, province or "")
        figures = found.setdefault(key, ReasonFigures(*key))
        figures.asked += asked
        if reason is not None:
            figures.answers[reason] = answered
    return list(found.values())


def sample_figures(*, sample: int) -> SampleFigures:
    """What a sample says. Raises SampleUnknown."""
    rows = database.rows(_SQL["sample_reasons"], {"sample": sample})
    if not rows:
        raise SampleUnknown(f"There is no sample {sample}: draw one with reasons sample.", sample=sample)
    answers = {reason: answered for _, _, reason, _, answered in rows if reason is not None}
    answered = sum(answers.values())
    between = {reason: wilson(count, answered) for reason, count in answers.items()}
    return SampleFigures(sample, rows[0][0], rows[0][1], sum(row[3] for row in rows), answered, answers, between)
