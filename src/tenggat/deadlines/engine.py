"""One run of the deadline engine: the order of the steps. What each step does stands in revoke.sql.

The outcome does not depend on when, how often, how parallel or how interrupted this runs (I2): a run is a row
with a frozen cut-off, its work is done in slices of one transaction each, and whoever comes to an open run -- a
second engine, or tonight's command after a crash -- goes on with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from tenggat.deadlines import audit, quarantine, spending, standing
from tenggat.deadlines.halving import Taken, walk
from tenggat.deadlines.models import Run
from tenggat.deadlines.spending import SpentOver
from tenggat.foundation import database, sql
from tenggat.foundation.actors import ENGINE, Actor
from tenggat.journal import actions as journal
from tenggat.messaging.planning import notice_channels, notice_windows
from tenggat.partners.queries import required_watermarks
from tenggat.rules.brake import WaveAhead, reasons
from tenggat.rules.deadlines import cutoff
from tenggat.rules.programme import Programme

SLICE = 1000
"""People per transaction: a live buyer then waits milliseconds for a slice, never for the night."""

_SQL = sql.load("tenggat.deadlines", "revoke.sql")
_WAITING = _SQL["revoke_slice"].text.replace("FOR UPDATE SKIP LOCKED", "FOR UPDATE")

Progress = Callable[[int, int], None]
"""Called with (done, expected) after each slice."""


def _nothing(done: int, expected: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run at a moment would find, per wave: due to be revoked, left for a hold or a silent feed, set apart."""

    cutoff_at: datetime
    from_at: datetime | None
    watermarks: dict[str, datetime]
    due: dict[int, int]
    held: dict[int, int]
    quarantined: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What a call did: `run` is None for a dry run. `by_wave` counts the revoked; `returned` is whole rupiah."""

    run: int | None
    cutoff_at: datetime
    held: int
    silent: list[str]
    expected: int
    quarantined: int
    """Records that could not be processed, of this run and of earlier ones (quarantine.py)."""
    brake: list[str] = field(default_factory=list)
    """Why the run waits, or a rehearsed one would; the other figures are then of nobody yet."""
    by_wave: dict[int, int] = field(default_factory=dict)
    returned: int = 0
    closed_here: bool = False
    spent_over: SpentOver = field(default_factory=SpentOver)

    @property
    def revoked(self) -> int:
        """How many participations were revoked."""
        return sum(self.by_wave.values())

    @property
    def due(self) -> int:
        """Everyone whose deadline and settlement time are over without a purchase: revoked, held or quarantined."""
        return self.revoked + self.held + self.quarantined


def look_ahead(*, programme: Programme, now: datetime, cutoff_at: datetime | None = None) -> Outlook:
    """Count what a run at `now` would find; the settlement time and every required feed's watermark bound it.

    An open run has its own, frozen cut-off.
    """
    watermarks = required_watermarks()
    settlement = _settlement(programme, now)
    cutoff_at = cutoff_at or cutoff(now, settlement, watermarks)
    counts = database.rows(_SQL["look_ahead"], {"cutoff": cutoff_at, "ripe": now - settlement})
    return Outlook(
        cutoff_at,
        min((row[1] for row in counts), default=None),
        watermarks,
        {wave: due for wave, _, due, _, _ in counts if due},
        {wave: held for wave, _, _, held, _ in counts if held},
        {wave: apart for wave, _, _, _, apart in counts if apart},
    )


def revoke(*, programme: Programme, now: datetime, actor: Actor = ENGINE, progress: Progress = _nothing) -> Outcome:
    """Finish an interrupted run, if there is one, then run for `now`; closes only when the audit agrees.

    A run that the brake stops waits for two approvals (approving.py), and nothing overtakes it. Raises AuditDisagrees
    when the sets are not equal: the run stays open and is taken up again next time. Last, what nobody may spend any
    longer returns (spending.py).
    """
    outcome = _revoke(programme, now=now, actor=actor, progress=progress)
    if not outcome.brake:
        cutoff_at = _cutoff(programme, now)
        outcome.spent_over = spending.give_back(programme=programme, cutoff_at=cutoff_at, now=now, actor=actor)
    return outcome


def _revoke(programme: Programme, *, now: datetime, actor: Actor, progress: Progress) -> Outcome:
    interrupted = Run.objects.exclude(state="closed").first()
    cutoff_at = interrupted.cutoff_at if interrupted else _cutoff(programme, now)
    standing.sweep(programme=programme, cutoff_at=cutoff_at, now=now, actor=actor)
    earlier = _go_on(interrupted, programme, now=now, actor=actor, progress=progress) if interrupted else None
    if earlier is not None and (earlier.brake or (earlier.closed_here and not _anybody_due(programme, now=now))):
        return earlier
    outcome = _go_on(_open_run(programme, now=now), programme, now=now, actor=actor, progress=progress)
    if earlier is not None and earlier.closed_here:  # else the engine beside us tells of that run
        _add(outcome, earlier.by_wave, earlier.returned)
    return outcome


def _anybody_due(programme: Programme, *, now: datetime) -> bool:
    return bool(look_ahead(programme=programme, now=now).due)


def rehearse(*, programme: Programme, now: datetime, progress: Progress = _nothing) -> Outcome:
    """Do what `revoke` would do, with the same statements, and take each slice back: nothing stays."""
    cutoff_at = _cutoff(programme, now)
    if not standing.in_force(cutoff_at=cutoff_at).exists():
        return _rehearse(programme, now=now, progress=progress)
    with transaction.atomic():  # around all of it, so that nobody stays held either
        standing.sweep(programme=programme, cutoff_at=cutoff_at, now=now, actor=ENGINE)
        outcome = _rehearse(programme, now=now, progress=progress)
        transaction.set_rollback(True)
    return outcome


def _rehearse(programme: Programme, *, now: datetime, progress: Progress) -> Outcome:
    outlook = look_ahead(programme=programme, now=now)
    outcome = _outcome(None, outlook, programme, now=now)
    outcome.brake = _brake(outlook, programme, now=now)
    # Run 0 does not exist; the reference to it is checked at commit, which never comes.
    slices = _Slices(0, outlook, programme, now=now, actor=ENGINE)
    for done in slices.rehearsed(outcome):
        progress(done, sum(outlook.due.values()))
    outcome.spent_over = spending.unspent(programme=programme, cutoff_at=outlook.cutoff_at)
    return outcome


def silent_feeds(outlook: Outlook, programme: Programme, *, now: datetime) -> list[str]:
    """The required feeds that have not delivered far enough for those whose deadline is over.

    Of a run that was opened earlier and waited for approval, none is told that has delivered past its cut-off since.
    """
    ripe_at = now - _settlement(programme, now)
    if not outlook.held or outlook.cutoff_at >= ripe_at:
        return []
    return [source for source, through in outlook.watermarks.items() if through <= outlook.cutoff_at]


def _cutoff(programme: Programme, now: datetime) -> datetime:
    return cutoff(now, _settlement(programme, now), required_watermarks())


def _settlement(programme: Programme, now: datetime) -> timedelta:
    return programme.settlement(now.astimezone(programme.zone).date())


def _outcome(run_id: int | None, outlook: Outlook, programme: Programme, *, now: datetime) -> Outcome:
    silent = silent_feeds(outlook, programme, now=now)
    held, expected, apart = (sum(each.values()) for each in (outlook.held, outlook.due, outlook.quarantined))
    return Outcome(run_id, outlook.cutoff_at, held, silent, expected, apart)


def _brake(outlook: Outlook, programme: Programme, *, now: datetime) -> list[str]:
    """Say why two people have to look at this run first."""
    brake = programme.brake(now.astimezone(programme.zone).date())
    if brake is None or not outlook.due:
        return []
    sizes = database.rows(_SQL["sizes"], {"waves": list(outlook.due)})
    return reasons(brake, {wave: WaveAhead(accepted, revoked, outlook.due[wave]) for wave, accepted, revoked in sizes})


def _open_run(programme: Programme, *, now: datetime) -> Run:
    outlook = look_ahead(programme=programme, now=now)
    brake = _brake(outlook, programme, now=now)
    while True:
        opened = database.one(
            _SQL["open_run"],
            {
                "state": "waiting" if brake else "open",
                "brake": Jsonb(brake),
                "now": now,
                "cutoff": outlook.cutoff_at,
                "from_at": outlook.from_at,
                "rule_digest": programme.digest,
                "watermarks": Jsonb({name: at.isoformat() for name, at in outlook.watermarks.items()}),
                "expected": sum(outlook.due.values()),
            },
        )
        found = Run.objects.filter(run_id=opened[0]) if opened else Run.objects.exclude(state="closed")
        if run := found.first():  # none: another engine's run closed between our two looks
            return run


def _go_on(run: Run, programme: Programme, *, now: datetime, actor: Actor, progress: Progress) -> Outcome:
    """Finish a run that may go, and say of one that may not why it waits."""
    if run.state != "waiting":
        return _finish(run, programme, now=now, actor=actor, progress=progress)
    outlook = look_ahead(programme=programme, now=now, cutoff_at=run.cutoff_at)
    outcome = _outcome(run.run_id, outlook, programme, now=now)
    outcome.brake = run.brake
    return outcome


def _finish(run: Run, programme: Programme, *, now: datetime, actor: Actor, progress: Progress) -> Outcome:
    """Slice by slice until a fresh, waiting statement finds nothing; audit; close."""
    outlook = look_ahead(programme=programme, now=now, cutoff_at=run.cutoff_at)
    slices = _Slices(run.run_id, outlook, programme, now=now, actor=actor)
    for done in slices.revoked():
        progress(done, run.expected)
    while True:
        audited = _totals(run)
        found = audit.look(run)
        # Somebody came due while we looked, by a hold that was lifted; or another engine has taken them since.
        if found.escaped and (list(slices.revoked()) or audit.look(run) != found):
            continue
        if Run.objects.filter(run_id=run.run_id, state="open").exists():  # else whoever came due is for the next run
            audit.check(run, found)
        outlook = look_ahead(programme=programme, now=now, cutoff_at=run.cutoff_at)
        outcome = _outcome(run.run_id, outlook, programme, now=now)
        if _closed(run, outcome, outlook, audited, now=now, actor=actor):
            return outcome


@transaction.atomic
def _closed(run: Run, outcome: Outcome, outlook: Outlook, audited: list[Any], *, now: datetime, actor: Actor) -> bool:
    """Close the run, unless another engine has revoked somebody in it since the audit; tells whether it is closed."""
    ours = database.one(_SQL["lock_run"], {"run": run.run_id}) is not None
    totals = _totals(run)
    if ours and totals != audited:
        return False
    for wave, revoked, returned in totals:
        _add(outcome, {wave: revoked}, returned)
    if ours:
        outcome.closed_here = True
        held = {str(wave): count for wave, count in outlook.held.items()}
        database.execute(_SQL["close_run"], {"run": run.run_id, "now": now, "held_by_wave": Jsonb(held)})
        quarantine.let_go_decided(now=now)
        details = {"run": run.run_id, "revoked": outcome.revoked, "returned": outcome.returned, "held": outcome.held}
        details["quarantined"] = outcome.quarantined
        decided_by = {"rule": run.rule_digest, "watermarks": run.watermarks}  # sealed with the act
        journal.act(kind="run_closed", occurred_at=run.cutoff_at, now=now, actor=actor, details=details | decided_by)
    return True


def _totals(run: Run) -> list[Any]:
    return database.rows(_SQL["totals"], {"run": run.run_id})


def _add(outcome: Outcome, by_wave: dict[int, int], returned: int) -> None:
    for wave, revoked in by_wave.items():
        outcome.by_wave[wave] = outcome.by_wave.get(wave, 0) + revoked
    outcome.returned += returned


class _Slices:
    """The slices of one run, from the earliest deadline on, each in a transaction of its own."""

    def __init__(self, run_id: int, outlook: Outlook, programme: Programme, *, now: datetime, actor: Actor) -> None:
        # Who is held may come due while the run works, so that a hold of their wave is waited for as well.
        self.waves = sorted({*outlook.due, *outlook.held, *outlook.quarantined})
        # The rule that was in force for the first of them; with nobody due there is no deadline to cite it for.
        deadline = (outlook.from_at or now).astimezone(programme.zone).date()
        reference = programme.first_purchase(deadline).reference
        self.parameters: dict[str, Any] = {
            "run": run_id,
            "cutoff": outlook.cutoff_at,
            "now": now,
            "size": SLICE,
            "actor": str(actor),
            "reason": f"no first training bought before the deadline ({reference})",
            "reference": f"run {run_id}",
            "details": Jsonb({"run": run_id, "rule": programme.digest}),
            "channels": notice_channels(programme, "revoked"),
            **notice_windows(programme, now=now),
        }

    def revoked(self) -> Iterator[int]:
        """Revoke; gives how many are done after each slice. The last passes wait for rows that others hold."""
        done = 0
        for statement in (_SQL["revoke_slice"].text, _WAITING):
            found = True
            while found:
                found = False
                for count in filter(None, self._pass(statement)):
                    found, done = True, done + count
                    yield done

    def rehearsed(self, outcome: Outcome) -> Iterator[int]:
        """Revoke and take back each slice, adding up in `outcome` what it did."""
        for _ in self._pass(_WAITING, rehearsal=outcome):
            yield outcome.revoked

    def _pass(self, statement: str, *, rehearsal: Outcome | None = None) -> Iterator[int]:
        take = partial(self._slice, statement, rehearsal)
        return walk(take, first=quarantine.START, size=self.parameters["size"])

    def _slice(
        self, statement: str, rehearsal: Outcome | None, after: quarantine.Place, size: int
    ) -> Taken[quarantine.Place]:
        parameters = {**self.parameters, "size": size, "after_deadline": after[0], "after_person": after[1]}
        with transaction.atomic(), connection.cursor() as cursor:
            if rehearsal is None and not database.one(_SQL["share_run"], self.parameters):
                return Taken(0, None)
            cursor.execute(_SQL["share_waves"].text, {"waves": self.waves})
            if size == 1:  # a row before or behind it could not be processed
                taken = quarantine.revoke_one(statement, parameters)
            else:
                cursor.execute(statement, parameters)
                last = cursor.fetchone()
                taken = Taken(last[0], (last[1], last[2])) if last else Taken(0, None)
            if rehearsal is not None:
                for wave, revoked, returned in database.rows(_SQL["totals"], {"run": 0}):
                    _add(rehearsal, {wave: revoked}, returned)
                rehearsal.quarantined += taken.apart
                transaction.set_rollback(True)
        return taken
