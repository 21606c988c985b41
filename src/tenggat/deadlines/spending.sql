-- The end of spending: what is left of the training balance of those who have bought returns, and nobody is revoked.

-- name: unspent
-- Counts who has something left, and how much.
-- reads: waves_participation
SELECT count(*), COALESCE(sum(training_balance), 0)::bigint
  FROM waves_participation
 WHERE wave = ANY (%(waves)s) AND state IN ('bought', 'completed') AND training_balance > 0;

-- name: return_slice
-- Takes the next people back what they did not spend. A row that somebody is working on is passed over: the next run
-- finds it.
-- reads: waves_participation
-- writes: waves_participation, ledger_entry, journal_event
WITH unspent AS (
    SELECT person_id, wave, training_balance
      FROM waves_participation
     WHERE wave = ANY (%(waves)s) AND state IN ('bought', 'completed') AND training_balance > 0
       AND (person_id, wave) > (%(after_person)s, %(after_wave)s)
     ORDER BY person_id, wave
     LIMIT %(size)s
       FOR UPDATE SKIP LOCKED
), returned AS (
    UPDATE waves_participation AS participation
       SET balance = participation.balance - unspent.training_balance, training_balance = 0
      FROM unspent
     WHERE participation.person_id = unspent.person_id AND participation.wave = unspent.wave
    RETURNING unspent.person_id, unspent.wave, unspent.training_balance AS amount
), books AS (
    INSERT INTO ledger_entry (person_id, wave, kind, amount, training, reference, occurred_at, recorded_at)
    SELECT returned.person_id, returned.wave, 'returned', -amount, -amount, 'spending over', ends.ends_at, %(now)s
      FROM returned
      JOIN unnest(%(spending_waves)s::integer[], %(spending_ends)s::timestamptz[]) AS ends (wave, ends_at)
        ON ends.wave = returned.wave
), history AS (
    INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
    SELECT returned.person_id, returned.wave, 'training_returned', ends.ends_at, %(now)s, %(actor)s,
           jsonb_build_object('amount', amount, 'rule', %(rule_digest)s::text)
      FROM returned
      JOIN unnest(%(spending_waves)s::integer[], %(spending_ends)s::timestamptz[]) AS ends (wave, ends_at)
        ON ends.wave = returned.wave
)
SELECT count(*) OVER () AS people, (sum(amount) OVER ())::bigint AS amount, person_id, wave
  FROM returned
 ORDER BY person_id DESC, wave DESC
 LIMIT 1;
