-- name: rows_up_to
-- How many rows the seals up to one cover together.
-- reads: journal_seal
SELECT COALESCE(sum(rows), 0)::bigint FROM journal_seal WHERE seal_id <= %(number)s;
