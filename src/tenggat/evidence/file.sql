-- name: taking_part
-- Every participation of one person with its wave's announcement, newest last.
-- reads: waves_participation, waves_wave
SELECT participation.wave, participation.state, wave.announced_at, participation.accepted_at,
       participation.deadline_at, participation.deadline_version, participation.first_purchase_at,
       participation.held_until, participation.ended_at, participation.run_id AS run, participation.balance
  FROM waves_participation AS participation
  JOIN waves_wave AS wave ON wave.number = participation.wave
 WHERE participation.person_id = %(person)s
 ORDER BY participation.accepted_at, participation.wave;

-- name: last_run
-- The run that last revoked one person in a wave, also where that was undone.
-- reads: journal_event
SELECT (details ->> 'run')::bigint
  FROM journal_event
 WHERE person_id = %(person)s AND wave = %(wave)s AND kind = 'revoked'
 ORDER BY event_id DESC
 LIMIT 1;

-- name: holds
-- What ever kept one person from being revoked.
-- reads: waves_hold
SELECT wave, reason, reference, effective_at, until_at, lifted_at
  FROM waves_hold
 WHERE person_id = %(person)s
 ORDER BY effective_at, hold_id;

-- name: purchases
-- Every purchase of one person that Tenggat was told of, late and cancelled ones too.
-- reads: training_purchase
SELECT wave, source, reference, course_code AS course, price, occurred_at, recorded_at, late, cancelled_at,
       cancel_recorded_at
  FROM training_purchase
 WHERE person_id = %(person)s
 ORDER BY occurred_at, source, reference;

-- name: reminders
-- Every message that was planned for one person, and what became of it.
-- reads: messaging_message
SELECT wave, step, channel, deadline_version, deadline_at, state, planned_at, not_before, expires_at, sent_at, outcome
  FROM messaging_message
 WHERE person_id = %(person)s
 ORDER BY not_before, step, channel;

-- name: money
-- One person's books, in the order written.
-- reads: ledger_entry
SELECT wave, kind, amount, training, reference, occurred_at, recorded_at
  FROM ledger_entry
 WHERE person_id = %(person)s
 ORDER BY entry_id;

-- name: blacklist
-- Every entry of one person, lifted ones too.
-- reads: registry_blacklist_entry
SELECT since_at, source, reason, lifted_at, lifted_reason
  FROM registry_blacklist_entry
 WHERE person_id = %(person)s
 ORDER BY since_at;

-- name: run
-- What a run decided with.
-- reads: deadlines_run
SELECT run_id AS run, state, opened_at, closed_at, cutoff_at, expected, rule_digest AS rule, watermarks::text, brake::text
  FROM deadlines_run
 WHERE run_id = %(run)s;

-- name: approvals
-- Who let a run go that the brake had stopped.
-- reads: deadlines_approval
SELECT name AS by, approved_at AS at FROM deadlines_approval WHERE run_id = %(run)s ORDER BY id;

-- name: acts
-- The acts of the programme that a case rests on: the announcement of its wave, and its run.
-- reads: journal_act
SELECT act_id, transaction
  FROM journal_act
 WHERE (kind = 'wave_announced' AND details ->> 'wave' = %(wave)s::text)
    OR (kind IN ('run_approved', 'run_closed') AND details ->> 'run' = %(run)s::text)
 ORDER BY act_id;
