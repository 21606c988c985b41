"""Proofs of single rows against the seals that cover them, without reading the other rows of a seal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tenggat.foundation import database, sql
from tenggat.journal import tree
from tenggat.journal.models import Seal
from tenggat.journal.numbering import NOTHING, Snapshot, window

_SQL = sql.load("tenggat.journal", "seals.sql")
_REST = bytes(15), bytes((255,)) * 15


@dataclass(frozen=True, slots=True)
class Proof:
    """One event, as text: its place among the leaves of its twig, and the twigs of its branch."""

    seal_id: int
    text: str
    place: int
    leaves: list[bytes]
    twigs: list[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class ActProof:
    """One act, as text, and its place among the leaves of all acts of its seal."""

    seal_id: int
    text: str
    place: int
    leaves: list[bytes]


def prove(*, person_id: UUID) -> tuple[list[Proof], list[str]]:
    """One person's events with their proofs, in the order sealed; and the texts of those that no seal covers yet."""
    numbers = [number for (number,) in database.rows(_SQL["transactions_of"], {"person": person_id})]
    proofs: list[Proof] = []
    before = NOTHING
    for seal in Seal.objects.order_by("seal_id").only("seal_id", "snapshot").iterator():
        after = Snapshot.parse(seal.snapshot)
        if any(after.saw(number) and not before.saw(number) for number in numbers):
            proofs += _proofs(seal.seal_id, person_id, before, after)
        before = after
    open_rows = _rows(person_id.bytes[0], person_id, before, None)
    return proofs, [text for _, _, text in open_rows if text is not None]


def prove_acts(*, acts: Sequence[tuple[int, int]]) -> list[ActProof]:
    """Proofs of acts, given as (act_id, transaction); one that no seal covers yet has none."""
    proofs: list[ActProof] = []
    before = NOTHING
    for seal in Seal.objects.order_by("seal_id").only("seal_id", "snapshot").iterator():
        after = Snapshot.parse(seal.snapshot)
        wanted = {act_id for act_id, number in acts if after.saw(number) and not before.saw(number)}
        if wanted:
            texts = _acts(before, after)
            leaves = [tree.leaf(text) for text in texts]
            numbers = [json.loads(text)[1] for text in texts]
            proofs += [
                ActProof(seal.seal_id, texts[place], place, leaves)
                for place, number in enumerate(numbers)
                if number in wanted
            ]
        before = after
    return proofs


def leaves(seal: Seal, first: int) -> list[tuple[int, bytes]]:
    """The leaves of the branch of a byte, each with its second byte, in the order of the tree."""
    return [(second, leaf) for second, leaf, _ in _rows(first, None, _before(seal), Snapshot.parse(seal.snapshot))]


def acts(seal: Seal) -> list[str]:
    """The acts of a seal, as texts, in the order of the tree."""
    return _acts(_before(seal), Snapshot.parse(seal.snapshot))


def _acts(before: Snapshot, after: Snapshot) -> list[str]:
    return [text for (text,) in database.rows(_SQL["acts"], window(before=before, after=after))]


def _before(seal: Seal) -> Snapshot:
    before = Seal.objects.filter(seal_id=seal.seal_id - 1).values_list("snapshot", flat=True).first()
    return Snapshot.parse(before) if before else NOTHING


def _proofs(seal_id: int, person_id: UUID, before: Snapshot, after: Snapshot) -> list[Proof]:
    rows = _rows(person_id.bytes[0], person_id, before, after)
    twigs = tree.twigs((second, leaf) for second, leaf, _ in rows)
    own = [(leaf, text) for second, leaf, text in rows if second == person_id.bytes[1]]
    neighbours = [leaf for leaf, _ in own]
    return [Proof(seal_id, text, place, neighbours, twigs) for place, (_, text) in enumerate(own) if text is not None]


def _rows(
    first: int, person_id: UUID | None, before: Snapshot, after: Snapshot | None
) -> list[tuple[int, bytes, str | None]]:
    """The rows of the branch of a byte: second byte, leaf, and the text where it is this person's."""
    lowest, highest = (UUID(bytes=bytes((first,)) + rest) for rest in _REST)
    parameters = {"person": person_id, "first_person": lowest, "last_person": highest}
    found = database.rows(_SQL["leaves"], parameters | window(before=before, after=after))
    return [(second, bytes(leaf), text) for second, leaf, text in found]
