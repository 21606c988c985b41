"""The checks of references cost one look-up per row, also when the statistics are wrong."""

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

PEOPLE = 2_000


@pytest.mark.django_db
def test_a_check_walks_to_its_rows_when_an_autovacuum_has_counted_none() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO waves_wave (number, quota, accepted, opened_at, deadline_version)"
            " VALUES (1, %s, 0, '2020-04-11', 0)",
            [PEOPLE],
        )
        cursor.execute(
            "INSERT INTO registry_person (person_id, identity_cipher, name, province, time_zone, flags, created_at)"
            " SELECT md5(n::text)::uuid, '', '', '', 'Asia/Jakarta', '{}', '2020-04-11'"
            " FROM generate_series(1, %s) AS n",
            [PEOPLE],
        )
        cursor.execute(
            "INSERT INTO waves_participation (person_id, wave, state, accepted_at, deadline_version, balance,"
            " training_balance, channel, time_zone, card_cipher)"
            " SELECT person_id, 1, 'accepted', '2020-04-11', 0, 1, 1, 'sms', 'Asia/Jakarta', '' FROM registry_person"
        )
        # What an autovacuum leaves that comes while a long import is not committed: pages, and no rows in them.
        cursor.execute(
            "UPDATE pg_class SET relpages = pg_relation_size(oid) / 8192, reltuples = 0"
            " WHERE oid = 'waves_participation'::regclass"
            " OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'waves_participation'::regclass)"
        )
        before = _look_ups(cursor)
        cursor.execute(
            "INSERT INTO waves_card (number_fingerprint, person_id, wave)"
            " SELECT md5('card' || person_id)::uuid, person_id, wave FROM waves_participation"
        )
        assert _look_ups(cursor) - before >= PEOPLE  # one walk over everything would compare each row with all


def _look_ups(cursor: CursorWrapper) -> int:
    cursor.execute(
        "SELECT sum(pg_stat_get_xact_numscans(indexrelid)) FROM pg_index"
        " WHERE indrelid = 'waves_participation'::regclass"
    )
    return int(cursor.fetchone()[0] or 0)
