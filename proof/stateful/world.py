"""The same six people on a real PostgreSQL, at the same start each time, and the real verbs that change their lot."""

import csv
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from proof.stateful.oracle import BRAKE
from proof.stateful.person import DAYS, PRICE, WIB
from proof.stateful.person import Extension as Decided
from proof.stateful.person import Hold as Held
from proof.stateful.person import Scope as About
from tenggat.audit.verify import verify
from tenggat.deadlines import approving, deciding, engine, quarantine, reinstating, releasing
from tenggat.deadlines.models import Run
from tenggat.deadlines.reminders import plan_reminders
from tenggat.deadlines.scopes import Scope
from tenggat.figures.report import Report, report, report_as_of
from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import derive
from tenggat.foundation.refusals import Refusal
from tenggat.foundation.side_by_side import in_sessions
from tenggat.messaging.delivery import deliver
from tenggat.messaging.gateways.file import FileGateway
from tenggat.rules.programme import load
from tenggat.rules.values import Brake, Dated, FirstPurchaseRule, Step
from tenggat.training.catalogue import import_courses
from tenggat.training.purchases import import_purchases
from tenggat.waves.actions import accept, announce_wave, open_wave

NAMES = ("ayu", "budi", "citra", "dewi", "eko", "fitri")
ACCEPTED = NAMES[:3]
HOUSEHOLDS = {"ayu": "A", "budi": "A", "citra": "C", "dewi": "C", "eko": "E", "fitri": "A"}
QUOTAS = {10: 5, 11: 1}
ANNOUNCED = datetime(2020, 10, 2, 12, tzinfo=WIB)
OFFICER = Actor("officer", "proof")
KEYS = derive(7)
SLICE = 2
"""People per slice, so that a night of a few people has several."""

_SINCE = date(2020, 4, 11)
_TEXT = "Halo {name}, beli pelatihan pertama sebelum {deadline}."


def _reminder(name: str, days: int, *, skip: bool) -> Step:
    return Step(name, days, "not_bought" if skip else "all", skip, ("sms",), "proof", _TEXT)


_SHIPPED = load("prakerja")
PROGRAMME = replace(
    _SHIPPED,
    first_purchases=Dated("first_purchase", ((_SINCE, FirstPurchaseRule(DAYS, "inclusive", time(23, 59), "proof")),)),
    brakes=Dated("brake", ((_SINCE, Brake(0, 100, 1000, BRAKE, "proof")),)),
    steps=(
        _reminder("h-1", 1, skip=True),
        _reminder("h-0", 0, skip=False),
        *(step for step in _SHIPPED.steps if not step.by_days),
    ),
)
"""Three days to buy instead of thirty, a brake for few people, and a reminder that buyers are spared."""

_SPOILT = """
ALTER TABLE ledger_entry ADD CONSTRAINT planted CHECK (kind <> 'returned' OR amount > 0 OR person_id NOT IN ({}))
  NOT VALID
"""

Row = tuple[str, str, str, datetime, str]
"""Of a feed: reference, name, course, event time, kind."""


def nik(name: str) -> str:
    """The number of somebody."""
    serial = NAMES.index(name) + 11
    return f"317101{serial:02d}0195{serial:04d}"


def person_id(name: str) -> UUID:
    """The id of somebody."""
    return KEYS.fingerprint("nik", nik(name))


def _about(scope: About) -> Scope:
    if isinstance(scope, int):
        return Scope(wave=scope)
    return Scope(person_id=person_id(scope)) if scope in NAMES else Scope(source=scope)


class Crash(Exception):  # noqa: N818 -- an end, not an error
    """The engine ends here."""


