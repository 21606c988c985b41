"""hold, extend, lift, decisions."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from tenggat.cli import showing
from tenggat.cli.answers import Answer, AsJson, Now, answers
from tenggat.cli.house import ClockRefused, House, enter
from tenggat.foundation.clock import parse_instant
from tenggat.foundation.refusals import Refusal

if TYPE_CHECKING:
    from tenggat.deadlines.deciding import Decided, Terms
    from tenggat.deadlines.models import Decision
    from tenggat.deadlines.scopes import Scope

Person = Annotated[str | None, typer.Option("--person", metavar="NIK", help="This person.")]
Wave = Annotated[int | None, typer.Option("--wave", metavar="N", min=1, max=1_000_000, help="Everybody of a wave.")]
Source = Annotated[
    str | None, typer.Option("--source", metavar="NAME", help="Everybody of whom a platform has told a purchase.")
]
Everyone = Annotated[bool, typer.Option("--everyone", help="Everybody of every wave.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; it stays on record.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who decides.")]
ApprovedBy = Annotated[str, typer.Option(metavar="NAME", help="Who approved it; somebody else.")]
Effective = Annotated[
    str | None,
    typer.Option(
        metavar="INSTANT",
        help="When the decision took effect, if before now; whom it would have reached then and who was revoked since "
        "is reinstated.",
    ),
]


class ScopeUnclear(Refusal):
    """A decision is about one thing."""

    code = "scope_unclear"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("hold")(hold)
    app.command("extend")(extend)
    app.command("lift")(lift)
    app.command("decisions")(decisions)


@answers
def hold(
    *,
    until: Annotated[str, typer.Option(metavar="INSTANT", help="Nobody is revoked before this.")],
    reason: Reason,
    by: By,
    person: Person = None,
    wave: Wave = None,
    source: Source = None,
    everyone: Everyone = False,
    approved_by: ApprovedBy = "",
    effective: Effective = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Keep a person, a wave, a platform's people or everyone from being revoked until an instant.

    The deadline stays; who joins the wave later is held as well.
    """
    house = enter(now)
    from tenggat.deadlines import deciding

    scope = _scope(house, person, wave, source, everyone=everyone)
    done = deciding.hold(
        terms=_terms(house, scope, (until, effective), reason, (by, approved_by)),
        programme=house.programme,
        now=house.now,
        actor=house.actor,
    )
    return _told(done, house, f"held until {showing.moment(done.decision.until_at, house.programme.time_zone)}")


