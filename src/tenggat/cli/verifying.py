"""verify."""

from dataclasses import asdict

import typer

from tenggat.cli import showing
from tenggat.cli.answers import SOME_REFUSED, Answer, AsJson, Now, answers
from tenggat.cli.house import enter


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("verify")(verify)


@answers
def verify(now: Now = None, as_json: AsJson = False) -> Answer:
    """Recompute books, states, deadlines, revocations, quotas, messages, blacklist, seals; exit 1: one disagrees."""
    house = enter(now, writes=False)
    from tenggat.audit import verify as audit

    with showing.progress("checks") as bar:
        checks = audit.verify(programme=house.programme, progress=bar)
    failed = [check.name for check in checks if not check.ok]
    data = {"ok": not failed, "checks": [asdict(check) for check in checks]}

    def show() -> None:
        rows = [("✓" if check.ok else "✗", check.name, check.detail) for check in checks]
        showing.table(("", "check", "detail"), rows, folds="detail")

    if not failed:
        return Answer(data, show)
    note = (
        f"tenggat: The records disagree in: {', '.join(failed)}. Nothing was changed; look into the people and waves "
        "named above before anything is published."
    )
    return Answer(data, show, SOME_REFUSED, [note])
