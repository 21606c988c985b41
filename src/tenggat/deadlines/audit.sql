-- The audit after each run: who should be revoked, worked out anew from the raw purchases and holds and not from the
-- columns that the run decided by, against who is. Both directions must be empty before a run may close.

-- name: disagreements
-- Names the first people whom the run took wrongly, and the first who escaped it and are not in quarantine.
-- reads: waves_participation, training_purchase, waves_hold, deadlines_quarantine, journal_event
WITH decided AS (
    SELECT person_id, wave, state, accepted_at, deadline_at
      FROM waves_participation
     WHERE deadline_at >= %(from_at)s AND deadline_at <= %(cutoff)s
       AND state NOT IN ('withdrawn', 'void')
), should AS (
    SELECT person_id, wave
      FROM decided
     WHERE NOT EXISTS (
               SELECT FROM training_purchase AS purchase
                WHERE purchase.person_id = decided.person_id AND purchase.wave = decided.wave
                  AND purchase.occurred_at >= decided.accepted_at AND purchase.occurred_at < decided.deadline_at
                  AND (purchase.cancelled_at IS NULL OR purchase.cancelled_at >= decided.deadline_at)
                  -- an officer who reinstates starts a new clock: what was too late before it stays too late
                  AND NOT (purchase.late AND EXISTS (
                          SELECT FROM journal_event AS decision
                           WHERE decision.person_id = decided.person_id AND decision.wave = decided.wave
                             AND decision.kind = 'reinstated' AND decision.details ->> 'starts_at' IS NOT NULL
                             AND decision.occurred_at > purchase.occurred_at)))
       AND NOT EXISTS (
               SELECT FROM waves_hold AS hold
                WHERE hold.person_id = decided.person_id AND hold.wave = decided.wave
                  AND hold.effective_at <= decided.deadline_at AND hold.lifted_at IS NULL
                  AND (hold.until_at IS NULL OR hold.until_at > %(cutoff)s))
), is_so AS (
    SELECT person_id, wave FROM decided WHERE state = 'revoked'
), wrongly AS (
    SELECT person_id, wave FROM is_so EXCEPT SELECT person_id, wave FROM should
), escaped AS (
    SELECT person_id, wave FROM should EXCEPT SELECT person_id, wave FROM is_so
    EXCEPT SELECT person_id, wave FROM deadlines_quarantine WHERE released_at IS NULL
)
SELECT (SELECT count(*) FROM wrongly) AS wrongly, (SELECT count(*) FROM escaped) AS escaped,
       (SELECT array_agg(person_id) FROM (SELECT person_id FROM wrongly ORDER BY 1 LIMIT 5) AS few) AS wrongly_few,
       (SELECT array_agg(person_id) FROM (SELECT person_id FROM escaped ORDER BY 1 LIMIT 5) AS few) AS escaped_few;

-- name: incomplete
-- Counts the revoked of a run who lack the blacklist entry, the event, or have money left in the books (I3, I4).
-- reads: waves_participation, registry_blacklist_entry, journal_event, ledger_entry
SELECT count(*) FROM waves_participation AS participation
 WHERE participation.run_id = %(run)s AND participation.state = 'revoked'
   AND participation.deadline_at >= %(from_at)s AND participation.deadline_at <= %(cutoff)s
   AND (NOT EXISTS (SELECT FROM registry_blacklist_entry AS entry
                     WHERE entry.person_id = participation.person_id)
     OR NOT EXISTS (SELECT FROM journal_event AS event
                     WHERE event.person_id = participation.person_id AND event.wave = participation.wave
                       AND event.kind = 'revoked')
     OR 0 <> (SELECT sum(entry.amount) FROM ledger_entry AS entry
               WHERE entry.person_id = participation.person_id AND entry.wave = participation.wave));
