-- What the night is held against.

-- name: bare_night
-- The writes of a night as one statement by hand: no run, slices or audit, nobody who waits is thought of.
-- reads: waves_participation
-- writes: waves_participation, registry_blacklist_entry, ledger_entry, journal_event, messaging_message
WITH due AS (
    SELECT person_id, wave, deadline_at, deadline_version, balance, training_balance, channel, time_zone
      FROM waves_participation
     WHERE state = 'accepted' AND first_purchase_at IS NULL AND deadline_at <= %(cutoff)s
       AND (held_until IS NULL OR held_until <= %(cutoff)s)
     ORDER BY deadline_at, person_id
), revoked AS (
    UPDATE waves_participation AS participation
       SET state = 'revoked', ended_at = %(now)s, run_id = %(run)s, balance = 0, training_balance = 0
      FROM due
     WHERE participation.person_id = due.person_id AND participation.wave = due.wave
    RETURNING due.*
), blacklisted AS (
    INSERT INTO registry_blacklist_entry (person_id, since_at, source, reason)
    SELECT person_id, %(now)s, 'deadline', %(reason)s FROM revoked
        ON CONFLICT DO NOTHING
), returned AS (
    INSERT INTO ledger_entry (person_id, wave, kind, amount, training, reference, occurred_at, recorded_at)
    SELECT person_id, wave, 'returned', -balance, -training_balance, %(reference)s, %(now)s, %(now)s FROM revoked
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
)
SELECT person_id FROM revoked;
