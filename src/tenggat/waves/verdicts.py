"""Who of a chunk is accepted: each row in file order, against what the database knows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from tenggat.foundation.sql import load
from tenggat.waves.chunks import Chunk
from tenggat.waves.refusals import SENTENCES

SQL = load("tenggat.waves", "importing.sql")


@dataclass(frozen=True, slots=True)
class Known:
    """A person whom a NIK leads to already."""

    person_id: bytes
    household: bytes | None
    birth_date: date | None
    barred: str | None


@dataclass(slots=True)
class Verdict:
    """Marks by place in the chunk: who is accepted, and who of them is new; seats of the accepted.

    `returning` has the known person of each accepted place that has one; `seats` are household, seat, place.
    """

    accepted: bytearray
    new: bytearray
    returning: dict[int, bytes] = field(default_factory=dict)
    seats: list[tuple[bytes, int, int]] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def judge(cursor: CursorWrapper, chunk: Chunk, *, wave: int, free: int, seats_per_household: int) -> Verdict:
    """Decide on each row of a chunk; `free` is what the quota still has.

    The order of the reasons is that of `accepting.accept`: the person, the household, the quota.
    """
    known = _known(cursor, chunk, wave=wave)
    taken = _taken(cursor, chunk)
    count = len(chunk.nik)
    verdict = Verdict(bytearray(count), bytearray(count))
    seen: set[bytes] = set()
    for place, nik in enumerate(chunk.nik):
        household = chunk.household[place]
        person = known.get(nik) if known else None
        seats = taken.get(household) if household else None
        if person and (barred := person.barred or _conflict(person, chunk, place)):
            reason = barred
        elif nik in seen:
            reason = "repeated"
        elif seats and len(seats) >= seats_per_household:
            reason = "household_full"
        elif free <= 0:
            reason = "quota_full"
        else:
            free -= 1
            seen.add(nik)
            verdict.accepted[place] = 1
            if person:
                verdict.returning[place] = person.person_id
                seen.add(person.person_id)
            else:
                verdict.new[place] = 1
            if household:
                taken[household] = seats = seats or set()
                seat = 1 if 1 not in seats else _lowest(seats)
                seats.add(seat)
                verdict.seats.append((household, seat, place))
            continue
        verdict.refused.append((chunk.lines[place], reason, SENTENCES[reason]))
    return verdict


def _lowest(seats: set[int]) -> int:
    return next(seat for seat in range(1, len(seats) + 2) if seat not in seats)


def _conflict(person: Known, chunk: Chunk, place: int) -> str | None:
    """Another birth date and another KK: perhaps another human being under the same NIK."""
    given, household = chunk.birth_date[place], chunk.household[place]
    dates_differ = given is not None and person.birth_date is not None and given != person.birth_date
    return "identity_conflict" if dates_differ and person.household not in (None, household) else None


def _known(cursor: CursorWrapper, chunk: Chunk, *, wave: int) -> dict[bytes, Known]:
    rows = _found(cursor, "known_people", fingerprints=uuid_array(chunk.nik[at] for at in _in_order(chunk)))
    known = {}
    back: dict[UUID, list[bytes]] = {}
    for fingerprint, person_id, blacklisted, alive in rows:
        if blacklisted or alive:
            at_once = "blacklisted" if blacklisted else "repeated"
            known[fingerprint.bytes] = Known(person_id.bytes, None, None, at_once)
        else:
            back.setdefault(person_id, []).append(fingerprint.bytes)
    if back:
        people = uuid_array(person_id.bytes for person_id in back)
        cursor.execute(str(SQL["lock_people"]), {"people": people})
        for person_id, household, born, *bars in _found(cursor, "returning_people", people=people, wave=wave):
            reasons = zip(("blacklisted", "repeated", "left_this_wave"), bars, strict=True)
            barred = next((reason for reason, true in reasons if true), None)
            person = Known(person_id.bytes, household.bytes if household else None, born, barred)
            known |= dict.fromkeys(back[person_id], person)
    return known


def _taken(cursor: CursorWrapper, chunk: Chunk) -> dict[bytes, set[int]]:
    if not any(chunk.household):
        return {}
    households = uuid_array(chunk.household[at] for at in chunk.by_household)
    taken: dict[bytes, set[int]] = {}
    for household, seat in _found(cursor, "taken_seats", households=households):
        taken.setdefault(household.bytes, set()).add(seat)
    return taken


def _in_order(chunk: Chunk) -> Iterable[int]:
    return chunk.tables["registry_person"].order


def _found(cursor: CursorWrapper, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
    cursor.execute(str(SQL["prefer_keys"]))
    cursor.execute(str(SQL[name]), parameters)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    cursor.execute(str(SQL["any_plan"]))
    return rows


def uuid_array(keys: Iterable[bytes]) -> str:
    """UUIDs as the text of an array, which is several times faster than a list of UUIDs."""
    return f"{{{','.join(map(bytes.hex, keys))}}}"
