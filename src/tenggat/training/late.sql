-- Purchases that were kept as late and lie before the deadline that an extension gives: they are judged anew by the
-- statements of purchases.sql, as if their platforms told of them now, in the order in which they happened.

-- name: reconsidered_table
-- Makes room for them; a person's purchases take turns by event time.
CREATE TEMPORARY TABLE IF NOT EXISTS reconsidered (
    person_id uuid NOT NULL,
    wave integer NOT NULL,
    source text NOT NULL,
    reference text NOT NULL,
    place integer NOT NULL,
    PRIMARY KEY (person_id, source, reference)
) ON COMMIT DELETE ROWS;

-- name: clear_reconsidered
-- Empties it for the next decision.
DELETE FROM reconsidered;

-- name: find_late
-- Finds the purchases of these people that were late for the deadline they had and are not for the one they have. What
-- lies before the deadline they had was late for another reason: an officer had renewed it later.
-- reads: waves_participation, training_purchase
INSERT INTO reconsidered (person_id, wave, source, reference, place)
SELECT purchase.person_id, purchase.wave, purchase.source, purchase.reference,
       row_number() OVER (PARTITION BY purchase.person_id ORDER BY purchase.occurred_at, source, reference)
  FROM unnest(%(people)s::uuid[], %(waves)s::integer[], %(deadlines)s::timestamptz[])
       AS mine (person_id, wave, deadline_at)
  JOIN waves_participation AS participation
    ON participation.person_id = mine.person_id AND participation.wave = mine.wave
  JOIN training_purchase AS purchase ON purchase.person_id = mine.person_id AND purchase.wave = mine.wave
 WHERE purchase.late AND purchase.occurred_at >= mine.deadline_at
   AND purchase.occurred_at < participation.deadline_at;

-- name: places
-- Which platform's purchases come when.
SELECT DISTINCT place, source FROM reconsidered ORDER BY place, source;

-- name: let_arrive
-- Lets one platform's purchases of one place arrive; a cancellation that was told of one, and kept, takes the next turn.
-- reads: training_purchase, training_early_cancellation, registry_nikkey
INSERT INTO arriving (line, reference, course, price, occurred_at, cancels, person_id, wave, same_as, turn)
WITH mine AS (
    SELECT purchase.*, row_number() OVER (ORDER BY purchase.person_id, purchase.reference) AS line
      FROM reconsidered
      JOIN training_purchase AS purchase USING (person_id, source, reference)
     WHERE reconsidered.place = %(place)s AND reconsidered.source = %(source)s
)
SELECT line, reference, course_code, price, occurred_at, false, person_id, wave, line, 1 FROM mine
 UNION ALL
SELECT %(kept_lines)s + mine.line, mine.reference, '', 0, early.occurred_at, true, mine.person_id, mine.wave,
       %(kept_lines)s + mine.line, 2
  FROM mine
 CROSS JOIN LATERAL (
        SELECT min(early.occurred_at) AS occurred_at
          FROM training_early_cancellation AS early
          JOIN registry_nikkey AS nik
            ON nik.fingerprint = early.fingerprint AND nik.person_id = mine.person_id AND nik.until_at IS NULL
         WHERE early.source = %(source)s AND early.reference = mine.reference) AS early
 WHERE early.occurred_at IS NOT NULL;

-- name: counted
-- How many of them count now.
SELECT count(*) FROM arriving WHERE NOT cancels AND verdict IN ('recorded', 'reinstated');
