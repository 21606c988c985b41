"""Sealing the journal, and checking that what was sealed is still there (docs/decisions/0008-seals.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.foundation.refusals import Refusal
from tenggat.journal import tree
from tenggat.journal.models import Seal
from tenggat.journal.numbering import NOTHING, Snapshot, window

_SQL = sql.load("tenggat.journal", "seals.sql")
_LARGE = 10_000
"""Rows from which on the index is told of them."""


class NumbersBeganAnew(Refusal):
    """The database came back from a dump: its transactions are numbered from the start, and no seal would see them."""

    code = "numbers_began_anew"

    def __init__(self) -> None:
        super().__init__(
            "This database was restored from a dump, and its transaction numbers began anew; before anything is "
            "written, run: tenggat seal renumber"
        )


class NothingSealed(Refusal):
    """There is no seal yet."""

    code = "nothing_sealed"

    def __init__(self) -> None:
        super().__init__("Nothing is sealed yet: the first command that writes seals what it wrote.")


@dataclass(frozen=True, slots=True)
class _Folded:
    """What the rows of a seal fold up to, and the snapshot that saw them."""

    snapshot: str
    rows: int
    branches: bytes
    acts: bytes

    @property
    def root(self) -> str:
        return tree.root(self.branches, self.acts)


def seal(*, now: datetime) -> Seal | None:
    """Seal every committed journal row that no seal covers; None where there is none.

    Waits for a seal that is being made. Call it outside a transaction that wrote journal rows: those would be taken
    for covered before they are there for anybody else. Raises NumbersBeganAnew.
    """
    with transaction.atomic():
        database.rows(_SQL["one_sealer"])
        database.rows(_SQL["room_to_sort"])
        last = last_seal()
        shift = _shift_after(last)
        folded = _fold(before=_snapshot(last), after=None)
        if folded is None:
            return None
        sealed = tree.Sealed(
            seal_id=last.seal_id + 1 if last else 1,
            previous=last.digest if last else tree.FIRST,
            snapshot=str(Snapshot.parse(folded.snapshot, shift=shift)),
            rows=folded.rows,
            root=folded.root,
            sealed_at=now,
        )
        made = Seal.objects.create(
            seal_id=sealed.seal_id,
            previous=sealed.previous,
            snapshot=sealed.snapshot,
            rows=sealed.rows,
            branches=folded.branches,
            acts=folded.acts,
            root=sealed.root,
            sealed_at=now,
            digest=sealed.digest,
        )
    if made.rows >= _LARGE:
        database.rows(_SQL["summarise"])
    return made


def last_seal() -> Seal | None:
    """The head of the chain."""
    return Seal.objects.order_by("-seal_id").first()


def chain(*, after: int = 0) -> Iterator[Seal]:
    """The seals behind a number, oldest first."""
    return Seal.objects.filter(seal_id__gt=after).order_by("seal_id").iterator()


def said(seal: Seal) -> tree.Sealed:
    """What a stored seal says; its digest is computed anew, not taken from the row."""
    return tree.Sealed(seal.seal_id, seal.previous, seal.snapshot, seal.rows, seal.root, seal.sealed_at)


def broken_link() -> int | None:
    """The number of the first seal that does not agree with itself or with the one before; None: the chain is whole.

    Looks at the stored seals only. That the rows are still those that were sealed is what `recompute` finds.
    """
    previous = tree.FIRST
    for number, seal in enumerate(chain(), start=1):
        agrees = (
            seal.seal_id == number
            and seal.previous == previous
            and seal.root == tree.root(bytes(seal.branches), bytes(seal.acts))
            and seal.digest == said(seal).digest
        )
        if not agrees:
            return number
        previous = seal.digest
    return None


def recompute(seal: Seal) -> str:
    """The digest that a seal would have over the rows that belong to it today.

    Every row belongs to exactly one seal by its transaction, so that a row changed, taken away or slipped in
    changes the digest of one of them: history is whole where this is `seal.digest` for each seal of `chain()`,
    `broken_link()` is None, and `uncovered()` counts only what is being written this moment.
    """
    before = Seal.objects.filter(seal_id=seal.seal_id - 1).first()
    with transaction.atomic():
        database.rows(_SQL["room_to_sort"])
        folded = _fold(before=_snapshot(before), after=_snapshot(seal))
    rows, root = (folded.rows, folded.root) if folded else (0, tree.root(b"", tree.acts(())))
    return tree.Sealed(seal.seal_id, seal.previous, seal.snapshot, rows, root, seal.sealed_at).digest


def uncovered() -> int:
    """How many rows no seal covers: written since the last one, by whoever is at work or was interrupted."""
    [(count,)] = database.rows(_SQL["uncovered"], window(before=_snapshot(last_seal()), after=None))
    return int(count)


def check_numbering() -> None:
    """Pass silently where coming rows can be sealed. Raises NumbersBeganAnew."""
    _shift_after(last_seal())


def renumber() -> bool:
    """After a restored dump, let the numbers of coming rows follow those that are known; tells whether it had to."""
    with transaction.atomic():
        database.rows(_SQL["one_sealer"])
        last = last_seal()
        try:
            _shift_after(last)
        except NumbersBeganAnew:
            known = _snapshot(last)
            [(newest,)] = database.rows(_SQL["newest_rows"], {"lower": known.lower, "seen": known.upper})
            database.rows(_SQL["shift_numbers"], {"shift": newest})
            return True
    return False


def _snapshot(seal: Seal | None) -> Snapshot:
    return Snapshot.parse(seal.snapshot) if seal else NOTHING


def _shift_after(last: Seal | None) -> int:
    """By how much the journal shifts transaction numbers. Raises NumbersBeganAnew."""
    [(standing, shift)] = database.rows(_SQL["standing"])
    if Snapshot.parse(standing, shift=shift).upper < _snapshot(last).upper:
        raise NumbersBeganAnew
    return int(shift)


def _fold(*, before: Snapshot, after: Snapshot | None) -> _Folded | None:
    """Fold up the rows between two snapshots (None: the statement's own); None where there are none."""
    found = database.rows(_SQL["branches"], window(before=before, after=after))
    if not found:
        return None
    branches = [(first, bytes(digest)) for _, first, _, digest, _ in found if first is not None]
    acts = [bytes(leaf) for _, first, _, leaf, _ in found if first is None]
    return _Folded(found[0][0], sum(row[2] for row in found), tree.join(branches), tree.acts(acts))