class World:
    """One database, again and again: `begin` brings the start back, the other verbs are the real ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = sorted(model._meta.db_table for model in apps.get_models())
        self._people()
        self._execute("CREATE TEMPORARY TABLE {} AS TABLE {}", ((f"start_{name}", name) for name in self.tables))

    def _people(self) -> None:
        opened = ANNOUNCED - timedelta(days=1)
        for number, quota in QUOTAS.items():
            open_wave(number=number, quota=quota, now=opened, actor=OFFICER)
        self.courses("EXCEL", now=opened)
        self.announce(10, ANNOUNCED)
        for name in ACCEPTED:
            self.join(name, 10, ANNOUNCED)

    def begin(self) -> None:
        """Everything is again as it was: rows go past the guards that keep them."""
        self.spoil()
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            self._execute("DELETE FROM {}", ((name,) for name in self.tables))
            self._execute("INSERT INTO {} SELECT * FROM {}", ((name, f"start_{name}") for name in self.tables))
            cursor.execute("SET session_replication_role = origin")
        (self.folder / "messages.jsonl").unlink(missing_ok=True)

    @staticmethod
    def _execute(text: str, names: Iterable[tuple[str, ...]]) -> None:
        statements = [sql.SQL(text).format(*map(sql.Identifier, each)) for each in names]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("; ").join(statements))

    def join(self, name: str, wave: int, now: datetime) -> str | None:
        """Somebody is accepted into a wave, or the code of the refusal."""
        number = nik(name)
        spelling = f"{number[:6]}.{number[6:12]} {number[12:]}"
        try:
            accept(
                wave=wave,
                nik=spelling,
                kk=f"31710101012000{ord(HOUSEHOLDS[name]):02d}",
                name="Peserta Contoh",
                birth_date="",
                phone="081234567890",
                email="",
                province="31",
                programme=PROGRAMME,
                keys=KEYS,
                now=now,
                actor=OFFICER,
            )
        except Refusal as no:
            return no.code
        return None

    def announce(self, wave: int, at: datetime) -> None:
        """A wave's clock starts."""
        announce_wave(number=wave, at=at, programme=PROGRAMME, now=at, actor=OFFICER)

    def courses(self, *codes: str, now: datetime) -> None:
        """The catalogue learns courses."""
        path = self._write(
            "courses.csv", ("code", "title", "institution", "price"), [(c, c, "X", PRICE) for c in codes]
        )
        import_courses(path=path, now=now)

    def feed(self, source: str, rows: Iterable[Row], *, now: datetime, through: datetime | None = None) -> None:
        """A platform delivers."""
        lines = [
            (ref, nik(who), course, PRICE if kind == "purchase" else "", at.isoformat(), kind)
            for ref, who, course, at, kind in rows
        ]
        path = self._write(f"{source}.csv", ("reference", "nik", "course", "price", "occurred_at", "kind"), lines)
        actor = Actor("feed", source)
        import_purchases(
            path=path, source=source, through=through, programme=PROGRAMME, keys=KEYS, now=now, actor=actor
        )

    def _write(self, name: str, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
        return path

    def remind(self, now: datetime) -> None:
        """Plan (in one transaction, which spares the second session)."""
        with transaction.atomic():
            plan_reminders(programme=PROGRAMME, now=now)

    def deliver(self, now: datetime) -> None:
        """Hand over what may go."""
        with transaction.atomic():
            deliver(programme=PROGRAMME, keys=KEYS, gateway=FileGateway(self.folder / "messages.jsonl"), now=now)

    def revoke(self, now: datetime) -> None:
        """One engine."""
        engine.revoke(programme=PROGRAMME, now=now)

    def beside(self, *works: Callable[[], None]) -> None:
        """Several sessions at once, which begin together."""
        gate = Barrier(len(works))

        def begin(work: Callable[[], None]) -> None:
            gate.wait()
            work()

        in_sessions([lambda work=work: begin(work) for work in works])  # type: ignore[misc]

    def crash(self, now: datetime) -> None:
        """An engine that dies behind its first slice."""

        def die(done: int, expected: int) -> None:
            raise Crash

        with suppress(Crash):
            engine.revoke(programme=PROGRAMME, now=now, progress=die)

    def approve(self, by: str, now: datetime) -> None:
        """One person lets the run go that waits."""
        run = Run.objects.get(state="waiting")
        approving.approve(run_id=run.run_id, by=by, now=now, actor=OFFICER)

    def reinstate(self, name: str, now: datetime) -> None:
        """An officer undoes a revocation."""
        reinstating.reinstate(
            person_id=person_id(name), reason="sakit", by="Sari", programme=PROGRAMME, now=now, actor=OFFICER
        )

    def decide(self, decided: Decided, now: datetime) -> int:
        """Officers hold or extend; gives the number of the decision."""
        verb = deciding.hold if isinstance(decided, Held) else deciding.extend
        about = _about(decided.scope)
        terms = deciding.Terms(about, decided.until, decided.effective_at, "mati listrik", "Sari", "Bambang")
        return verb(terms=terms, programme=PROGRAMME, now=now, actor=OFFICER).decision.decision_id

    def lift(self, decision: int, now: datetime) -> str | None:
        """A hold ends early, or the code of the refusal."""
        try:
            deciding.lift(decision_id=decision, reason="beres", by="Sari", now=now, actor=OFFICER)
        except Refusal as no:
            return no.code
        return None

    def spoil(self, *names: str) -> None:
        """From now on the books refuse that the money of these people returns, and of nobody else."""
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_entry DROP CONSTRAINT IF EXISTS planted")
            if names:
                who = sql.SQL(", ").join(sql.Literal(person_id(name)) for name in names)
                cursor.execute(sql.SQL(_SPOILT).format(who))

    def retry(self, now: datetime) -> None:
        """Whoever is apart goes back to the engine."""
        quarantine.retry(now=now, actor=OFFICER)

    def release(self, to_wave: int, now: datetime) -> None:
        """The seats of every closed run go to a wave."""
        runs = Run.objects.filter(state="closed").values_list("run_id", flat=True)
        releasing.release_seats(run_ids=set(runs), to_wave=to_wave, now=now, actor=OFFICER)

    def report(self, now: datetime) -> Report:
        """What is published now."""
        return report(programme=PROGRAMME, now=now)

    def report_as_of(self, moment: datetime) -> Report:
        """What was published at a moment, from the journal."""
        return report_as_of(programme=PROGRAMME, as_of=moment)

    def verify(self) -> list[str]:
        """What the audit of everything finds."""
        with transaction.atomic():
            return [f"verify {check.name}: {check.detail}" for check in verify(programme=PROGRAMME) if not check.ok]
