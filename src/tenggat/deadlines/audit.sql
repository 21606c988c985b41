-- The audit after each run: who should be revoked, worked out anew from the raw purchases and holds and not from the
-- columns that the run decided by, against who is. Both directions must be empty before a run may close.

-- name: disagreements
-- Names the first people whom the run took wrongly, and the first who escaped it and are not in quarantine. A purchase
-- that was once too late counts where an extension makes it one in time and it could have been paid. A hold counts when
-- it began before the deadline, or while an earlier one still stood.
-- reads: waves_participation, training_purchase, waves_hold, ledger_entry, training_course, training_early_cancellation, journal_event, deadlines_quarantine
WITH decided AS (
    SELECT person_id, wave, state, accepted_at, deadline_at
      FROM waves_participation
     WHERE deadline_at >= %(from_at)s AND deadline_at <= %(cutoff)s
       AND state NOT IN ('withdrawn', 'void')
), ends AS (
    SELECT hold.person_id, hold.wave, hold.hold_id, hold.effective_at, hold.lifted_at, decided.deadline_at,
           COALESCE(hold.until_at, 'infinity') AS until_at,
           LEAST(COALESCE(hold.until_at, 'infinity'), COALESCE(hold.lifted_at, 'infinity')) AS ends_at
      FROM waves_hold AS hold
      JOIN decided ON decided.person_id = hold.person_id AND decided.wave = hold.wave
), reaching AS (
    SELECT *, GREATEST(deadline_at, max(ends_at) OVER (
                  PARTITION BY person_id, wave ORDER BY effective_at, hold_id
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS reached
      FROM ends
), chained AS (
    SELECT *, bool_and(effective_at <= reached) OVER (
                  PARTITION BY person_id, wave ORDER BY effective_at, hold_id) AS joins
      FROM reaching
), held AS (
    SELECT person_id, wave FROM chained WHERE joins AND lifted_at IS NULL AND until_at > %(cutoff)s
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
                             AND decision.occurred_at >= purchase.occurred_at))
                  AND (NOT purchase.late
                       OR (EXISTS (SELECT FROM training_course AS course WHERE course.code = purchase.course_code)
                           AND purchase.price <= (
                                 SELECT sum(entry.training) FROM ledger_entry AS entry
                                  WHERE entry.person_id = decided.person_id AND entry.wave = decided.wave
                                    AND entry.kind = 'committed')
                           AND NOT EXISTS (
                                 SELECT FROM training_early_cancellation AS early
                                  WHERE early.source = purchase.source AND early.reference = purchase.reference
                                    AND early.occurred_at < decided.deadline_at))))
       AND NOT EXISTS (SELECT FROM held WHERE held.person_id = decided.person_id AND held.wave = decided.wave)
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
