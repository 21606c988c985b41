"""A run whose people are not those that the raw rows name stays open, and says who they are."""

from uuid import UUID

import pytest
from django.db import connection

from tenggat.deadlines import audit
from tenggat.deadlines.models import Run
from tests.scene import AYU, BUDI, night, wave

pytestmark = pytest.mark.django_db


def past_the_guards(statement: str, person: UUID) -> None:
    """What no program may do, done to the rows of one person."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, [person])
        cursor.execute("SET LOCAL session_replication_role = origin")


BOUGHT = (
    "INSERT INTO training_purchase (person_id, source, reference, wave, course_code, price, occurred_at, recorded_at,"
    " late) SELECT person_id, 'toko', 'X', wave, 'EXCEL', 1, accepted_at, deadline_at, false FROM waves_participation"
    " WHERE person_id = %s"
)
STILL_ACCEPTED = "UPDATE waves_participation SET state = 'accepted', ended_at = NULL WHERE person_id = %s"
NOT_LISTED = "DELETE FROM registry_blacklist_entry WHERE person_id = %s"
NOT_TOLD = "DELETE FROM journal_event WHERE kind = 'revoked' AND person_id = %s"
NOT_PAID_BACK = "DELETE FROM ledger_entry WHERE kind = 'returned' AND person_id = %s"


@pytest.mark.parametrize(
    ("lie", "said", "facts"),
    [
        (BOUGHT, "1 revoked wrongly, 0 escaped, 0 incomplete", (1, 0)),
        (STILL_ACCEPTED, "0 revoked wrongly, 1 escaped, 0 incomplete", (0, 1)),
        (NOT_LISTED, "0 revoked wrongly, 0 escaped, 1 incomplete (no names)", (0, 0)),
        (NOT_TOLD, "0 revoked wrongly, 0 escaped, 1 incomplete (no names)", (0, 0)),
        (NOT_PAID_BACK, "0 revoked wrongly, 0 escaped, 1 incomplete (no names)", (0, 0)),
    ],
)
def test_one_wrong_row_is_found(lie: str, said: str, facts: tuple[int, int]) -> None:
    ayu, _ = wave(AYU, BUDI)
    night()
    run = Run.objects.get()
    audit.check(run, audit.look(run))
    past_the_guards(lie, ayu)
    found = audit.look(run)
    assert found == audit.Findings(*facts, few=(ayu,) if sum(facts) else ())
    with pytest.raises(audit.AuditDisagrees) as refused:
        audit.check(run, found)
    assert said in refused.value.message
    assert (refused.value.facts["wrongly"], refused.value.facts["escaped"]) == facts


def test_a_run_of_nobody_has_nothing_to_audit() -> None:
    wave()
    night()
    run = Run.objects.get()
    assert (run.from_at, audit.look(run)) == (None, audit.Findings())
    audit.check(run, audit.look(run))
