"""evidence, seal."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from tenggat.cli import showing
from tenggat.cli.answers import DONE, SOME_REFUSED, Answer, AsJson, Now, answers
from tenggat.cli.house import enter, moment_of
from tenggat.foundation import home
from tenggat.foundation.refusals import Refusal
from tenggat.foundation.whole_files import replacing

if TYPE_CHECKING:
    from tenggat.evidence.checking import Verdict


class _NikOrCheck(TyperGroup):
    """`tenggat evidence NIK FILE` needs no word between: whatever is no other command's name is a NIK."""

    left_out = "of"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = [self.left_out, *args]
        return super().parse_args(ctx, args)


evidence = typer.Typer(
    help="One person's whole case: tenggat evidence NIK FILE writes it, evidence check FILE checks it.",
    cls=_NikOrCheck,
    no_args_is_help=True,
)
seal = typer.Typer(help="Seals over the journal: export one and keep it, check it later.", no_args_is_help=True)
CaseOut = Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .json or .pdf.", show_default=False)]
Kept = Annotated[
    Path | None, typer.Option("--seal", metavar="KEPT", help="A seal that was exported and kept elsewhere.")
]


class CaseFileRefused(Refusal):
    """A case is a JSON file or a PDF."""

    code = "case_file_refused"

    def __init__(self) -> None:
        super().__init__("The file's name must end in .json (which can be checked) or .pdf (one page to read).")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(evidence, name="evidence")
    app.add_typer(seal, name="seal")


@evidence.command(_NikOrCheck.left_out)
@answers
def write(
    nik: Annotated[str, typer.Argument(metavar="NIK", show_default=False)],
    file: CaseOut,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Write one person's whole case, revoked or not: rule, deadline, purchases, reminders, run, approvals, seals."""
    kind = file.suffix.lower()
    if kind not in {".json", ".pdf"}:
        raise CaseFileRefused
    house = enter(now)
    from tenggat.evidence.file import build
    from tenggat.evidence.letter import pdf
    from tenggat.journal import sealing
    from tenggat.registry.actions import PersonUnknown, read_nik, resolve

    number = read_nik(nik=nik, programme=house.programme, now=house.now)
    person_id = resolve(nik=number, programme=house.programme, keys=house.keys, now=house.now)
    if person_id is None:
        raise PersonUnknown
    sealing.seal(now=house.now)  # what an interrupted command left behind
    case = build(person_id=person_id, nik=number, programme=house.programme, now=house.now)
    content = pdf(case) if kind == ".pdf" else (json.dumps(case, ensure_ascii=False, indent=1) + "\n").encode()
    _write(file, content)
    data = {
        "ok": True,
        "person_id": case["person"]["person_id"],
        "state": case["state"],
        "events": len(case["events"]),
        "seal": case["seals"][-1]["seal"] if case["seals"] else None,
        "file": str(file),
    }

    def show() -> None:
        events = showing.people(data["events"], "event", "events")
        showing.line(f"The case (state: {case['state'] or 'in no wave'}; {events}) is in {file}")
        if kind == ".json":
            showing.next_steps(f"evidence check {file}", "seal export FILE   # keep it where nobody can rewrite it")

    return Answer(data, show)


@evidence.command("check")
@answers
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A case as JSON.", show_default=False)],
    kept: Kept = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Check a case file against itself and against a kept seal: needs no database and no home."""
    if now is not None:
        moment_of(now, sandbox=home.open_home(home.default_path()).sandbox)
    from tenggat.evidence import checking

    return _told(checking.check(path=file, kept=kept))


@seal.command("export")
@answers
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A small JSON file.", show_default=False)],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Write the last seal to a file; kept elsewhere, it proves later that history was not rewritten."""
    house = enter(now)
    from tenggat.evidence.kept import exported
    from tenggat.journal import sealing

    sealing.seal(now=house.now)  # what an interrupted command left behind
    found = exported(programme=house.programme)
    _write(file, (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode())

    def show() -> None:
        rows = showing.people(found["rows"], "row", "rows")
        showing.line(f"Seal {found['seal']} over {rows} is in {file}: {found['digest']}")
        showing.line("Keep it where nobody who can change the database can change it.")
        showing.next_steps(f"seal check {file}")

    return Answer({"ok": True, **found, "file": str(file)}, show)


@seal.command("check")
@answers
def check_seal(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What seal export wrote.", show_default=False)],
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Say whether this database's history still has a kept seal, unchanged."""
    enter(now, writes=False)
    from tenggat.evidence.kept import check_kept

    return _told(check_kept(path=file))


@seal.command("renumber")
@answers
def renumber(now: Now = None, as_json: AsJson = False) -> Answer:
    """After a dump was restored: let the journal's numbers go on behind those that are sealed. Again: nothing."""
    enter(now, writes=False)
    from tenggat.journal import sealing

    changed = sealing.renumber()
    story = "Coming rows are numbered behind those that are known." if changed else "The numbers are in order."
    return Answer({"ok": True, "changed": changed}, lambda: showing.line(story))


def _told(verdict: "Verdict") -> Answer:
    data = {"ok": verdict.ok, "detail": verdict.detail, "head": verdict.head}
    if verdict.ok:
        return Answer(data, lambda: showing.line(f"ok: {verdict.detail}"), DONE)
    return Answer(data, lambda: showing.line("not ok"), SOME_REFUSED, [f"tenggat: {verdict.detail}"])


def _write(file: Path, content: bytes) -> None:
    with replacing(file) as draft:
        draft.write_bytes(content)