@answers
def extend(
    *,
    until: Annotated[
        str, typer.Option(metavar="INSTANT", help="The new deadline: the first instant that is too late.")
    ],
    reason: Reason,
    by: By,
    person: Person = None,
    wave: Wave = None,
    source: Source = None,
    everyone: Everyone = False,
    approved_by: ApprovedBy = "",
    effective: Effective = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """Give a person, a wave, a platform's people or everyone a later deadline; none is ever shortened.

    What was bought too late for the old deadline and in time for the new one counts from now on.
    """
    house = enter(now)
    from tenggat.deadlines import deciding

    scope = _scope(house, person, wave, source, everyone=everyone)
    done = deciding.extend(
        terms=_terms(house, scope, (until, effective), reason, (by, approved_by)),
        programme=house.programme,
        now=house.now,
        actor=house.actor,
    )
    return _told(done, house, f"may buy until {showing.moment(done.decision.until_at, house.programme.time_zone)}")


@answers
def lift(
    *,
    reason: Reason,
    by: By,
    decision: Annotated[
        int | None,
        typer.Argument(metavar="DECISION", min=1, show_default=False, help="The hold; decisions lists them."),
    ] = None,
    nik: Annotated[
        str | None,
        typer.Option("--person", metavar="NIK", help="Whom an unresolved purchase keeps from being decided."),
    ] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> Answer:
    """End a hold before its time, or let somebody be decided whose purchase was never resolved; an extension stays."""
    if (decision is None) == (nik is None):
        raise ScopeUnclear("Say what is lifted: the number of a hold, or --person NIK.")
    house = enter(now)
    from tenggat.deadlines import deciding

    if nik is not None:
        person_id = _person(house, nik)
        lifted = deciding.lift_waiting(person_id=person_id, reason=reason, by=by, now=house.now, actor=house.actor)
        data: dict[str, object] = {"decision": None, "affected": 1, "holds": lifted}
        told = "The next run decides this person, unless something else holds them."
    else:
        assert decision is not None
        done = deciding.lift(decision_id=decision, reason=reason, by=by, now=house.now, actor=house.actor)
        data = {"decision": decision, "affected": done.affected, "lifted_at": done.decision.lifted_at}
        told = f"Decision {decision} is lifted: {showing.people(done.affected)} held by it no longer."

    def show() -> None:
        showing.line(told)
        showing.next_steps("revoke --dry-run")

    return Answer(data, show)


@answers
def decisions(now: Now = None, as_json: AsJson = False) -> Answer:
    """List the holds and extensions, oldest first."""
    house = enter(now)
    from tenggat.deadlines.models import Decision

    found = list(Decision.objects.order_by("decision_id"))

    def show() -> None:
        zone = house.programme.time_zone
        rows = [
            (
                str(each.decision_id),
                each.kind,
                _whom(each),
                showing.moment(each.effective_at, zone),
                showing.moment(each.until_at, zone),
                each.decided_by + (f", {each.approved_by}" if each.approved_by else ""),
                showing.moment(each.lifted_at, zone),
                each.reason,
            )
            for each in found
        ]
        if rows:
            head = ("no", "decision", "whom", "effective", "until", "by", "lifted", "reason")
            showing.table(head, rows, folds="reason")
        else:
            showing.line("Nothing was decided yet.")

    return Answer({"decisions": [_as_data(each) for each in found]}, show)


def _scope(house: House, person: str | None, wave: int | None, source: str | None, *, everyone: bool) -> "Scope":
    from tenggat.deadlines import scopes

    if [person is not None, wave is not None, source is not None, everyone].count(True) != 1:
        raise ScopeUnclear("Say whom it is about with one of --person NIK, --wave N, --source NAME, --everyone.")
    if wave is not None:
        return scopes.wave_scope(wave)
    if source is not None:
        return scopes.source_scope(source)
    if person is None:
        return scopes.Scope()
    return scopes.Scope(person_id=_person(house, person))


def _person(house: House, nik: str) -> UUID:
    from tenggat.registry.actions import PersonUnknown, resolve

    person_id = resolve(nik=nik, programme=house.programme, keys=house.keys, now=house.now)
    if person_id is None:
        raise PersonUnknown
    return person_id


def _terms(
    house: House, scope: "Scope", moments: tuple[str, str | None], reason: str, people: tuple[str, str]
) -> "Terms":
    from tenggat.deadlines.deciding import Terms

    until, effective = moments
    return Terms(
        scope=scope,
        until=_instant("--until", until),
        effective_at=house.now if effective is None else _instant("--effective", effective),
        reason=reason,
        by=people[0],
        approved_by=people[1],
    )


def _instant(option: str, text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise ClockRefused(f"{option} {error}.") from None


def _told(done: "Decided", house: House, what: str) -> Answer:
    data = {
        "decision": done.decision.decision_id,
        "affected": done.affected,
        "reinstated": done.reinstated,
        "until": done.decision.until_at,
    }
    return Answer(data, _shown(done, what), notes=[] if done.affected else [f"tenggat: {_why_nobody(done)}"])


def _shown(done: "Decided", what: str) -> Callable[[], None]:
    def show() -> None:
        showing.line(f"Decision {done.decision.decision_id}: {showing.people(done.affected)} {what}.")
        if done.reinstated:
            showing.line(f"{showing.number(done.reinstated)} of them had been revoked, and are reinstated.")
        if not done.affected:
            return
        if done.decision.kind == "extension":
            showing.next_steps(*(["deliver"] if done.reinstated else []), "remind", "decisions")
        else:
            showing.next_steps(*(["deliver"] if done.reinstated else []), "decisions")

    return show


def _why_nobody(done: "Decided") -> str:
    if not done.in_scope:
        return "Nobody is affected: nobody there takes part in a wave with a deadline."
    over = "lies after its end, or the training is completed" if done.decision.kind == "hold" else "is later already"
    return (
        f"Nobody is affected: their deadline was over when this took effect, or {over}. To reach them, also whom a run "
        "has revoked since, give --effective INSTANT, a moment before their deadline."
    )


def _whom(decision: "Decision") -> str:
    return {
        "person": f"person {str(decision.person_id)[:8]}…",
        "wave": f"wave {decision.wave}",
        "source": f"people of {decision.source}",
        "everyone": "everyone",
    }[decision.scope]


def _as_data(decision: "Decision") -> dict[str, Any]:
    names = (
        "kind", "scope", "person_id", "wave", "source", "effective_at", "until_at", "decided_at", "reason",
        "decided_by", "approved_by", "lifted_at", "lifted_by", "lifted_reason",
    )  # fmt: skip
    return {"decision": decision.decision_id, **{name: getattr(decision, name) for name in names}}
