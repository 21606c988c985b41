"""Purchases as a platform reports them: read, judged and booked in slices, safe to repeat.

A slice is one transaction. Its statements stand in purchases.sql, in the order of `STEPS`; rows of one person
take turns, so that a purchase and its cancellation may stand in one file.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from tenggat.foundation import database, sql
from tenggat.foundation.actors import Actor
from tenggat.foundation.clock import parse_instant
from tenggat.foundation.keys import Keys
from tenggat.foundation.tabular import BadRow, RefusedRows, Row, read
from tenggat.messaging.planning import notice_channels, notice_windows
from tenggat.partners import actions as partners
from tenggat.rules.identity.schemes import IdentityError, IdentityScheme, scheme
from tenggat.rules.programme import Programme
from tenggat.waves.queries import spending_ends
from tenggat.waves.states import OPEN_END

REQUIRED = ("reference", "nik", "course", "price", "occurred_at")
OPTIONAL = ("kind",)
SLICE = 10_000
"""Rows per transaction: large enough for sets, small enough that a person waits less than a second."""

LONGEST = 200
"""Characters of a reference, a course code or a platform's name; an index takes no more than a few thousand bytes."""

KEPT_LINES = 10**12
"""Line numbers past this one belong to cancellations of earlier deliveries, not to lines of the file."""

_SQL = sql.load("tenggat.training", "purchases.sql")
STEPS = (
    "judge_purchases",
    "judge_cancellations",
    "keep_references",
    "keep_purchases",
    "keep_cancellations",
    "book_reinstated",
    "commit_again",
    "book_purchases",
    "move_first_buyers",
    "move_participations",
    "keep_early_cancellations",
    "hold_late_cancellations",
    "hold_unresolved",
    "lift_resolved_holds",
    "lift_blacklist",
    "write_history",
    "write_cancellations",
    "cancel_messages",
    "tell_reinstated",
)
_TAKEN = {"recorded", "reinstated", "cancelled"}
_GOOD = {*_TAKEN, "repeated"}
_SENTENCES = {
    "unknown_person": "Nobody with this NIK is in a wave: check the number.",
    "unknown_course": "The catalogue does not know this course: import it, then send this row again.",
    "reference_taken": "This reference belongs to a purchase of somebody else: a reference names one purchase.",
    "reference_changed": "This reference was reported before with other details: a purchase is cancelled, not changed.",
    "before_acceptance": "The purchase lies before the person was accepted: check the moment.",
    "late": "The purchase happened at or after the deadline: it is kept as an event and spends nothing.",
    "late_before": "The purchase was refused as late before, and stays so: nothing was changed.",
    "spending_over": "The training balance could be spent until an earlier moment: the purchase spends nothing.",
    "over_balance": "The price is more than the training balance that is left.",
    "unknown_reference": "There is no purchase with this reference yet: the cancellation is kept until it comes.",
    "already_cancelled": "This purchase was cancelled before, at another moment.",
    "cancelled_before_purchase": "The cancellation lies before its purchase: check the moment.",
    "training_completed": "The training is completed: its purchase can no longer be cancelled.",
}


@dataclass(slots=True)
class PurchasesImported:
    """What became of the rows: read = recorded + repeated + refused; the reinstated are among the recorded."""

    read: int = 0
    recorded: int = 0
    repeated: int = 0
    reinstated: int = 0
    refused: int = 0
    refused_file: Path | None = None


class _Arriving(NamedTuple):
    line: int
    reference: str
    fingerprint: UUID
    course: str
    price: int
    occurred_at: datetime
    cancels: bool


class _Batch(NamedTuple):
    """Rows of one slice: how many, those that can be events, and (line, reason, sentence) of the others."""

    read: int
    events: list[_Arriving]
    refused: list[tuple[int, str, str]]


class _Verdicts(NamedTuple):
    """What became of a slice: rows per verdict, and (line, verdict) of those that were refused."""

    tally: dict[str, int]
    refused: list[tuple[int, str]]


def import_purchases(
    *,
    path: Path,
    source: str,
    through: datetime | None,
    programme: Programme,
    keys: Keys,
    now: datetime,
    actor: Actor,
    progress: Callable[[int], None] = lambda read: None,
) -> PurchasesImported:
    """Take a file of purchase events of one platform; `through` moves its watermark after the last row.

    Columns: reference, nik, course, price, occurred_at[, kind]. Interrupted, it has taken whole slices and has
    not moved the watermark: the same file again does the rest. Raises FileRefused, SourceUnusable,
    WatermarkInFuture before anything is written.
    """
    source = partners.known_name(source=source)
    partners.check_watermark(through=through, now=now)
    done = PurchasesImported()
    with RefusedRows(path) as refused:
        rows = read(path, required=REQUIRED, optional=OPTIONAL, text_only=("nik",), may_be_empty=through is not None)
        partners.register_feed(source=source, now=now)
        reader = _Reader(programme, keys, now=now)
        verbs = _Slice(source, programme, now=now, actor=actor)
        for batch in _one_ahead(reader.batches(rows)):
            done.read += batch.read
            for refusal in batch.refused:
                refused.add(*refusal)
            _count(verbs.take(batch.events), done, refused)
            progress(done.read)
        if through is not None:
            partners.move_watermark(source=source, through=through, now=now, actor=actor)
        done.refused, done.refused_file = refused.count, refused.publish()
    return done


