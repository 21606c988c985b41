-- The night after a deadline. Due is who is accepted, has bought nothing, and whose deadline -- and every hold over
-- it -- lies at or before the cut-off. The pure rule stands in rules/deadlines.py; a test holds the two together.

-- name: open_run
-- Freezes what the run decides with; while a run is open or waits there is no second one.
-- writes: deadlines_run
INSERT INTO deadlines_run
       (state, opened_at, cutoff_at, from_at, rule_digest, watermarks, expected, brake, held_by_wave)
VALUES (%(state)s, %(now)s, %(cutoff)s, %(from_at)s, %(rule_digest)s, %(watermarks)s, %(expected)s, %(brake)s, '{}')
    ON CONFLICT DO NOTHING
RETURNING run_id;

-- name: look_ahead
-- Counts per wave whom a run would revoke, whom it has to leave for a hold or a silent feed, and who is in quarantine
-- (few, marked as held where the record let itself be marked).
-- reads: waves_participation, deadlines_quarantine
WITH counted AS (
    SELECT wave, min(deadline_at) AS from_at,
           count(*) FILTER (WHERE GREATEST(deadline_at, held_until) <= %(cutoff)s) AS due,
           count(*) FILTER (WHERE GREATEST(deadline_at, held_until) > %(cutoff)s) AS held
      FROM waves_participation
     WHERE state = 'accepted' AND first_purchase_at IS NULL AND deadline_at <= %(ripe)s
     GROUP BY wave
), apart AS (
    SELECT participation.wave,
           count(*) FILTER (WHERE GREATEST(deadline_at, held_until) <= %(cutoff)s) AS due,
           count(*) FILTER (WHERE GREATEST(deadline_at, held_until) > %(cutoff)s) AS held
      FROM deadlines_quarantine AS record
      JOIN waves_participation AS participation
        ON participation.person_id = record.person_id AND participation.wave = record.wave
     WHERE record.released_at IS NULL
       AND state = 'accepted' AND first_purchase_at IS NULL AND deadline_at <= %(ripe)s
     GROUP BY participation.wave
)
SELECT wave, from_at, counted.due - COALESCE(apart.due, 0) AS due, counted.held - COALESCE(apart.held, 0) AS held,
       COALESCE(apart.due + apart.held, 0) AS quarantined
  FROM counted
  LEFT JOIN apart USING (wave)
 ORDER BY wave;

-- name: sizes
-- Says how large waves are, and how many earlier runs revoked in them and nobody has brought back: what the brake
-- measures by.
-- reads: waves_wave, deadlines_slice, journal_event
SELECT wave.number, wave.accepted,
       (COALESCE((SELECT sum(slice.revoked) FROM deadlines_slice AS slice WHERE slice.wave = wave.number), 0)
        - (SELECT count(*) FROM journal_event AS back WHERE back.kind = 'reinstated' AND back.wave = wave.number))::bigint
  FROM waves_wave AS wave
 WHERE wave.number = ANY (%(waves)s);

-- name: share_run
-- Keeps the run from being closed until this slice has committed; no row: another engine has closed it.
-- reads: deadlines_run
SELECT run_id FROM deadlines_run WHERE run_id = %(run)s AND state = 'open' FOR SHARE;

-- name: lock_run
-- Waits for the slices under way and lets no other begin, so that what closes is what was audited.
-- reads: deadlines_run
SELECT run_id FROM deadlines_run WHERE run_id = %(run)s AND state = 'open' FOR UPDATE;

-- name: share_waves
-- A hold or an extension of a whole wave takes the wave's row: a slice waits for it, or it for the slice (D4).
-- reads: waves_wave
SELECT number FROM waves_wave WHERE number = ANY (%(waves)s) ORDER BY number FOR SHARE;

