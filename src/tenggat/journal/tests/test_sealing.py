"""What is committed is sealed, in whatever order; and what was sealed cannot be changed unseen."""

import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tenggat.journal import proving, sealing, tree
from tenggat.journal.models import Event, Seal
from tenggat.journal.numbering import Snapshot
from tenggat.journal.tests.rows import AYU, BUDI, CITRA, NOW, as_insider, deed, event

pytestmark = pytest.mark.usefixtures("committed")


def sealed() -> int:
    """Seal; gives how many rows that covered."""
    made = sealing.seal(now=NOW)
    return made.rows if made else 0


def whole() -> bool:
    """Whether every row is as it was sealed."""
    return sealing.broken_link() is None and all(sealing.recompute(seal) == seal.digest for seal in sealing.chain())


class Beside:
    """A session of its own, whose transaction commits or is taken back when the test says so."""

    def __init__(self) -> None:
        self.wrote, self.over = threading.Event(), threading.Event()
        self.keep = True
        self.thread = threading.Thread(target=self._work)
        self.thread.start()
        assert self.wrote.wait(20)

    def _work(self) -> None:
        try:
            with transaction.atomic():
                event(BUDI, "revoked")
                self.wrote.set()
                assert self.over.wait(20)
                transaction.set_rollback(not self.keep)
        finally:
            connection.close()

    def end(self, *, keep: bool = True) -> None:
        self.keep = keep
        self.over.set()
        self.thread.join()


@pytest.fixture
def beside() -> Iterator[Beside]:
    session = Beside()
    yield session
    session.end()


def test_rows_are_sealed_once_and_an_empty_seal_is_not_written() -> None:
    assert sealed() == 0
    event(AYU)
    event(CITRA)
    deed()
    assert (sealing.uncovered(), sealed(), sealing.uncovered()) == (3, 3, 0)
    assert sealed() == 0
    event(BUDI)
    assert sealed() == 1
    assert [(seal.seal_id, seal.rows) for seal in sealing.chain()] == [(1, 3), (2, 1)]
    assert whole()


def test_a_transaction_that_commits_after_a_later_one_was_sealed_is_sealed_with_the_next(beside: Beside) -> None:
    event(AYU)  # a later transaction than the one beside, and a larger event_id
    assert sealed() == 1
    beside.end()
    assert sealing.uncovered() == 1
    assert sealed() == 1
    assert whole()
    first, second = sealing.chain()
    saw = [Snapshot.parse(seal.snapshot).saw(_transaction_of(BUDI)) for seal in (first, second)]
    assert saw == [False, True]  # it was running then, and was told apart
    assert _transaction_of(BUDI) < _transaction_of(AYU)


def test_what_was_taken_back_is_never_sealed(beside: Beside) -> None:
    event(AYU)
    assert sealed() == 1
    beside.end(keep=False)
    assert sealed() == 0
    event(CITRA)
    assert sealed() == 1
    assert whole()


