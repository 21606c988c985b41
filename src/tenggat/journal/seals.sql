-- A row belongs to the first seal whose snapshot sees its transaction: `lower`, `seen` and `unseen` are the snapshot of
-- the seal before, `upper` and `running` that of the seal itself (numbering.py). The text of a row is the same in every
-- statement; tree.py says what becomes of the digests.

-- name: one_sealer
-- Whoever seals waits for the sealer before, and then sees that seal. An advisory lock takes no transaction number.
SELECT pg_advisory_xact_lock(hashtext('tenggat.journal.seal'));

-- name: room_to_sort
-- A large seal sorts in memory, and shares its hashing out to several processors; a small one looks at the newest pages
-- only, also in a table that nobody has counted yet.
SELECT set_config('work_mem', '256MB', true), set_config('parallel_tuple_cost', '0.001', true),
       set_config('enable_seqscan', 'off', true), set_config('parallel_setup_cost', '0', true);

-- name: standing
-- Where the transaction numbers stand, and by how much the journal shifts them.
SELECT pg_current_snapshot()::text, journal_shift();

-- name: branches
-- The rows of a seal, folded up: one line per branch, and one per act, with the snapshot that saw them.
-- reads: journal_event, journal_act
WITH event AS (
    SELECT get_byte(uuid_send(person_id), 0) AS first, get_byte(uuid_send(person_id), 1) AS second, person_id, event_id,
           sha256('\x00'::bytea || convert_to(json_build_array(
               'event', person_id, event_id, wave, kind, from_state, to_state, occurred_at AT TIME ZONE 'UTC',
               recorded_at AT TIME ZONE 'UTC', actor, details, transaction)::text, 'UTF8')) AS leaf
      FROM journal_event
     WHERE transaction >= %(lower)s AND (transaction >= %(seen)s OR transaction = ANY (%(unseen)s::bigint[]))
       AND transaction < %(upper)s AND NOT transaction = ANY (%(running)s::bigint[])
     ORDER BY first, second, person_id, event_id
), twig AS (
    SELECT first, second, count(*) AS rows,
           sha256('\x01'::bytea || string_agg(leaf, ''::bytea ORDER BY person_id, event_id)) AS digest
      FROM event
     GROUP BY first, second
), branch AS (
    SELECT first, sum(rows)::bigint AS rows,
           sha256('\x02'::bytea || string_agg(set_byte('\x00'::bytea, 0, second) || digest, ''::bytea ORDER BY second))
           AS digest
      FROM twig
     GROUP BY first
), act AS (
    SELECT act_id,
           sha256('\x00'::bytea || convert_to(json_build_array(
               'act', act_id, kind, occurred_at AT TIME ZONE 'UTC', recorded_at AT TIME ZONE 'UTC', actor, details,
               transaction)::text, 'UTF8')) AS leaf
      FROM journal_act
     WHERE transaction >= %(lower)s AND (transaction >= %(seen)s OR transaction = ANY (%(unseen)s::bigint[]))
       AND transaction < %(upper)s AND NOT transaction = ANY (%(running)s::bigint[])
)
SELECT pg_current_snapshot()::text, first, rows, digest, NULL::bigint AS act_id FROM branch
 UNION ALL
SELECT pg_current_snapshot()::text, NULL, 1, leaf, act_id FROM act
 ORDER BY first NULLS LAST, act_id;

-- name: leaves
-- The rows of one branch of a seal, in the order of the tree; the text of one person's own.
-- reads: journal_event
SELECT get_byte(uuid_send(person_id), 1) AS second, sha256('\x00'::bytea || convert_to(row.text, 'UTF8')) AS leaf,
       CASE WHEN person_id = %(person)s THEN row.text END AS text
  FROM journal_event
 CROSS JOIN LATERAL (SELECT json_build_array(
           'event', person_id, event_id, wave, kind, from_state, to_state, occurred_at AT TIME ZONE 'UTC',
           recorded_at AT TIME ZONE 'UTC', actor, details, transaction)::text) AS row (text)
 WHERE person_id BETWEEN %(first_person)s AND %(last_person)s
   AND transaction >= %(lower)s AND (transaction >= %(seen)s OR transaction = ANY (%(unseen)s::bigint[]))
   AND transaction < %(upper)s AND NOT transaction = ANY (%(running)s::bigint[])
 ORDER BY person_id, event_id;

-- name: acts
-- The acts of a seal, as texts, in the order of the tree.
-- reads: journal_act
SELECT json_build_array(
           'act', act_id, kind, occurred_at AT TIME ZONE 'UTC', recorded_at AT TIME ZONE 'UTC', actor, details,
           transaction)::text
  FROM journal_act
 WHERE transaction >= %(lower)s AND (transaction >= %(seen)s OR transaction = ANY (%(unseen)s::bigint[]))
   AND transaction < %(upper)s AND NOT transaction = ANY (%(running)s::bigint[])
 ORDER BY act_id;

-- name: uncovered
-- How many rows no seal covers yet: those whose transaction the last seal's snapshot did not see.
-- reads: journal_event, journal_act
SELECT (SELECT count(*) FROM journal_event
         WHERE transaction >= %(lower)s AND (transaction >= %(seen)s OR transaction = ANY (%(unseen)s::bigint[])))
     + (SELECT count(*) FROM journal_act
         WHERE transaction >= %(lower)s AND (transaction >= %(seen)s OR transaction = ANY (%(unseen)s::bigint[])));

-- name: transactions_of
-- The transactions that wrote one person's events.
-- reads: journal_event
SELECT DISTINCT transaction FROM journal_event WHERE person_id = %(person)s ORDER BY transaction;

-- name: newest_rows
-- The largest transaction number that a row since the last seal carries.
-- reads: journal_event, journal_act
SELECT GREATEST((SELECT max(transaction) FROM journal_event WHERE transaction >= %(lower)s),
                (SELECT max(transaction) FROM journal_act WHERE transaction >= %(lower)s), %(seen)s);

-- name: shift_numbers
-- Lets the numbers of coming rows begin behind all that are known.
SELECT journal_shift_to(%(shift)s);

-- name: summarise
-- Lets the index know the rows that a large seal has just read, so that the next one need not read them again; only the
-- index's owner may.
SELECT brin_summarize_new_values(oid)
  FROM pg_class
 WHERE oid = 'journal_event_transaction'::regclass AND pg_has_role(relowner, 'USAGE');
