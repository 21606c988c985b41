"""The half of a case file for readers says what the sealed half says. Pure, without a database.

Messages, holds and the rule's wording are not in the journal: those are told by the tables of the moment, and a reader
who doubts them asks the programme office. That an event was left out shows where the moves no longer join.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from tenggat.evidence.proofs import Happened, Sealed
from tenggat.evidence.reading import Disagrees, get, moment, objects, typed

_BUYING = ("bought", "purchased", "purchase_late")

Row = dict[str, Any]


def agree(file: Row, sealed: Sealed) -> None:
    """Hold every figure that the journal knows against it. Raises Disagrees with the first that differs."""
    cases = objects(file, "participations")
    for case in cases:
        _case(case, [event for event in sealed.events if event.wave == case.get("wave")], file)
    if file.get("state") != (cases[-1].get("state") if cases else None):
        raise Disagrees("The state at the top is not that of the latest participation")
    for event in sealed.events:
        if event.wave is not None and event.wave not in [case.get("wave") for case in cases]:
            raise Disagrees(f"An event of wave {event.wave} belongs to no participation of the file")
    _purchases(objects(file, "purchases"), sealed.events)
    _blacklist(file, sealed.events)
    _decided(file.get("run"), [event for event in sealed.events if cases and event.wave == cases[-1]["wave"]])
    _run(file.get("run"), sealed.acts)
    _announcement(cases, sealed.acts)


def _case(case: Row, events: Sequence[Happened], file: Row) -> None:
    wave = get(case, "wave", int, "a participation")
    where = f"wave {wave}"
    state = None
    for event in events:
        if event.to_state is not None:
            if event.from_state != state:
                raise Disagrees(f"The moves of {where} do not join at {event.kind}: an event is missing")
            state = event.to_state
    _same(case.get("state"), state, f"The state in {where}")
    accepted = _last(events, "accepted")
    if accepted is None:
        raise Disagrees(f"Nothing sealed says that the person was accepted into {where}")
    _same(_at(case, "accepted_at", where), accepted.occurred_at, f"The acceptance in {where}")
    _deadline(case, events, where)
    if state == "revoked":
        _revoked(case, _last(events, "revoked"), file, where)
    else:
        _same(case.get("run"), None, f"The run of {where}")


def _deadline(case: Row, events: Sequence[Happened], where: str) -> None:
    """A reinstatement by a hold gives a new version and leaves the deadline."""
    deadlines = [event.details["deadline_at"] for event in events if "deadline_at" in event.details]
    versions = [event.details["deadline_version"] for event in events if "deadline_version" in event.details]
    if not deadlines or not versions:
        return _same(case.get("deadline_at"), None, f"The deadline of {where}")
    sealed = moment(deadlines[-1], "a sealed deadline")
    _same(_at(case, "deadline_at", where), sealed, f"The deadline of {where}")
    return _same(case.get("deadline_version"), versions[-1], f"The version of the deadline of {where}")


def _revoked(case: Row, event: Happened | None, file: Row, where: str) -> None:
    if event is None:
        raise Disagrees(f"Nothing sealed says that the person was revoked in {where}")
    _same(_at(case, "ended_at", where), event.recorded_at, f"The moment of the revocation in {where}")
    _same(case.get("run"), event.details.get("run"), f"The run of {where}")
    returned = [
        -get(entry, "amount", int, "the money")
        for entry in objects(file, "money")
        if entry.get("kind") == "returned" and entry.get("wave") == case["wave"]
        and entry.get("reference") == f"run {event.details.get('run')}"
    ]  # fmt: skip
    if "returned" in event.details:
        _same(sum(returned), event.details["returned"], f"The money returned in {where}")


def _decided(run: object, events: Sequence[Happened]) -> None:
    """The run is the one that last revoked the person, also where that was undone."""
    event = _last(events, "revoked")
    if event is None:
        return _same(run, None, "The run")
    row = typed(run, dict, "the run")
    _same(row.get("run"), event.details.get("run"), "The number of the run")
    return _same(row.get("rule"), event.details.get("rule"), "The rule of the run")


def _purchases(rows: list[Row], events: Sequence[Happened]) -> None:
    """Every purchase has its event and every event its purchase, with the same price and moment."""
    told = {_key(row): row for row in rows}
    if len(told) != len(rows):
        raise Disagrees("The same purchase stands in the file twice")
    latest = {_key(event.details): event for event in events if event.kind in _BUYING}
    for event in events:
        if event.kind in (*_BUYING, "purchase_cancelled"):
            key = _key(event.details)
            row, what = told.get(key), f"The purchase {key[1]} at {key[0]}"
            if row is None:
                raise Disagrees(f"{what} is sealed, and missing among the purchases")
            name = "cancelled_at" if event.kind == "purchase_cancelled" else "occurred_at"
            _same(_at(row, name, what), event.occurred_at, f"{what}: its moment")
            if event.kind in _BUYING:
                _same(row.get("price"), event.details.get("price"), f"{what}: its price")
                _same(row.get("course"), event.details.get("course"), f"{what}: its course")
                late = latest[key].kind == "purchase_late"  # an extension may have made it one in time since
                _same(row.get("late"), late, f"{what}: whether it was late")
    bought = _keys(events, lambda event: event.kind in _BUYING)
    taken_back = _keys(events, lambda event: event.kind == "purchase_cancelled")
    for key, row in told.items():
        if key not in bought:
            raise Disagrees(f"The purchase {key[1]} at {key[0]} is not sealed")
        if row.get("cancelled_at") is not None and key not in taken_back:
            raise Disagrees(f"The purchase {key[1]} at {key[0]} was not taken back by anything sealed")


def _keys(events: Sequence[Happened], wanted: Callable[[Happened], bool]) -> set[tuple[str, str]]:
    return {_key(event.details) for event in events if wanted(event)}


def _key(row: Row) -> tuple[str, str]:
    return get(row, "source", str, "a purchase"), get(row, "reference", str, "a purchase")


def _blacklist(file: Row, events: Sequence[Happened]) -> None:
    entries = objects(file, "blacklist")
    revoked = {event.recorded_at for event in events if event.kind == "revoked"}
    for entry in entries:
        if entry.get("source") == "deadline" and _at(entry, "since_at", "the blacklist") not in revoked:
            raise Disagrees("The entry of the blacklist was not made by a sealed revocation")
    listed = any(entry.get("lifted_at") is None for entry in entries)
    _same(get(file, "person", dict).get("blacklisted"), listed, "Whether the person is blacklisted")


def _run(run: object, acts: Sequence[Happened]) -> None:
    approved = [act.details.get("by") for act in acts if act.kind == "run_approved"]
    told = [] if run is None else [row.get("by") for row in objects(typed(run, dict, "the run"), "approvals")]
    _same(told, approved, "Who approved the run")
    closed = _last(acts, "run_closed")
    if closed is None:
        return
    row = typed(run, dict, "the run")
    _same(row.get("run"), closed.details.get("run"), "The number of the run")
    _same(_at(row, "cutoff_at", "the run"), closed.occurred_at, "The cut-off of the run")
    for name in ("rule", "watermarks"):
        if name in closed.details:
            _same(row.get(name), closed.details[name], f"The {name} of the run")


def _announcement(cases: list[Row], acts: Sequence[Happened]) -> None:
    announced = _last(acts, "wave_announced")
    if announced is not None and cases:
        _same(cases[-1].get("wave"), announced.details.get("wave"), "The wave that was announced")
        _same(_at(cases[-1], "announced_at", "the wave"), announced.occurred_at, "The announcement")


def person_of(file: Row) -> UUID:
    """Whom the file is about. Raises Disagrees."""
    text = get(get(file, "person", dict), "person_id", str, "the person")
    try:
        person_id = UUID(text)
    except ValueError:
        raise Disagrees("The person_id is none") from None
    if str(person_id) != text:
        raise Disagrees("The person_id is not written as it should be")
    return person_id


def _last(rows: Sequence[Happened], kind: str) -> Happened | None:
    return next((row for row in reversed(rows) if row.kind == kind), None)


def _at(row: Row, name: str, where: str) -> Any:
    return moment(row.get(name), f"{name!r} of {where}")


def _same(told: object, sealed: object, what: str) -> None:
    if told != sealed or type(told) is not type(sealed):
        raise Disagrees(f"{what} is not what was sealed")
