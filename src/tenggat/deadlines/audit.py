"""The audit of a run: both sets equal, and nobody revoked by halves. See audit.sql."""

from typing import Any

from tenggat.deadlines.models import Run
from tenggat.foundation import database, sql
from tenggat.foundation.refusals import Refusal

_SQL = sql.load("tenggat.deadlines", "audit.sql")


class AuditDisagrees(Refusal):
    """Who is revoked is not who should be. The run stays open; its people can be named by their person_id."""

    code = "audit_disagrees"


def escaped(run: Run) -> int:
    """How many should be revoked by this run and are not."""
    return int(_disagreements(run)["escaped"]) if run.from_at else 0


def check(run: Run) -> None:
    """Pass silently when the run did exactly what the raw events say. Raises AuditDisagrees."""
    if run.from_at is None:
        return
    found = _disagreements(run)
    [(incomplete,)] = database.rows(_SQL["incomplete"], _window(run))
    if found["wrongly"] or found["escaped"] or incomplete:
        few = [str(person) for person in (found["wrongly_few"] or []) + (found["escaped_few"] or [])]
        raise AuditDisagrees(
            f"The audit of run {run.run_id} disagrees: {found['wrongly']} revoked wrongly, {found['escaped']} escaped, "
            f"{incomplete} incomplete ({', '.join(few) or 'no names'}). The run stays open; look into these people "
            "before anything is published.",
            **found,
        )


def _disagreements(run: Run) -> dict[str, Any]:
    [row] = database.rows(_SQL["disagreements"], _window(run))
    return dict(zip(("wrongly", "escaped", "wrongly_few", "escaped_few"), row, strict=True))


def _window(run: Run) -> dict[str, Any]:
    return {"run": run.run_id, "from_at": run.from_at, "cutoff": run.cutoff_at}
