-- The figures of a replay, read from what the engine left behind.

-- name: participations
-- Counts each wave's accepted, those who bought, and the revoked, as they stand now.
-- reads: waves_participation
SELECT wave, count(*) AS accepted, count(*) FILTER (WHERE state IN ('bought', 'completed')) AS bought,
       count(*) FILTER (WHERE state = 'revoked') AS revoked
  FROM waves_participation
 GROUP BY wave
 ORDER BY wave;

-- name: reminded
-- Counts the people of each wave to whom a reminder was handed over.
-- reads: messaging_message
SELECT wave, count(DISTINCT person_id)
  FROM messaging_message
 WHERE step = ANY (%(steps)s) AND state = 'accepted'
 GROUP BY wave;

-- name: returned
-- Adds up what revocations returned, net of what reinstatements took back, in whole rupiah.
-- reads: ledger_entry
SELECT wave, -sum(amount)::bigint
  FROM ledger_entry
 WHERE kind = 'returned'
 GROUP BY wave;
