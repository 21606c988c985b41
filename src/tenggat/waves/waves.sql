-- name: starting_days
-- The days, in the programme's zone, on which clocks of a wave start that has just been announced.
-- reads: waves_participation
SELECT DISTINCT (greatest(accepted_at, %(announced_at)s) AT TIME ZONE %(zone)s)::date AS day
  FROM waves_participation
 WHERE wave = %(wave)s AND deadline_at IS NULL;

-- name: stamp_deadlines
-- Gives every participation of a wave that has none its first deadline, by the day on which its clock starts.
-- reads: waves_participation
-- writes: waves_participation, journal_event
WITH due AS (
    SELECT * FROM unnest(%(days)s::date[], %(deadlines)s::timestamptz[]) AS due (day, deadline_at)
), stamped AS (
    UPDATE waves_participation AS taking_part
       SET deadline_at = due.deadline_at, deadline_version = 1
      FROM due
     WHERE taking_part.wave = %(wave)s AND taking_part.deadline_at IS NULL
       AND (NOT %(personal)s
            OR (greatest(taking_part.accepted_at, %(announced_at)s) AT TIME ZONE %(zone)s)::date = due.day)
 RETURNING taking_part.person_id, taking_part.deadline_at, taking_part.deadline_version
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, %(wave)s, 'deadline_set', %(announced_at)s, %(now)s, %(actor)s,
       jsonb_build_object('deadline_at', to_char(deadline_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
                          'deadline_version', deadline_version)
  FROM stamped;

-- name: cards_to_rotate
-- The next card numbers that are not under the current key, in the order of the key.
-- reads: waves_participation
SELECT person_id, wave, card_cipher FROM waves_participation
 WHERE (person_id, wave) > (%(person_id)s, %(wave)s) AND get_byte(card_cipher, 0) <> %(version)s
 ORDER BY person_id, wave LIMIT %(size)s FOR UPDATE;

-- name: store_cards
-- Puts card numbers under the current key.
-- reads: waves_participation
-- writes: waves_participation
UPDATE waves_participation AS taking_part SET card_cipher = fresh.cipher
  FROM unnest(%(people)s::uuid[], %(waves)s::integer[], %(ciphers)s::bytea[]) AS fresh (person_id, wave, cipher)
 WHERE (taking_part.person_id, taking_part.wave) = (fresh.person_id, fresh.wave);
