"""The sealed half of a case file: every text leads to its seal, and every seal to the next. Pure: no database."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tenggat.evidence.reading import Disagrees, digest, get, moment, objects, typed
from tenggat.journal import tree

_EVENT = (
    "tag", "person_id", "event_id", "wave", "kind", "from_state", "to_state", "occurred_at", "recorded_at", "actor",
    "details", "transaction",
)  # fmt: skip
_ACT = ("tag", "act_id", "kind", "occurred_at", "recorded_at", "actor", "details", "transaction")


@dataclass(frozen=True, slots=True)
class Happened:
    """A sealed row, read from its text; `number` is its event_id or act_id."""

    number: int
    wave: int | None
    kind: str
    from_state: str | None
    to_state: str | None
    occurred_at: datetime
    recorded_at: datetime
    details: dict[str, Any]


@dataclass(slots=True)
class Sealed:
    """What the file proves: a person's events and the acts, in the order written, and the digest of each seal."""

    events: list[Happened] = field(default_factory=list)
    acts: list[Happened] = field(default_factory=list)
    digests: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Link:
    branches: dict[int, bytes]
    acts: bytes


def story(texts: Iterable[str]) -> list[dict[str, Any]]:
    """A person's sealed events for readers, in the order written: the same values under their names, moments in UTC."""
    rows = [dict(zip(_EVENT, json.loads(text), strict=True)) for text in texts]
    for row in rows:
        del row["tag"], row["person_id"], row["transaction"]
        for name in ("occurred_at", "recorded_at"):
            row[name] = moment(row[name], name).isoformat()
    return sorted(rows, key=lambda row: int(row["event_id"]))


def prove(file: dict[str, Any], person_id: UUID) -> Sealed:
    """Recompute every leaf, path, seal and link. Raises Disagrees with the first that is not what the file says."""
    if get(file, "unsealed", list):
        raise Disagrees("The case has events that no seal covered yet when it was written: write it again")
    sealed = Sealed()
    links = _chain(objects(file, "seals"), sealed)
    for row in objects(file, "journal"):
        sealed.events.append(_event(row, links, person_id))
    for row in objects(file, "acts"):
        sealed.acts.append(_act(row, links))
    for rows, what in ((sealed.events, "event"), (sealed.acts, "act")):
        if len({row.number for row in rows}) != len(rows):
            raise Disagrees(f"The same {what} stands in the file twice")
        rows.sort(key=lambda row: row.number)
    if get(file, "events", list) != story(row["text"] for row in objects(file, "journal")):
        raise Disagrees("The events are not those that were sealed")
    return sealed


def _chain(rows: list[dict[str, Any]], sealed: Sealed) -> dict[int, _Link]:
    links: dict[int, _Link] = {}
    before: str | None = None
    for row in rows:
        seal_id = get(row, "seal", int, "a seal")
        where = f"seal {seal_id}"
        said = tree.Sealed(
            seal_id=seal_id,
            previous=get(row, "previous", str, where),
            snapshot=get(row, "snapshot", str, where),
            rows=get(row, "rows", int, where),
            root=digest(row.get("root"), f"the root of {where}").hex(),
            sealed_at=moment(row.get("sealed_at"), f"the moment of {where}"),
        )
        if said.moment != row["sealed_at"] or said.digest != row.get("digest"):
            raise Disagrees(f"Seal {seal_id} does not have the digest that the file says")
        if before is not None and (said.previous != before or seal_id - 1 not in sealed.digests):
            raise Disagrees(f"Seal {seal_id} does not follow the seal before it")
        before = sealed.digests[seal_id] = said.digest
        if "branches" in row or "acts" in row:
            links[seal_id] = _link(row, said.root, where)
    return links


def _link(row: dict[str, Any], root: str, where: str) -> _Link:
    branches = _numbered(row.get("branches"), f"the branches of {where}")
    acts = digest(row.get("acts"), f"the acts of {where}")
    if tree.root(tree.join(branches), acts) != root:
        raise Disagrees(f"The branches of {where} do not lead to its root")
    return _Link(dict(branches), acts)


def _numbered(value: object, where: str) -> list[tuple[int, bytes]]:
    found = []
    for name, one in typed(value, dict, where).items():
        if len(name) != 2 or name.strip("0123456789abcdef"):
            raise Disagrees(f"{where} have a number that is no byte")
        found.append((int(name, 16), digest(one, where)))
    if [number for number, _ in found] != sorted(number for number, _ in found):
        raise Disagrees(f"{where} are not in their order")
    return found


def _own_leaf(row: dict[str, Any], what: str) -> tuple[list[bytes], str]:
    """The neighbours in the tree, and the text, if it stands at its place among them."""
    text = get(row, "text", str, what)
    place = get(row, "place", int, what)
    leaves = [digest(leaf, f"a leaf of {what}") for leaf in get(row, "leaves", list, what)]
    if not 0 <= place < len(leaves) or leaves[place] != _leaf(text, what):
        raise Disagrees(f"The text of {what} is not the one that was sealed")
    return leaves, text


def _leaf(text: str, what: str) -> bytes:
    try:
        return tree.leaf(text)
    except UnicodeEncodeError:
        raise Disagrees(f"The text of {what} is no text") from None


def _event(row: dict[str, Any], links: dict[int, _Link], person_id: UUID) -> Happened:
    what = f"an event in seal {row.get('seal')}"
    link = _link_of(row, links, what)
    leaves, text = _own_leaf(row, what)
    twigs = dict(_numbered(row.get("twigs"), f"the twigs of {what}"))
    first, second = person_id.bytes[:2]
    if twigs.get(second) != tree.twig(leaves):
        raise Disagrees(f"The leaves of {what} do not lead to their twig")
    if link.branches.get(first) != tree.branch(twigs.items()):
        raise Disagrees(f"The twigs of {what} do not lead to their branch")
    values = _values(text, _EVENT, "event", what)
    if values["person_id"] != str(person_id):
        raise Disagrees(f"The text of {what} is about somebody else")
    return _happened(values, values["event_id"], what)


def _act(row: dict[str, Any], links: dict[int, _Link]) -> Happened:
    what = f"an act in seal {row.get('seal')}"
    link = _link_of(row, links, what)
    leaves, text = _own_leaf(row, what)
    if link.acts != tree.acts(leaves):
        raise Disagrees(f"The leaves of {what} do not lead to its seal")
    values = _values(text, _ACT, "act", what)
    return _happened({"wave": None, "from_state": None, "to_state": None} | values, values["act_id"], what)


def _link_of(row: dict[str, Any], links: dict[int, _Link], what: str) -> _Link:
    link = links.get(get(row, "seal", int, what))
    if link is None:
        raise Disagrees(f"The file lacks the seal of {what}, or its branches")
    return link


def _values(text: str, names: tuple[str, ...], tag: str, what: str) -> dict[str, Any]:
    """A text that was sealed is what our own statement made: these checks only keep the unsealed from being read."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if type(values) is not list or len(values) != len(names) or values[0] != tag:
        raise Disagrees(f"The text of {what} is no {tag}")
    return dict(zip(names, values, strict=True))


def _happened(values: dict[str, Any], number: object, what: str) -> Happened:
    return Happened(
        number=typed(number, int, f"the number of {what}"),
        wave=values["wave"],
        kind=typed(values["kind"], str, f"the kind of {what}"),
        from_state=values["from_state"],
        to_state=values["to_state"],
        occurred_at=moment(values["occurred_at"], f"the moment of {what}"),
        recorded_at=moment(values["recorded_at"], f"the moment of {what}"),
        details=typed(values["details"] or {}, dict, f"the details of {what}"),
    )
