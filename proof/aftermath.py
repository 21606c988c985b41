"""Whether a night came out right, asked of the tables directly: nothing here uses the engine or its statements."""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from bench import world

from proof.nation import NATION


@dataclass(frozen=True, slots=True)
class Aftermath:
    """People revoked wrongly, escaped, or revoked more than once; rows without their counterpart."""

    wrong: int
    escaped: int
    doubled: int
    unmatched: int

    @property
    def right(self) -> bool:
        """Nothing of the kind."""
        return not (self.wrong or self.escaped or self.doubled or self.unmatched)


_WRONG = """
SELECT count(*) FROM waves_participation AS p
 WHERE p.state = 'revoked' AND (
       EXISTS (SELECT FROM bench_person AS b WHERE b.person_id = p.person_id AND b.bought)
    OR EXISTS (SELECT FROM training_purchase AS known
                WHERE known.person_id = p.person_id AND known.occurred_at < %(deadline)s))
"""
_ESCAPED = """
SELECT count(*) FROM waves_participation AS p JOIN bench_person AS b ON b.person_id = p.person_id
 WHERE p.state <> 'revoked' AND NOT b.bought
   AND NOT EXISTS (SELECT FROM training_purchase AS known
                    WHERE known.person_id = p.person_id AND known.occurred_at < %(deadline)s)
"""
# Somebody whose purchase was told after the revocation has been revoked once, too, and was reinstated once.
_DOUBLED = """
SELECT (SELECT count(*) FROM (SELECT person_id FROM journal_event WHERE kind = 'revoked'
                               GROUP BY person_id HAVING count(*) > 1) AS events)
     + (SELECT count(*) FROM (SELECT person_id FROM registry_blacklist_entry
                               GROUP BY person_id HAVING count(*) > 1) AS entries)
     + (SELECT count(*) FROM (SELECT person_id FROM ledger_entry WHERE kind = 'returned' AND amount < 0
                               GROUP BY person_id HAVING count(*) > 1) AS money)
     + (SELECT count(*) FROM (SELECT person_id FROM messaging_message WHERE step = 'revoked'
                               GROUP BY person_id HAVING count(*) > 1) AS notices)
"""
_UNMATCHED = """
WITH gone AS (SELECT person_id FROM waves_participation WHERE state = 'revoked'),
told AS (SELECT person_id FROM journal_event WHERE kind = 'revoked'
         EXCEPT SELECT person_id FROM journal_event WHERE kind = 'reinstated'),
listed AS (SELECT person_id FROM registry_blacklist_entry WHERE lifted_at IS NULL),
paid_back AS (SELECT person_id FROM ledger_entry WHERE kind = 'returned' GROUP BY person_id HAVING sum(amount) < 0),
noticed AS (SELECT person_id FROM messaging_message WHERE step = 'revoked' AND state <> 'cancelled')
SELECT (SELECT count(*) FROM gone FULL JOIN told USING (person_id) WHERE gone IS NULL OR told IS NULL)
     + (SELECT count(*) FROM gone FULL JOIN listed USING (person_id) WHERE gone IS NULL OR listed IS NULL)
     + (SELECT count(*) FROM gone FULL JOIN paid_back USING (person_id) WHERE gone IS NULL OR paid_back IS NULL)
     + (SELECT count(*) FROM gone FULL JOIN noticed USING (person_id) WHERE gone IS NULL OR noticed IS NULL)
     + abs((SELECT count(*) FROM journal_event WHERE kind = 'revoked')
           - (SELECT COALESCE(sum(revoked), 0) FROM deadlines_slice))
     + (SELECT count(*) FROM deadlines_run WHERE state <> 'closed')
"""


def look(url: str) -> Aftermath:
    """Count what is not as it should be."""
    at = {"deadline": world.DEADLINE}
    with psycopg.connect(url) as session:
        if _one(session, "SELECT count(*) FROM bench_person", {}) != NATION.people:
            raise RuntimeError("The list of who should be revoked is not whole: nothing could be told from it.")
        return Aftermath(*(_one(session, statement, at) for statement in (_WRONG, _ESCAPED, _DOUBLED, _UNMATCHED)))


def _one(session: psycopg.Connection[tuple[object, ...]], statement: str, at: Mapping[str, object]) -> int:
    [(found,)] = session.execute(statement.encode(), at).fetchall()
    return int(str(found))
