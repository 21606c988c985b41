"""Rows of a file made into finished rows of tables, a chunk at a time: the work that needs no database."""

from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from tenggat.foundation.keys import Keys
from tenggat.foundation.tabular import BadRow, Row
from tenggat.rules.identity import IdentityError
from tenggat.waves import cards
from tenggat.waves import copy_rows as pg
from tenggat.waves.applicants import Applicant, read_applicant
from tenggat.waves.chunks import Chunk, Job
from tenggat.waves.fingerprints import fingerprints

SIZE = 50_000  # rows


def chunks(rows: Iterable[Row | BadRow], *, job: Job, keys: Keys, size: int = SIZE) -> Iterator[Chunk]:
    """Read and finish a file's rows, `size` of them at a time."""
    finisher = _Finisher(job, keys)
    stream = iter(rows)
    while part := list(islice(stream, size)):
        yield finisher.chunk(part)


class _Finisher:
    """Knows the parts of a row that are the same for everyone, made once."""

    def __init__(self, job: Job, keys: Keys) -> None:
        self.job, self.keys = job, keys
        now, wave = pg.moment(job.now), pg.whole(job.wave, 4)
        self.person_head = pg.columns(11) + pg.UUID_LENGTH
        self.nik_head = pg.columns(3) + pg.UUID_LENGTH
        self.taking_part_head = pg.columns(11) + pg.UUID_LENGTH
        self.card_head = pg.columns(3) + pg.UUID_LENGTH
        self.entry_head = pg.columns(8) + pg.UUID_LENGTH
        self.event_head = pg.columns(8) + pg.UUID_LENGTH
        self.now = now
        self.wave = wave
        self.taking_part = b"".join((
            wave, pg.text("accepted"), now, pg.moment(job.deadline_at), pg.whole(job.deadline_version, 2),
            pg.whole(job.total, 8), pg.whole(job.training, 8),
        ))  # fmt: skip
        self.entry_tail = b"".join((
            wave, pg.text("committed"), pg.whole(job.total, 8), pg.whole(job.training, 8), pg.text(""),
            now, now,
        ))  # fmt: skip
        self.event_tail = b"".join((
            wave, pg.text("accepted"), pg.text("accepted"), now, now, pg.text(job.actor),
            pg.document(job.details),
        ))  # fmt: skip

    def chunk(self, part: list[Row | BadRow]) -> Chunk:
        """Finish the rows of a chunk."""
        applicants: list[Applicant] = []
        lines = array("I")
        refused = []
        for row in part:
            if isinstance(row, BadRow):
                refused.append((row.line, row.reason, row.sentence))
                continue
            try:
                applicants.append(read_applicant(row.values, self.job.terms))
            except IdentityError as error:
                refused.append((row.line, error.code, error.message))
            else:
                lines.append(row.line)
        nik = fingerprints(self.keys, "nik", [applicant.nik for applicant in applicants])
        household = self._households(applicants)
        return Chunk(
            read=len(part),
            lines=lines,
            nik=nik,
            household=household,
            birth_date=[applicant.birth_date for applicant in applicants],
            flagged=bytearray(1 if applicant.flags else 0 for applicant in applicants),
            by_household=_sorted(household),
            tables=self._tables(applicants, nik, household),
            refused=refused,
        )

    def _households(self, applicants: list[Applicant]) -> list[bytes]:
        if self.job.terms.household_scheme is None:
            return [b""] * len(applicants)
        return fingerprints(self.keys, "kk", [applicant.kk for applicant in applicants])

    def _tables(
        self, applicants: list[Applicant], nik: list[bytes], household: list[bytes]
    ) -> dict[str, pg.Rows]:
        by_nik = _sorted(nik)
        numbers = self._card_numbers(len(nik))
        card = fingerprints(self.keys, "card", numbers)
        seen = zip(applicants, nik, household, strict=True)
        taking_part = zip(applicants, nik, numbers, strict=True)
        rows = {
            "registry_person": [self._person(*facts) for facts in seen],
            "registry_nikkey": [self.nik_head + who + pg.UUID_LENGTH + who + self.now for who in nik],
            "waves_participation": [self._participation(*facts) for facts in taking_part],
            "ledger_entry": [self.entry_head + who + self.entry_tail for who in nik],
            "journal_event": [self.event_head + who + self.event_tail for who in nik],
        }
        tables = {name: pg.gather(made, by_nik) for name, made in rows.items()}
        cards_made = [
            self.card_head + number + pg.UUID_LENGTH + who + self.wave
            for number, who in zip(card, nik, strict=True)
        ]
        tables["waves_card"] = pg.gather(cards_made, _sorted(card))
        return tables

    def _card_numbers(self, count: int) -> list[str]:
        """That many numbers, all different."""
        prefix, length = self.job.card_prefix, self.job.card_length
        numbers: set[str] = set()
        while len(numbers) < count:
            numbers.update(cards.draw_many(count - len(numbers), prefix=prefix, length=length))
        return list(numbers)

    def _person(self, who: Applicant, nik: bytes, household: bytes) -> bytes:
        cipher = self.keys.encrypt(f"{who.nik}:{who.kk}".encode(), owner=nik)
        name = who.name.encode()
        return b"".join((
            self.person_head, nik, pg.size(len(cipher)), cipher,
            pg.UUID_LENGTH + household if household else pg.NULL,
            pg.size(len(name)), name, pg.day(who.birth_date), pg.text(who.phone), pg.text(who.email),
            _home(who.province, who.time_zone, who.flags), self.now,
        ))  # fmt: skip

    def _participation(self, who: Applicant, nik: bytes, number: str) -> bytes:
        cipher = self.keys.encrypt(number.encode(), owner=nik)
        return b"".join((
            self.taking_part_head, nik, self.taking_part,
            _reach(who.channel, who.time_zone), pg.size(len(cipher)), cipher,
        ))  # fmt: skip


@lru_cache(maxsize=1 << 12)
def _home(province: str, time_zone: str, flags: tuple[str, ...]) -> bytes:
    return pg.text(province) + pg.text(time_zone) + pg.texts(flags)


@lru_cache(maxsize=1 << 12)
def _reach(channel: str, time_zone: str) -> bytes:
    return pg.text(channel) + pg.text(time_zone)


def _sorted(keys: list[bytes]) -> "array[int]":
    """The places of the keys, in the order of the keys."""
    return array("I", sorted(range(len(keys)), key=keys.__getitem__))
