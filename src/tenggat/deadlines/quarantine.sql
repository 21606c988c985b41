-- What cannot be processed: set apart with the reason, shown, and tried again on request.

-- name: next_due
-- Locks the next row that is due, whoever is working on it; who is due is said by revoke_slice, and a test holds the
-- two together.
-- reads: waves_participation
SELECT deadline_at, person_id, wave
  FROM waves_participation
 WHERE state = 'accepted' AND first_purchase_at IS NULL AND deadline_at <= %(cutoff)s
   AND (held_until IS NULL OR held_until <= %(cutoff)s)
   AND (deadline_at, person_id) > (%(after_deadline)s, %(after_person)s)
 ORDER BY deadline_at, person_id
 LIMIT 1
   FOR UPDATE;

-- name: check_now
-- Lets what would be checked at the end of the transaction be checked here, where one row answers for it.
SET CONSTRAINTS ALL IMMEDIATE;

-- name: set_apart
-- Keeps the row with the reason; one that is kept already is left as it is.
-- writes: deadlines_quarantine
INSERT INTO deadlines_quarantine (person_id, wave, run_id, reason, found_at)
VALUES (%(person)s, %(wave)s, %(run)s, %(reason)s, %(now)s)
    ON CONFLICT DO NOTHING;

-- name: mark
-- Marks the participation, so that every slice leaves it alone (D4): a hold without an end, effective at the deadline.
-- writes: waves_hold, waves_participation, journal_event
WITH held AS (
    INSERT INTO waves_hold (person_id, wave, reason, reference, effective_at)
    VALUES (%(person)s, %(wave)s, 'quarantined', %(reference)s, %(deadline)s)
    RETURNING person_id, wave, reason, reference
), marked AS (
    UPDATE waves_participation AS participation SET held_until = %(open_end)s
      FROM held
     WHERE participation.person_id = held.person_id AND participation.wave = held.wave
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, story.kind, %(now)s, %(now)s, %(actor)s, story.details
  FROM held
 CROSS JOIN LATERAL (VALUES
          (1, 'quarantined', jsonb_build_object('run', %(run)s::bigint, 'reason', %(reason)s::text)),
          (2, 'held', jsonb_build_object('reason', held.reason, 'reference', held.reference))
      ) AS story (place, kind, details)
 ORDER BY story.place;

-- name: standing
-- Everybody who is apart and still undecided, in the order in which they were found.
-- reads: deadlines_quarantine, waves_participation
SELECT apart.person_id, apart.wave, apart.run_id, apart.reason, apart.found_at, participation.deadline_at
  FROM deadlines_quarantine AS apart
  JOIN waves_participation AS participation
    ON participation.person_id = apart.person_id AND participation.wave = apart.wave
 WHERE apart.released_at IS NULL AND participation.state = 'accepted' AND participation.first_purchase_at IS NULL
 ORDER BY apart.quarantine_id;

-- name: next_apart
-- Locks the next person who is apart and undecided.
-- reads: deadlines_quarantine, waves_participation
SELECT participation.deadline_at, participation.person_id
  FROM deadlines_quarantine AS apart
  JOIN waves_participation AS participation
    ON participation.person_id = apart.person_id AND participation.wave = apart.wave
 WHERE apart.released_at IS NULL AND participation.state = 'accepted' AND participation.first_purchase_at IS NULL
   AND (participation.deadline_at, participation.person_id) > (%(after_deadline)s, %(after_person)s)
 ORDER BY participation.deadline_at, participation.person_id
 LIMIT 1
   FOR UPDATE OF participation;

-- name: retry
-- Gives the next people back to the engine: the mark goes, and what else holds them stays. Whoever refused even the
-- mark has none to lose, and is not touched.
-- reads: waves_participation
-- writes: deadlines_quarantine, waves_hold, waves_participation, journal_event
WITH waiting AS (
    SELECT apart.quarantine_id, participation.person_id, participation.wave, participation.deadline_at
      FROM deadlines_quarantine AS apart
      JOIN waves_participation AS participation
        ON participation.person_id = apart.person_id AND participation.wave = apart.wave
     WHERE apart.released_at IS NULL AND participation.state = 'accepted' AND participation.first_purchase_at IS NULL
       AND (participation.deadline_at, participation.person_id) > (%(after_deadline)s, %(after_person)s)
     ORDER BY participation.deadline_at, participation.person_id
     LIMIT %(size)s
       FOR UPDATE
), released AS (
    UPDATE deadlines_quarantine AS apart SET released_at = %(now)s
      FROM waiting
     WHERE apart.person_id = waiting.person_id AND apart.quarantine_id = waiting.quarantine_id
    RETURNING waiting.person_id, waiting.wave, waiting.deadline_at
), lifted AS (
    UPDATE waves_hold AS hold SET lifted_at = %(now)s
      FROM released
     WHERE hold.person_id = released.person_id AND hold.wave = released.wave
       AND hold.reason = 'quarantined' AND hold.lifted_at IS NULL
    RETURNING hold.person_id, hold.wave, hold.hold_id, hold.reason, hold.reference
), marked AS (
    UPDATE waves_participation AS participation SET held_until = remaining.until_at
      FROM lifted
     CROSS JOIN LATERAL (
            SELECT max(COALESCE(hold.until_at, %(open_end)s::timestamptz)) AS until_at FROM waves_hold AS hold
             WHERE hold.person_id = lifted.person_id AND hold.wave = lifted.wave AND hold.lifted_at IS NULL
               AND hold.hold_id NOT IN (SELECT hold_id FROM lifted)) AS remaining
     WHERE participation.person_id = lifted.person_id AND participation.wave = lifted.wave
), history AS (
    INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
    SELECT person_id, wave, 'hold_lifted', %(now)s, %(now)s, %(actor)s,
           jsonb_build_object('reason', reason, 'reference', reference)
      FROM lifted
)
SELECT count(*) OVER () AS people, deadline_at, person_id
  FROM released
 ORDER BY deadline_at DESC, person_id DESC
 LIMIT 1;

-- name: let_go
-- Whoever refused even the mark, and was decided all the same once the row was mended, is apart no longer.
-- reads: waves_participation
-- writes: deadlines_quarantine
UPDATE deadlines_quarantine AS apart SET released_at = %(now)s
 WHERE apart.released_at IS NULL
   AND EXISTS (SELECT FROM waves_participation AS participation
                WHERE participation.person_id = apart.person_id AND participation.wave = apart.wave
                  AND participation.state NOT IN ('accepted', 'bought'));
