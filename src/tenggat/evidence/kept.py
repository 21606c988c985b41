"""A seal that is kept elsewhere: written to a small file, and later held against this database's chain."""

from pathlib import Path
from typing import Any

from tenggat.evidence.checking import SEAL_FORMAT, Verdict, refuted, seal_of
from tenggat.evidence.reading import Disagrees, get, read_json
from tenggat.foundation import database, sql
from tenggat.journal import sealing
from tenggat.journal.models import Seal
from tenggat.rules.programme import Programme

_SQL = sql.load("tenggat.evidence", "kept.sql")


def exported(*, programme: Programme) -> dict[str, Any]:
    """The head of the chain, for a file; `rows` is how many rows all seals together cover. Raises NothingSealed."""
    head = sealing.last_seal()
    if head is None:
        raise sealing.NothingSealed
    return {
        "format": SEAL_FORMAT,
        "programme": programme.title,
        "seal": head.seal_id,
        "digest": sealing.said(head).digest,
        "rows": _rows_up_to(head.seal_id),
        "sealed_at": sealing.said(head).moment,
    }


def check_kept(*, path: Path) -> Verdict:
    """Whether this database's chain still holds a kept seal. OSError: the file cannot be read.

    Computes the digest of every seal anew from what the seal says. That the rows are those that were sealed is for
    `sealing.recompute`.
    """
    try:
        kept = read_json(path, "exported seal")
        number, digest = seal_of(kept)
        if broken := sealing.broken_link():
            raise Disagrees(f"Seal {broken} of this database agrees with itself or the one before no longer")
        stored = Seal.objects.filter(seal_id=number).first() if 0 < number < 2**63 else None
        if stored is None:
            raise Disagrees(f"This database has no seal {number}: its history was cut off, or it is another one")
        if stored.digest != digest:
            raise Disagrees(f"Seal {number} of this database is not the one that was kept: history was rewritten")
        if _rows_up_to(number) != get(kept, "rows", int):
            raise Disagrees("The kept file tells another number of rows than its seal")
    except Disagrees as no:
        return refuted(no)
    at = sealing.said(stored).moment
    return Verdict(ok=True, detail=f"Seal {number} of {at} stands unchanged in this database.", head=digest)


def _rows_up_to(number: int) -> int:
    return int(database.rows(_SQL["rows_up_to"], {"number": number})[0][0])
