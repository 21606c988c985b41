"""Purchases as a platform reports them: read, judged and booked in slices, safe to repeat.

A slice is one transaction. Its statements stand in purchases.sql, in the order of `_STEPS`; rows of one person
take turns, so that a purchase and its cancellation may stand in one file.
"""

from collections import Counter
from collections.abc import Callable, Iterator
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
from tenggat.foundation.refusals import Refusal
from tenggat.foundation.tabular import BadRow, RefusedRows, Row, read
from tenggat.messaging.planning import notice_channels, notice_windows
from tenggat.partners import actions as partners
from tenggat.rules.identity.schemes import IdentityError, IdentityScheme, scheme
from tenggat.rules.programme import Programme
from tenggat.waves.states import OPEN_END

REQUIRED = ("reference", "nik", "course", "price", "occurred_at")
OPTIONAL = ("kind",)
SLICE = 10_000
"""Rows per transaction: large enough for sets, small enough that a person waits less than a second."""

_SQL = sql.load("tenggat.training", "purchases.sql")
_STEPS = (
    "judge_purchases",
    "judge_cancellations",
    "keep_references",
    "keep_purchases",
    "keep_cancellations",
    "book_reinstated",
    "book_purchases",
    "move_participations",
    "hold_late_cancellations",
    "hold_unknown_courses",
    "lift_resolved_holds",
    "lift_blacklist",
    "write_history",
    "cancel_messages",
    "tell_reinstated",
)
_TAKEN = {"recorded", "reinstated", "cancelled"}
_SENTENCES = {
    "unknown_person": "Nobody with this NIK is in a wave: check the number.",
    "unknown_course": "The catalogue does not know this course: import it, then send this row again.",
    "reference_taken": "This reference belongs to a purchase of somebody else: a reference names one purchase.",
    "reference_changed": "This reference was reported before with other details: a purchase is cancelled, not changed.",
    "before_acceptance": "The purchase lies before the person was accepted: check the moment.",
    "late": "The purchase happened at or after the deadline: it is kept as an event and spends nothing.",
    "over_balance": "The price is more than the training balance that is left.",
    "unknown_reference": "There is no purchase with this reference to cancel.",
    "already_cancelled": "This purchase was cancelled before, at another moment.",
    "cancelled_before_purchase": "The cancellation lies before its purchase: check the moment.",
    "training_completed": "The training is completed: its purchase can no longer be cancelled.",
}


class SourceUnnamed(Refusal):
    """A feed needs a name."""

    code = "source_unnamed"


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
    not moved the watermark: the same file again does the rest. Raises FileRefused, SourceUnnamed,
    WatermarkInFuture before anything is written.
    """
    if not source.strip():
        raise SourceUnnamed("The platform has no name; give it with --source.")
    partners.check_watermark(through=through, now=now)
    done = PurchasesImported()
    with RefusedRows(path) as refused:
        rows = read(path, required=REQUIRED, optional=OPTIONAL, text_only=("nik",), may_be_empty=through is not None)
        partners.register_feed(source=source, now=now)
        reader = _Reader(programme, keys, refused, now=now)
        verbs = _Slice(source, programme, now=now, actor=actor)
        while batch := list(islice(rows, SLICE)):
            done.read += len(batch)
            verdicts = verbs.take(list(reader.good(batch)))
            _count(verdicts, done, refused)
            progress(done.read)
        if through is not None:
            partners.move_watermark(source=source, through=through, now=now, actor=actor)
        done.refused, done.refused_file = refused.count, refused.publish()
    return done


def _count(verdicts: list[tuple[int, str]], done: PurchasesImported, refused: RefusedRows) -> None:
    tally = Counter(verdict for _, verdict in verdicts)
    done.recorded += sum(tally[verdict] for verdict in _TAKEN)
    done.reinstated += tally["reinstated"]
    done.repeated += tally["repeated"]
    for line, verdict in verdicts:
        if verdict in _SENTENCES:
            refused.add(line, verdict, _SENTENCES[verdict])


class _Reader:
    """Turns rows of text into events, and refuses those that cannot be one."""

    def __init__(self, programme: Programme, keys: Keys, refused: RefusedRows, *, now: datetime) -> None:
        self.scheme: IdentityScheme = scheme(programme.identity.scheme)
        self.keys, self.refused, self.now = keys, refused, now
        self.today = now.astimezone(programme.zone).date()

    def good(self, rows: list[Row | BadRow]) -> Iterator[_Arriving]:
        for row in rows:
            if isinstance(row, BadRow):
                self.refused.add(row.line, row.reason, row.sentence)
                continue
            try:
                yield self._event(row)
            except _RowRefused as no:
                self.refused.add(row.line, no.reason, no.sentence)

    def _event(self, row: Row) -> _Arriving:
        reference, nik, course, price, at, kind = row.values
        if not reference:
            raise _RowRefused("reference_missing", "The row has no reference: the platform's own number is needed.")
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


class _Slice:
    """The statements of one slice, in their order, in one transaction."""

    def __init__(self, source: str, programme: Programme, *, now: datetime, actor: Actor) -> None:
        self.parameters: dict[str, Any] = {
            "source": source,
            "now": now,
            "actor": str(actor),
            "open_end": OPEN_END,
            "channels": notice_channels(programme, "reinstated"),
            **notice_windows(programme, now=now),
        }

    @transaction.atomic
    def take(self, events: list[_Arriving]) -> list[tuple[int, str]]:
        """Judge and book; gives (line, verdict) for every event."""
        if not events:
            return []
        # One file of a feed at a time: what a reference was judged by stays true until it is written.
        watermark = partners.lock_feed(source=self.parameters["source"])
        database.execute(_SQL["arriving_table"])
        database.execute(_SQL["clear_arriving"])
        with connection.cursor() as cursor:
            copy_sql = "COPY arriving (line, reference, fingerprint, course, price, occurred_at, cancels) FROM STDIN"
            with cursor.copy(copy_sql) as copy:
                for event in events:
                    copy.write_row(event)
            cursor.execute("ANALYZE arriving")
        database.execute(_SQL["resolve"])
        database.execute(_SQL["refuse_unknown"])
        database.rows(_SQL["lock_people"])
        self._take_turns({**self.parameters, "watermark": watermark})
        return [(line, verdict) for line, verdict in database.rows(_SQL["verdicts"])]

    def _take_turns(self, parameters: dict[str, Any]) -> None:
        [(turns,)] = database.rows(_SQL["count_turns"])
        for turn in range(1, (turns or 0) + 1):
            for step in _STEPS:
                database.execute(_SQL[step], {**parameters, "turn": turn})