-- name: revoke_slice
-- Revokes the next slice: state, blacklist, return of the money, history and notice in one statement (I3).
-- Rows that somebody is working on are passed over; the last passes wait for them (engine.py). Who is revoked a second
-- time in the very instant of the first gets an entry of the next one: a lifted entry stays as it was.
-- reads: waves_participation, registry_blacklist_entry
-- writes: waves_participation, registry_blacklist_entry, ledger_entry, journal_event, messaging_message, deadlines_slice
WITH due AS (
    SELECT person_id, wave, deadline_at, deadline_version, balance, training_balance, channel, time_zone
      FROM waves_participation
     WHERE state = 'accepted' AND first_purchase_at IS NULL AND deadline_at <= %(cutoff)s
       AND (held_until IS NULL OR held_until <= %(cutoff)s)
       AND (deadline_at, person_id) > (%(after_deadline)s, %(after_person)s)
     ORDER BY deadline_at, person_id
     LIMIT %(size)s
       FOR UPDATE SKIP LOCKED
), revoked AS (
    UPDATE waves_participation AS participation
       SET state = 'revoked', ended_at = %(now)s, run_id = %(run)s, balance = 0, training_balance = 0
      FROM due
     WHERE participation.person_id = due.person_id AND participation.wave = due.wave
    RETURNING due.*
), blacklisted AS (
    INSERT INTO registry_blacklist_entry (person_id, since_at, source, reason)
    SELECT person_id, GREATEST(%(now)s, (SELECT max(known.since_at) + interval '1 microsecond'
                                           FROM registry_blacklist_entry AS known
                                          WHERE known.person_id = revoked.person_id)),
           'deadline', %(reason)s FROM revoked
        ON CONFLICT DO NOTHING
), returned AS (
    INSERT INTO ledger_entry (person_id, wave, kind, amount, training, reference, occurred_at, recorded_at)
    SELECT person_id, wave, 'returned', -balance, -training_balance, %(reference)s, %(now)s, %(now)s
      FROM revoked
     WHERE balance > 0
), history AS (
    INSERT INTO journal_event
           (person_id, wave, kind, from_state, to_state, occurred_at, recorded_at, actor, details)
    SELECT person_id, wave, 'revoked', 'accepted', 'revoked', deadline_at, %(now)s, %(actor)s,
           %(details)s || jsonb_build_object('returned', balance)
      FROM revoked
), notices AS (
    INSERT INTO messaging_message (person_id, wave, step, channel, deadline_version, state, deadline_at, not_before,
                                   expires_at, skip_if_bought, planned_at, outcome)
    SELECT person_id, wave, 'revoked', channel, deadline_version, 'planned', deadline_at, zone.not_before,
           zone.expires_at, false, %(now)s, ''
      FROM revoked
      JOIN unnest(%(zones)s::text[], %(not_before)s::timestamptz[], %(expires_at)s::timestamptz[])
           AS zone (name, not_before, expires_at) ON zone.name = revoked.time_zone
     WHERE channel = ANY (%(channels)s)
        ON CONFLICT DO NOTHING
), counted AS (
    INSERT INTO deadlines_slice (run_id, wave, revoked, returned, recorded_at)
    SELECT %(run)s, wave, count(*), sum(balance), %(now)s FROM revoked GROUP BY wave
)
SELECT count(*) OVER () AS revoked, deadline_at, person_id
  FROM revoked
 ORDER BY deadline_at DESC, person_id DESC
 LIMIT 1;

-- name: totals
-- Adds up what the slices of a run revoked, per wave.
-- reads: deadlines_slice
SELECT wave, sum(revoked)::bigint AS revoked, sum(returned)::bigint AS returned
  FROM deadlines_slice
 WHERE run_id = %(run)s
 GROUP BY wave
 ORDER BY wave;

-- name: close_run
-- Closes the run, once its audit has found both sets equal.
-- writes: deadlines_run
UPDATE deadlines_run SET state = 'closed', closed_at = %(now)s, held_by_wave = %(held_by_wave)s
 WHERE run_id = %(run)s AND state = 'open';
