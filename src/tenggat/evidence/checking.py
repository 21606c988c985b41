"""Checking a case file against itself and against a seal that was kept: without a database, a home or a network."""

from dataclasses import dataclass
from pathlib import Path

from tenggat.evidence.agreement import agree, person_of
from tenggat.evidence.proofs import prove
from tenggat.evidence.reading import Disagrees, digest, get, read_json, typed

FORMAT = "tenggat.evidence/1"
SEAL_FORMAT = "tenggat.seal/1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether all of a file agrees, and in a sentence what was found; `head` is the digest of its newest seal."""

    ok: bool
    detail: str
    head: str | None = None


def check(*, path: Path, kept: Path | None) -> Verdict:
    """Check a case file; `kept` is a file of `tenggat seal export`, kept where nobody could rewrite it.

    Never raises for what is in the files. OSError: one of them cannot be read.
    """
    try:
        file = read_json(path, "case")
        return hold(file, seal_of(read_json(kept, "exported seal")) if kept else None)
    except Disagrees as no:
        return refuted(no)


def refuted(no: Disagrees) -> Verdict:
    """The verdict on a file that is not as it should be. What it says may be repeated to a terminal, not command it."""
    sentence = f"{no}."[:300]
    return Verdict(ok=False, detail="".join(letter if letter.isprintable() else "?" for letter in sentence))


def hold(file: object, kept: tuple[int, str] | None) -> Verdict:
    """Check a case that was read, against number and digest of a kept seal. Raises Disagrees: the first thing found."""
    case = typed(file, dict, "the file")
    if case.get("format") != FORMAT:
        raise Disagrees("The file is no case: it does not begin with the format that tenggat evidence writes")
    sealed = prove(case, person_of(case))
    agree(case, sealed)
    if not sealed.digests:
        raise Disagrees("The file has no seal")
    newest = max(sealed.digests)
    told = (
        f"{len(sealed.events)} events and {len(sealed.acts)} acts are as they were sealed, and the moves, deadline, "
        "purchases and revocation of the case are what they say; names, messages, holds and the rule's wording are the "
        "office's word"
    )
    if kept is None:
        told += ". No kept seal was given: --seal FILE shows that the database was not rewritten either."
    else:
        _held_against(*kept, sealed.digests)
        told += f". Seal {kept[0]}, which was kept, is part of the chain."
    return Verdict(ok=True, detail=told, head=sealed.digests[newest])


def seal_of(exported: object) -> tuple[int, str]:
    """Number and digest of an exported seal. Raises Disagrees."""
    row = typed(exported, dict, "the exported seal")
    if row.get("format") != SEAL_FORMAT:
        raise Disagrees(
            "The file is no exported seal: it does not begin with the format that tenggat seal export writes"
        )
    return get(row, "seal", int, "the exported seal"), digest(row.get("digest"), "the exported digest").hex()


def _held_against(number: int, kept: str, digests: dict[int, str]) -> None:
    if number not in digests:
        first, last = min(digests), max(digests)
        if number < first:
            raise Disagrees(
                f"The kept seal {number} is older than the oldest of this case, {first}: it cannot speak for it; "
                "use one that was exported later"
            )
        raise Disagrees(f"The kept seal {number} is newer than the newest of this case, {last}: write the case again")
    if digests[number] != kept:
        raise Disagrees(f"Seal {number} of this case is not the one that was kept: history was rewritten")
