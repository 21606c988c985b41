-- Undoing revocations: the people of `affected` (decided.sql) who were revoked, back as if nobody had revoked them.
-- The same five rows in one breath as a purchase that was told late writes (training/purchases.sql).

-- name: lock_runs
-- Whoever releases the seats of their runs counts before this or after it. (Only closed runs have seats to release; an
-- open one is shared by slices, which may wait for us.)
-- reads: deadlines_run, waves_participation
SELECT run_id FROM deadlines_run
 WHERE state = 'closed' AND run_id IN (
           SELECT participation.run_id
             FROM affected
             JOIN waves_participation AS participation
               ON participation.person_id = affected.person_id AND participation.wave = affected.wave
            WHERE affected.was = 'revoked')
 ORDER BY run_id FOR UPDATE;

-- name: off_the_blacklist
-- Lifts the entries that the deadline brought; one of an officer stays.
-- writes: registry_blacklist_entry
UPDATE registry_blacklist_entry AS entry SET lifted_at = %(now)s, lifted_reason = %(reason)s
  FROM affected
 WHERE affected.was = 'revoked' AND entry.person_id = affected.person_id AND entry.source = 'deadline'
   AND entry.lifted_at IS NULL;

-- name: commit_again
-- The money that the revocation returned is committed to the person again.
-- reads: ledger_entry
-- writes: ledger_entry
INSERT INTO ledger_entry (person_id, wave, kind, amount, training, reference, occurred_at, recorded_at)
SELECT affected.person_id, affected.wave, 'returned', -sum(entry.amount), -sum(entry.training), %(reference)s,
       %(now)s, %(now)s
  FROM affected
  JOIN ledger_entry AS entry
    ON entry.person_id = affected.person_id AND entry.wave = affected.wave AND entry.kind = 'returned'
 WHERE affected.was = 'revoked'
 GROUP BY affected.person_id, affected.wave
HAVING sum(entry.amount) <> 0
 ORDER BY affected.person_id;

-- name: restore
-- Gives the participation back what the books say. The decision itself gives it the new version, so that another
-- revocation would be told again.
-- reads: ledger_entry
-- writes: waves_participation, journal_event
WITH restored AS (
    UPDATE waves_participation AS participation
       SET state = 'accepted', ended_at = NULL, run_id = NULL,
           balance = books.amount, training_balance = books.training
      FROM affected
     CROSS JOIN LATERAL (
            SELECT sum(entry.amount) AS amount, sum(entry.training) AS training FROM ledger_entry AS entry
             WHERE entry.person_id = affected.person_id AND entry.wave = affected.wave) AS books
     WHERE affected.was = 'revoked'
       AND participation.person_id = affected.person_id AND participation.wave = affected.wave
    RETURNING participation.person_id, participation.wave, affected.version
)
INSERT INTO journal_event (person_id, wave, kind, from_state, to_state, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'reinstated', 'revoked', 'accepted', %(now)s, %(now)s, %(actor)s,
       %(details)s::jsonb || jsonb_build_object('deadline_version', version)
  FROM restored
 ORDER BY person_id;

-- name: keep_back_notices
-- A notice of a revocation that was undone is not sent.
-- writes: messaging_message
UPDATE messaging_message AS message SET state = 'cancelled'
  FROM affected
 WHERE affected.was = 'revoked' AND message.person_id = affected.person_id AND message.wave = affected.wave
   AND message.step = 'revoked' AND message.state = 'planned';

-- name: tell
-- Whoever was told of the revocation, or would have been, is told that it is undone -- unless the decision came so late
-- that the new deadline is over as well and nothing was bought: the next run decides that person again.
-- reads: waves_participation
-- writes: messaging_message
INSERT INTO messaging_message (person_id, wave, step, channel, deadline_version, state, deadline_at, not_before,
                               expires_at, skip_if_bought, planned_at, outcome)
SELECT participation.person_id, participation.wave, 'reinstated', participation.channel, affected.version_before,
       'planned', participation.deadline_at, zone.not_before, zone.expires_at, false, %(now)s, ''
  FROM affected
  JOIN waves_participation AS participation
    ON participation.person_id = affected.person_id AND participation.wave = affected.wave
  JOIN unnest(%(zones)s::text[], %(not_before)s::timestamptz[], %(expires_at)s::timestamptz[])
       AS zone (time_zone, not_before, expires_at) ON zone.time_zone = participation.time_zone
 WHERE affected.was = 'revoked' AND participation.channel = ANY (%(channels)s)
   AND (participation.state = 'bought' OR GREATEST(participation.deadline_at, participation.held_until) > %(now)s)
 ORDER BY participation.person_id
    ON CONFLICT DO NOTHING;
