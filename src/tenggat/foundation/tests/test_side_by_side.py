"""Two sessions at once: both commit, or none."""

from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection, transaction

from tenggat.foundation.side_by_side import HALVES, in_one_piece, in_sessions, second_session

pytestmark = pytest.mark.usefixtures("committed")


class Stumbled(Exception):  # noqa: N818
    pass


@pytest.fixture(autouse=True)
def notes(committed: None) -> Iterator[None]:
    run("CREATE TABLE note (word text)")
    yield
    run("DROP TABLE note")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def write(word: str, *, stumbles: bool = False) -> int:
    """Write a word; gives the process of the session that did."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO note VALUES (%s) RETURNING pg_backend_pid()", [word])
        if stumbles:
            raise Stumbled
        return int(cursor.fetchone()[0])


def written() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM note ORDER BY word")
        return [row[0] for row in cursor.fetchall()]


def is_there(session: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [session])
        return bool(cursor.fetchone() == (1,))


def test_each_job_has_a_session_of_its_own_and_answers_in_order() -> None:
    first, second = in_one_piece([partial(write, "a"), partial(write, "b")])
    assert first != second
    assert written() == ["a", "b"]


@pytest.mark.parametrize("at", [0, 1])
def test_one_that_fails_takes_the_other_back_and_is_what_is_told(at: int) -> None:
    jobs = [partial(write, "a", stumbles=at == 0), partial(write, "b", stumbles=at == 1)]
    with pytest.raises(Stumbled):
        in_one_piece(jobs)
    assert written() == []


def test_nothing_stays_of_what_is_not_kept() -> None:
    in_one_piece([partial(write, "a"), partial(write, "b")], keep=False)
    assert written() == []


def test_inside_a_transaction_the_jobs_belong_to_it() -> None:
    with transaction.atomic():
        first, second = in_one_piece([partial(write, "a"), partial(write, "b")])
        in_one_piece([partial(write, "c")], keep=False)
        assert (first, written()) == (second, ["a", "b"])
        transaction.set_rollback(True)
    assert written() == []


def test_more_jobs_than_sessions_are_all_done() -> None:
    in_sessions([partial(write, word) for word in "abcde"], at_once=2)
    assert written() == list("abcde")


def test_the_halves_leave_nobody_out() -> None:
    (first, end), (start, last) = HALVES
    assert (first, last) == ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")
    assert int(end.replace("-", ""), 16) + 1 == int(start.replace("-", ""), 16)


def test_a_second_session_works_beside_this_one_and_ends_with_the_block() -> None:
    with second_session() as beside:
        other = beside.submit(write, "there").result()
        assert other != write("here")
        assert is_there(other)
    for _ in range(100):  # the server takes a moment to end a session
        if not is_there(other):
            break
        run("SELECT pg_sleep(0.05)")
    assert not is_there(other)
    assert written() == ["here", "there"]


def test_what_stumbles_in_the_second_session_is_raised_where_it_is_asked_for() -> None:
    with second_session() as beside, pytest.raises(Stumbled):
        beside.submit(write, "lost", stumbles=True).result()
    with transaction.atomic(), second_session() as here, pytest.raises(Stumbled):
        here.submit(write, "lost too", stumbles=True).result()


def test_inside_a_transaction_the_second_session_is_the_first() -> None:
    with transaction.atomic(), second_session() as here:
        assert here.submit(write, "one").result() == write("two")
    assert written() == ["one", "two"]
