"""Writing the accepted rows of a chunk with COPY, each table in the order of its references."""

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import UniqueViolation

from tenggat.foundation.keys import Keys
from tenggat.foundation.sql import load
from tenggat.waves import cards
from tenggat.waves import copy_rows as pg
from tenggat.waves.chunks import Chunk, Job
from tenggat.waves.verdicts import SQL, Verdict, uuid_array

COPY = load("tenggat.waves", "copying.sql")
_PERSON, _CARD = (
    slice(6, 22),
    slice(26, 42),
)  # where the person's id stands in a row that begins with it; in a card's
_CIPHER_LENGTH = slice(22, 26)  # of a person's identity
_SEALED = 29  # bytes that encrypting adds: version, nonce, tag


def write(cursor: CursorWrapper, chunk: Chunk, verdict: Verdict, *, job: Job, keys: Keys) -> None:
    """Write everything about the accepted people of a chunk. Raises django.db errors as they come."""
    owners = dict(enumerate(chunk.nik)) | verdict.returning
    for place, person_id in verdict.returning.items():
        if person_id != chunk.nik[place]:
            _rebind(chunk, place, person_id, job=job, keys=keys)
    _copy(cursor, "registry_person", chunk.tables["registry_person"].of(verdict.new))
    _copy(cursor, "registry_nikkey", chunk.tables["registry_nikkey"].of(verdict.new))
    _renew(cursor, chunk, verdict)
    _participations_and_cards(cursor, chunk, verdict, owners, job=job, keys=keys)
    _copy(cursor, "waves_household_seat", _seats(verdict, owners, job.wave))
    _copy(cursor, "ledger_entry", chunk.tables["ledger_entry"].of(verdict.accepted))
    _copy(cursor, "journal_event", chunk.tables["journal_event"].of(verdict.accepted))


def _copy(cursor: CursorWrapper, table: str, rows: bytes) -> None:
    if not rows:
        return
    statement = str(COPY[f"copy_{table}"])
    with connection.wrap_database_errors, cursor.cursor.copy(statement) as copy:
        copy.write(pg.HEADER)
        copy.write(rows)
        copy.write(pg.TRAILER)


def _seats(verdict: Verdict, owners: dict[int, bytes], wave: int) -> bytes:
    head, number = pg.columns(4) + pg.UUID_LENGTH, {seat: pg.whole(seat, 2) for _, seat, _ in verdict.seats}
    tail = pg.whole(wave, 4)
    return b"".join(
        head + household + number[seat] + pg.UUID_LENGTH + owners[place] + tail
        for household, seat, place in sorted(verdict.seats)
    )


def _renew(cursor: CursorWrapper, chunk: Chunk, verdict: Verdict) -> None:
    """Bring what the registry knows of people who come back up to date."""
    if not verdict.returning:
        return
    marks = bytearray(len(chunk.nik))
    for place in verdict.returning:
        marks[place] = 1
    cursor.execute(str(SQL["make_room_for_returning"]))
    _copy(cursor, "waves_returning", chunk.tables["registry_person"].of(marks))
    cursor.execute(str(SQL["renew_returning"]))
    cursor.execute(str(SQL["forget_returning"]))


def _participations_and_cards(
    cursor: CursorWrapper, chunk: Chunk, verdict: Verdict, owners: dict[int, bytes], *, job: Job, keys: Keys
) -> None:
    """Write both, and where a card's number is somebody else's already, draw that one again."""
    while True:
        try:
            with transaction.atomic():
                participations = chunk.tables["waves_participation"].of(verdict.accepted)
                _copy(cursor, "waves_participation", participations)
                _copy(cursor, "waves_card", chunk.tables["waves_card"].of(verdict.accepted))
        except IntegrityError as error:
            if not _is_taken_card(error):
                raise
            _draw_taken_again(cursor, chunk, owners, job=job, keys=keys)
        else:
            return


def _is_taken_card(error: IntegrityError) -> bool:
    cause = error.__cause__
    return isinstance(cause, UniqueViolation) and cause.diag.constraint_name == "waves_card_pkey"


def _draw_taken_again(
    cursor: CursorWrapper, chunk: Chunk, owners: dict[int, bytes], *, job: Job, keys: Keys
) -> None:
    numbers = chunk.tables["waves_card"]
    by_number = {numbers.row(place)[_PERSON]: place for place in numbers.order}
    cursor.execute(str(SQL["taken_cards"]), {"numbers": uuid_array(by_number)})
    for (taken,) in cursor.fetchall():
        place = by_number[taken.bytes]
        fingerprint = taken.bytes
        while fingerprint in by_number:
            number = cards.draw(prefix=job.card_prefix, length=job.card_length)
            fingerprint = keys.fingerprint("card", number).bytes
        by_number[fingerprint] = place
        _exchange(numbers, place, fingerprint, at=_PERSON)
        cipher = keys.encrypt(number.encode(), owner=owners[place])
        _end_with(chunk.tables["waves_participation"], place, cipher)


def _exchange(rows: pg.Rows, place: int, value: bytes, *, at: slice) -> None:
    row = rows.row(place)
    rows.replace(place, row[: at.start] + value + row[at.stop :])


def _end_with(rows: pg.Rows, place: int, value: bytes) -> None:
    rows.replace(place, rows.row(place)[: -len(value)] + value)


def _rebind(chunk: Chunk, place: int, person_id: bytes, *, job: Job, keys: Keys) -> None:
    """A corrected NIK leads to somebody whose id came from another one: the rows become that person's."""
    minted, tables = chunk.nik[place], chunk.tables
    for name in ("registry_person", "waves_participation", "ledger_entry", "journal_event"):
        _exchange(tables[name], place, person_id, at=_PERSON)
    _exchange(tables["waves_card"], place, person_id, at=_CARD)
    sealed = tables["waves_participation"].row(place)[-(_SEALED + job.card_length) :]
    card = keys.encrypt(keys.decrypt(sealed, owner=minted), owner=person_id)
    _end_with(tables["waves_participation"], place, card)
    size = int.from_bytes(tables["registry_person"].row(place)[_CIPHER_LENGTH])
    at = slice(_CIPHER_LENGTH.stop, _CIPHER_LENGTH.stop + size)
    identity = keys.decrypt(tables["registry_person"].row(place)[at], owner=minted)
    _exchange(tables["registry_person"], place, keys.encrypt(identity, owner=person_id), at=at)