def _count(verdicts: _Verdicts, done: PurchasesImported, refused: RefusedRows) -> None:
    done.recorded += sum(verdicts.tally.get(verdict, 0) for verdict in _TAKEN)
    done.reinstated += verdicts.tally.get("reinstated", 0)
    done.repeated += verdicts.tally.get("repeated", 0)
    for line, verdict in verdicts.refused:
        refused.add(line, verdict, _SENTENCES[verdict])


def _one_ahead(batches: Iterator[_Batch]) -> Iterator[_Batch]:
    """Read the next batch in a second thread while the database is busy with this one."""
    with ThreadPoolExecutor(1) as reading:
        coming = reading.submit(next, batches, None)
        while batch := coming.result():
            coming = reading.submit(next, batches, None)
            yield batch


class _Reader:
    """Turns rows of text into events, and refuses those that cannot be one."""

    def __init__(self, programme: Programme, keys: Keys, *, now: datetime) -> None:
        self.scheme: IdentityScheme = scheme(programme.identity.scheme)
        self.keys, self.now = keys, now
        self.today = now.astimezone(programme.zone).date()

    def batches(self, rows: Iterator[Row | BadRow]) -> Iterator[_Batch]:
        while taken := list(islice(rows, SLICE)):
            batch = _Batch(len(taken), [], [])
            for row in taken:
                self._sort(row, batch)
            yield batch

    def _sort(self, row: Row | BadRow, batch: _Batch) -> None:
        if isinstance(row, BadRow):
            batch.refused.append((row.line, row.reason, row.sentence))
            return
        try:
            batch.events.append(self._event(row))
        except _RowRefused as no:
            batch.refused.append((row.line, no.reason, no.sentence))

    def _event(self, row: Row) -> _Arriving:
        reference, nik, course, price, at, kind = row.values
        if not reference:
            raise _RowRefused("reference_missing", "The row has no reference: the platform's own number is needed.")
        if max(len(reference), len(course)) > LONGEST:
            raise _RowRefused(
                "too_long", f"The reference or course has more than {LONGEST} characters: check the columns."
            )
        if kind not in {"", "purchase", "cancel"}:
            raise _RowRefused("kind", "The kind is neither purchase nor cancel.")
        cancels = kind == "cancel"
        return _Arriving(
            row.line,
            reference,
            self._fingerprint(nik),
            course,
            0 if cancels else _price(price),
            self._moment(at),
            cancels,
        )

    def _fingerprint(self, nik: str) -> UUID:
        try:
            number = self.scheme.read(nik, birth_date=None, on=self.today).number
        except IdentityError as error:
            raise _RowRefused(error.code, error.message) from None
        return self.keys.fingerprint("nik", number)

    def _moment(self, text: str) -> datetime:
        try:
            moment = parse_instant(text)
        except ValueError as error:
            raise _RowRefused("moment", f"The moment {error}.") from None
        if moment > self.now:
            raise _RowRefused("in_future", "The moment lies in the future: check the platform's clock.")
        return moment


class _RowRefused(Exception):  # noqa: N818 -- an answer about a row
    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(reason)
        self.reason, self.sentence = reason, sentence


def _price(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15) or int(text) == 0:
        raise _RowRefused("price", "The price is not a whole number above 0: write it without separators.")
    return int(text)


def booking_parameters(source: str, programme: Programme, *, now: datetime, actor: Actor) -> dict[str, Any]:
    """What the statements of purchases.sql take, but for `turn`, `watermark` and `anew`."""
    ends = spending_ends(programme)
    return {
        "source": source,
        "now": now,
        "actor": str(actor),
        "open_end": OPEN_END,
        "kept_lines": KEPT_LINES,
        "channels": notice_channels(programme, "reinstated"),
        **notice_windows(programme, now=now),
        "spending_waves": list(ends),
        "spending_ends": list(ends.values()),
        "waves_over": [wave for wave, ends_at in ends.items() if ends_at <= now],
    }


class _Slice:
    """The statements of one slice, in their order, in one transaction."""

    def __init__(self, source: str, programme: Programme, *, now: datetime, actor: Actor) -> None:
        self.parameters = booking_parameters(source, programme, now=now, actor=actor) | {"anew": False}

    @transaction.atomic
    def take(self, events: list[_Arriving]) -> _Verdicts:
        """Judge and book."""
        if not events:
            return _Verdicts({}, [])
        # One file of a feed at a time: what a reference was judged by stays true until it is written.
        watermark = partners.lock_feed(source=self.parameters["source"])
        for step in ("delivered_table", "arriving_table", "clear_rooms", "prefer_keys"):
            database.execute(_SQL[step])
        with connection.cursor() as cursor:
            with cursor.copy(_SQL["copy_delivered"].text) as copy:
                for event in events:
                    copy.write_row(event)
            cursor.execute("ANALYZE delivered")
            database.execute(_SQL["resolve"], self.parameters)
            cursor.execute("ANALYZE arriving")
        database.rows(_SQL["lock_people"])
        self._take_turns({**self.parameters, "watermark": watermark})
        everything = {"taken": list(_GOOD), "kept_lines": KEPT_LINES}
        database.execute(_SQL["judge_repeats"], everything)
        tally = dict(database.rows(_SQL["verdicts"], everything))
        if tally.keys() <= _GOOD:
            return _Verdicts(tally, [])
        refused = database.rows(_SQL["refused"], everything)
        return _Verdicts(tally, [(line, verdict) for line, verdict in refused])

    def _take_turns(self, parameters: dict[str, Any]) -> None:
        [(turns,)] = database.rows(_SQL["count_turns"])
        for turn in range(1, (turns or 0) + 1):
            for step in STEPS:
                database.execute(_SQL[step], {**parameters, "turn": turn})
