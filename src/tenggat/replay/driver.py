"""The programme office of 2020 under a borrowed clock: every act by the verb that an office of today would use.

No published figure reaches the engine: it has to find who lapsed in what people did. `now` of each act is the moment
in the timetable; the only real clock here is the stopwatch.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import accumulate
from pathlib import Path
from time import perf_counter

from tenggat.deadlines.approving import answer_brake
from tenggat.deadlines.engine import revoke
from tenggat.deadlines.reminders import plan_reminders
from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal
from tenggat.foundation.side_by_side import in_sessions
from tenggat.journal.sealing import seal
from tenggat.messaging.delivery import deliver
from tenggat.messaging.gateways.file import FileGateway
from tenggat.partners.actions import move_watermark, register_feed
from tenggat.replay.courses import write_catalogue
from tenggat.replay.facts import PLATFORMS, WAVES
from tenggat.replay.fates import fates
from tenggat.replay.files import Files
from tenggat.replay.people import Crowd
from tenggat.replay.progress import Progress, Watch
from tenggat.replay.purchases import CORRECTION, Market
from tenggat.replay.results import Replayed, read_results
from tenggat.replay.shares import shares
from tenggat.replay.timetable import Act, Entry, calendars, deliveries, timetable
from tenggat.rules.programme import Programme
from tenggat.training.catalogue import import_courses
from tenggat.training.purchases import import_purchases
from tenggat.waves.actions import announce_wave, open_wave
from tenggat.waves.importing import import_participants
from tenggat.waves.models import Wave

__all__ = ["ReplayRefused", "Replayed", "Watch", "replay"]

OFFICE = Actor("officer", "replay-2020")
SCALES = range(1, 10_001)

_AT_ONCE = 2  # platforms whose deliveries are taken side by side

_KEPT_FROM = 20  # at smaller scales a file is deleted once it is read: all of them would fill a gigabyte and more


class ReplayRefused(Refusal):
    """A replay needs a database of its own and a scale from 1 to 10,000."""

    code = "replay_refused"


def replay(*, scale: int, seed: int, folder: Path, programme: Programme, keys: Keys, watch: Watch) -> Replayed:
    """Replay the waves of 2020 with 1 in `scale` of their people. Raises ReplayRefused before anything is done.

    Django is set up on a migrated database without waves; `folder` takes the files, in `feeds` and `outbox`.
    """
    if scale not in SCALES:
        raise ReplayRefused(f"The scale {scale} is not between {SCALES[0]} and {SCALES[-1]}; choose one that is.")
    if Wave.objects.exists():
        raise ReplayRefused("This home has waves already; a replay needs an empty home of its own.")
    started = perf_counter()
    _Office(scale=scale, seed=seed, folder=folder, programme=programme, keys=keys, watch=watch).work()
    return read_results(programme=programme, seconds=perf_counter() - started)


class _Office:
    """Keeps the timetable."""

    def __init__(self, *, scale: int, seed: int, folder: Path, programme: Programme, keys: Keys, watch: Watch) -> None:
        self.scale, self.seed, self.programme, self.keys = scale, seed, programme, keys
        self.shares = shares(scale=scale)
        self.calendars = calendars(WAVES, programme=programme)
        self.deliveries = deliveries(self.calendars)
        self.files = Files(folder / "feeds", deliveries=self.deliveries)
        self.gateway = FileGateway(folder / "outbox" / "messages.jsonl")
        self.progress = Progress(watch, shares=self.shares, calendars=self.calendars)
        *offsets, _ = accumulate((self.shares[wave.number].accepted for wave in WAVES), initial=0)
        self.offsets = {wave.number: offset for wave, offset in zip(WAVES, offsets, strict=True)}

    def work(self) -> None:
        """Prepare the sources and the catalogue, then do what the timetable says."""
        acts: dict[Act, Callable[[Entry], None]] = {
            Act.OPEN: self._open,
            Act.ANNOUNCE: self._announce,
            Act.FEED: self._feed,
            Act.REMIND: self._remind,
            Act.CORRECT: self._correct,
            Act.REVOKE: self._revoke,
            Act.DELIVER: self._deliver,
        }
        entries = timetable(self.calendars)
        self._prepare(now=entries[0].at)
        for entry in entries:
            acts[entry.act](entry)
            seal(now=entry.at)

    def _prepare(self, *, now: datetime) -> None:
        for source in PLATFORMS:
            register_feed(source=source, now=now)
        write_catalogue(self.files.courses())
        import_courses(path=self.files.courses(), now=now)

    def _open(self, entry: Entry) -> None:
        open_wave(number=entry.wave, quota=self.shares[entry.wave].accepted, now=entry.at, actor=OFFICE)

    def _announce(self, entry: Entry) -> None:
        """Announced first: who is imported then has the deadline at once, and nobody is stamped later."""
        wave, written = entry.wave, self.files.participants(wave=entry.wave)
        self.files.write(self._market(wave), progress=lambda done: self.progress.written(wave, done=done))
        announce_wave(number=wave, at=entry.at, programme=self.programme, now=entry.at, actor=OFFICE)
        import_participants(
            path=written,
            wave=wave,
            programme=self.programme,
            keys=self.keys,
            now=entry.at,
            actor=OFFICE,
            progress=lambda done: self.progress.imported(wave, done=done),
        )
        self._done_with(written)

    def _market(self, wave: int) -> Market:
        share = self.shares[wave]
        crowd = Crowd(self.seed, wave, share.accepted, self.offsets[wave])
        return Market(crowd, self.calendars[wave - 1], deliveries=self.deliveries, fates=fates(share))

    def _feed(self, entry: Entry) -> None:
        """Every platform delivers what happened until now, two at a time; nobody buys at two of them in this replay."""
        delivery = self.deliveries.index(entry.at)
        told = [partial(self._hear, delivery, platform, at=entry.at) for platform in range(len(PLATFORMS))]
        in_sessions(told, at_once=_AT_ONCE)
        self.progress.bought(now=entry.at)

    def _hear(self, delivery: int, platform: int, *, at: datetime) -> None:
        """Take what one platform delivers; one with nothing to tell moves its watermark too."""
        source = PLATFORMS[platform]
        if path := self.files.told(delivery=delivery, platform=platform):
            self._purchases(path, source, through=at, now=at)
        else:
            move_watermark(source=source, through=at, now=at, actor=Actor("feed", source))

    def _correct(self, entry: Entry) -> None:
        for platform, source in enumerate(PLATFORMS):
            if path := self.files.told(delivery=CORRECTION, platform=platform, wave=entry.wave):
                self._purchases(path, source, through=None, now=entry.at)
        self.progress.over(entry.wave)

    def _purchases(self, path: Path, source: str, *, through: datetime | None, now: datetime) -> None:
        import_purchases(
            path=path,
            source=source,
            through=through,
            programme=self.programme,
            keys=self.keys,
            now=now,
            actor=Actor("feed", source),
        )
        self._done_with(path)

    def _remind(self, entry: Entry) -> None:
        plan_reminders(programme=self.programme, now=entry.at, keys=self.keys)

    def _deliver(self, entry: Entry) -> None:
        deliver(programme=self.programme, keys=self.keys, gateway=self.gateway, now=entry.at)

    def _revoke(self, entry: Entry) -> None:
        """Where the brake stops a run, the replay's two officers approve it, and it goes on."""
        while True:
            outcome = revoke(
                programme=self.programme,
                now=entry.at,
                progress=lambda done, expected: self.progress.revoked(entry.wave, done=done, expected=expected),
            )
            if not outcome.brake or outcome.run is None:
                return
            answer_brake(run_id=outcome.run, now=entry.at, actor=OFFICE)

    def _done_with(self, path: Path) -> None:
        if self.scale < _KEPT_FROM:
            path.unlink()