def test_sealers_at_the_same_time_follow_each_other() -> None:
    for _ in range(3):
        event(AYU)
    made: list[int] = []

    def seal_beside() -> None:
        try:
            event(CITRA)
            made.append(sealed())
        finally:
            connection.close()

    threads = [threading.Thread(target=seal_beside) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == Event.objects.count() == 9
    assert sealing.uncovered() == 0
    assert whole()


def test_a_seal_waits_for_the_sealer_before(beside: Beside) -> None:
    event(AYU)
    waiting = threading.Event()

    def seal_beside() -> None:
        try:
            sealed()
            waiting.set()
        finally:
            connection.close()

    with transaction.atomic():
        sealed()
        thread = threading.Thread(target=seal_beside)
        thread.start()
        assert not waiting.wait(0.3)
    thread.join(20)
    assert waiting.is_set()
    assert whole()


@pytest.mark.parametrize(
    "crime",
    [
        "UPDATE journal_event SET details = '{\"run\": 2}' WHERE person_id = %s",
        "UPDATE journal_event SET occurred_at = occurred_at + interval '1 microsecond' WHERE person_id = %s",
        "UPDATE journal_event SET wave = 9 WHERE person_id = %s",
        "UPDATE journal_event SET to_state = NULL WHERE person_id = %s",
        "UPDATE journal_event SET person_id = '11aa0000-0000-8000-8000-00000000000f' WHERE person_id = %s",
        "DELETE FROM journal_event WHERE person_id = %s",
        """INSERT INTO journal_event (person_id, kind, occurred_at, recorded_at, actor, transaction)
           SELECT person_id, 'bought', occurred_at, recorded_at, actor, transaction FROM journal_event
            WHERE person_id = %s""",
        """INSERT INTO journal_event (person_id, kind, occurred_at, recorded_at, actor, transaction)
           SELECT person_id, 'bought', occurred_at, recorded_at, actor, 1 FROM journal_event WHERE person_id = %s""",
        "UPDATE journal_event SET transaction = transaction - 1 WHERE person_id = %s",
        "UPDATE journal_event SET transaction = transaction + 1000 WHERE person_id = %s",
        "UPDATE journal_act SET details = '{}' WHERE %s IS NOT NULL",
    ],
)
def test_history_that_an_insider_rewrote_is_found(crime: str) -> None:
    event(AYU)
    event(CITRA)
    deed()
    sealed()
    event(BUDI)
    sealed()
    assert whole()
    as_insider(crime, AYU)
    assert not whole() or sealing.uncovered()


@pytest.mark.parametrize(
    ("crime", "link"),
    [
        ("UPDATE journal_seal SET rows = 7 WHERE seal_id = 2", 2),
        ("UPDATE journal_seal SET sealed_at = sealed_at + interval '1 second' WHERE seal_id = 1", 1),
        ("UPDATE journal_seal SET branches = ''::bytea WHERE seal_id = 2", 2),
        ("DELETE FROM journal_seal WHERE seal_id = 1", 1),
        ("DELETE FROM journal_seal WHERE seal_id = 2", 2),
    ],
)
def test_a_chain_that_an_insider_rewrote_is_found(crime: str, link: int) -> None:
    for person in (AYU, BUDI, CITRA):
        event(person)
        sealed()
    as_insider(crime)
    assert sealing.broken_link() == link


def test_the_database_refuses_to_change_seals() -> None:
    event()
    sealed()
    for attempt in ("DELETE FROM journal_seal", "UPDATE journal_seal SET rows = 0", "TRUNCATE journal_seal"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)


def test_the_database_and_the_pure_functions_fold_alike() -> None:
    """Sealed by SQL; folded again by tree.py from the rows of each branch."""
    for person in (CITRA, AYU, BUDI, AYU):
        event(person, details={"reason": 'é "quoted" \\ \u2028', "n": 1.50})
    deed()
    sealed()
    [seal] = sealing.chain()
    branches = [(first, tree.branch(tree.twigs(proving.leaves(seal, first)))) for first in (0x11, 0xCC)]
    assert tree.join(branches) == bytes(seal.branches)
    assert tree.acts(tree.leaf(text) for text in proving.acts(seal)) == bytes(seal.acts)
    assert tree.root(bytes(seal.branches), bytes(seal.acts)) == seal.root


def test_numbers_that_began_anew_are_noticed_and_shifted() -> None:
    """As after a dump that was restored into a younger server."""
    event(AYU)
    sealed()
    as_insider("UPDATE journal_event SET transaction = 5000000000")
    [seal] = sealing.chain()
    said = tree.Sealed(1, tree.FIRST, "6000000000:6000000000:", 1, seal.root, NOW)
    as_insider("UPDATE journal_seal SET snapshot = %s, digest = %s", said.snapshot, said.digest)
    try:
        for refusing in (sealing.check_numbering, sealed):
            with pytest.raises(sealing.NumbersBeganAnew):
                refusing()
        assert sealing.renumber() is True
        assert sealing.renumber() is False
        event(BUDI)
        assert _transaction_of(BUDI) > 6_000_000_000
        assert (sealing.uncovered(), sealed(), sealing.uncovered()) == (1, 1, 0)
        second = Seal.objects.get(seal_id=2)
        assert sealing.recompute(second) == second.digest
    finally:
        as_insider("SELECT journal_shift_to(0)")


def _transaction_of(person: UUID) -> int:
    return int(Event.objects.filter(person_id=person).values_list("transaction", flat=True)[0])
