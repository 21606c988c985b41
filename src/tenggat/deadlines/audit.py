"""The audit of a run: both sets equal, and nobody revoked by halves. See audit.sql."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from tenggat.deadlines.models import Run
from tenggat.foundation import database, sql
from tenggat.foundation.refusals import Refusal

_SQL = sql.load("tenggat.deadlines", "audit.sql")


class AuditDisagrees(Refusal):
    """Who is revoked is not who should be. The run stays open; its people can be named by their person_id."""

    code = "audit_disagrees"


@dataclass(frozen=True, slots=True)
class Findings:
    """People revoked wrongly, and people who escaped: how many, and the first of them by person_id."""

    wrongly: int = 0
    escaped: int = 0
    few: tuple[UUID, ...] = ()


def look(run: Run) -> Findings:
    """Work out anew who should be revoked up to the run's cut-off, and compare."""
    if run.from_at is None:
        return Findings()
    [(wrongly, escaped, wrongly_few, escaped_few)] = database.rows(_SQL["disagreements"], _window(run))
    return Findings(wrongly, escaped, (*(wrongly_few or ()), *(escaped_few or ())))


def check(run: Run, found: Findings) -> None:
    """Pass silently when the run did exactly what the raw events say. Raises AuditDisagrees."""
    incomplete = 0 if run.from_at is None else database.rows(_SQL["incomplete"], _window(run))[0][0]
    if found.wrongly or found.escaped or incomplete:
        raise AuditDisagrees(
            f"The audit of run {run.run_id} disagrees: {found.wrongly} revoked wrongly, {found.escaped} escaped, "
            f"{incomplete} incomplete ({', '.join(map(str, found.few)) or 'no names'}). The run stays open; look into "
            "these people before anything is published.",
            **asdict(found),
        )


def _window(run: Run) -> dict[str, Any]:
    return {"run": run.run_id, "from_at": run.from_at, "cutoff": run.cutoff_at}
