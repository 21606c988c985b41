-- Figures per wave: from the participations for now, from the journal for any moment (I8).

-- name: now
-- Counts the participations where they stand; held is past its deadline and may not be decided yet.
-- reads: waves_participation, waves_wave
SELECT wave.number,
       count(participation.wave) FILTER (WHERE state <> 'void') AS accepted,
       count(*) FILTER (WHERE state = 'bought') AS bought,
       count(*) FILTER (WHERE state = 'completed') AS completed,
       count(*) FILTER (WHERE state = 'revoked') AS revoked,
       count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn,
       count(*) FILTER (WHERE state = 'accepted' AND participation.deadline_at <= %(ripe)s
                          AND GREATEST(participation.deadline_at, held_until) > %(cutoff)s) AS held,
       count(*) FILTER (WHERE state = 'accepted') AS open
  FROM waves_wave AS wave
  LEFT JOIN waves_participation AS participation ON participation.wave = wave.number
 GROUP BY wave.number
 ORDER BY wave.number;

-- name: reinstated
-- Counts whom a decision or a purchase reported late brought back, and who still is.
-- reads: journal_event
SELECT wave, count(*) FROM (
    SELECT wave, person_id,
           (array_agg(kind ORDER BY event_id DESC))[1] AS last_kind
      FROM journal_event
     WHERE kind IN ('reinstated', 'revoked') AND recorded_at <= %(as_of)s
       AND person_id IN (SELECT person_id FROM journal_event WHERE kind = 'reinstated' AND recorded_at <= %(as_of)s)
     GROUP BY wave, person_id) AS each
 WHERE last_kind = 'reinstated'
 GROUP BY wave;

-- name: as_of
-- Adds up the moves recorded until a moment: every event that moves a participation names the state it left.
-- reads: journal_event
SELECT wave,
       count(*) FILTER (WHERE to_state = 'accepted' AND from_state IS NULL)
         - count(*) FILTER (WHERE to_state = 'void') AS accepted,
       count(*) FILTER (WHERE to_state = 'bought') - count(*) FILTER (WHERE from_state = 'bought') AS bought,
       count(*) FILTER (WHERE to_state = 'completed') - count(*) FILTER (WHERE from_state = 'completed') AS completed,
       count(*) FILTER (WHERE to_state = 'revoked') - count(*) FILTER (WHERE from_state = 'revoked') AS revoked,
       count(*) FILTER (WHERE to_state = 'withdrawn') - count(*) FILTER (WHERE from_state = 'withdrawn') AS withdrawn,
       count(*) FILTER (WHERE to_state = 'accepted') - count(*) FILTER (WHERE from_state = 'accepted') AS open
  FROM journal_event
 WHERE recorded_at <= %(as_of)s AND to_state IS NOT NULL
 GROUP BY wave
 ORDER BY wave;

-- name: waiting
-- Counts those past their deadline whom a silent feed keeps from being decided.
-- reads: waves_participation
SELECT count(*)
  FROM waves_participation
 WHERE state = 'accepted' AND first_purchase_at IS NULL AND deadline_at <= %(ripe)s AND deadline_at > %(cutoff)s;

-- name: held_as_of
-- Counts who stood in `accepted` at a moment with the deadline behind and could not be decided, for a hold or a silent
-- feed, and of those whom a silent feed kept. A deadline that was extended or renewed since is the one of before; a hold
-- goes on until it was lifted, or was over.
-- reads: journal_event, waves_participation
WITH standing AS (
    SELECT person_id, wave
      FROM journal_event
     WHERE recorded_at <= %(as_of)s AND (to_state = 'accepted' OR from_state = 'accepted')
     GROUP BY person_id, wave
    HAVING count(*) FILTER (WHERE to_state = 'accepted') > count(*) FILTER (WHERE from_state = 'accepted')
), each_hold AS (
    SELECT person_id, wave, max(COALESCE((details ->> 'until')::timestamptz, 'infinity')) AS until_at
      FROM journal_event
     WHERE recorded_at <= %(as_of)s AND kind IN ('held', 'hold_lifted')
     GROUP BY person_id, wave, details ->> 'reason', details ->> 'reference'
    HAVING count(*) FILTER (WHERE kind = 'held') > count(*) FILTER (WHERE kind = 'hold_lifted')
), held AS (
    SELECT person_id, wave, max(until_at) AS until_at FROM each_hold GROUP BY person_id, wave
), extended AS (
    SELECT DISTINCT ON (person_id, wave) person_id, wave, (details ->> 'before')::timestamptz AS deadline_at
      FROM journal_event
     WHERE kind IN ('deadline_extended', 'reinstated') AND details ->> 'before' IS NOT NULL AND recorded_at > %(as_of)s
     ORDER BY person_id, wave, event_id
)
SELECT participation.wave, count(*), count(*) FILTER (WHERE moment.deadline_at > %(cutoff)s)
  FROM standing
  JOIN waves_participation AS participation
    ON participation.person_id = standing.person_id AND participation.wave = standing.wave
  LEFT JOIN held ON held.person_id = standing.person_id AND held.wave = standing.wave
  LEFT JOIN extended ON extended.person_id = standing.person_id AND extended.wave = standing.wave
 CROSS JOIN LATERAL (SELECT COALESCE(extended.deadline_at, participation.deadline_at) AS deadline_at) AS moment
 WHERE moment.deadline_at <= %(ripe)s AND GREATEST(moment.deadline_at, held.until_at) > %(cutoff)s
 GROUP BY participation.wave;

-- name: waves_as_of
-- The waves that were open at a moment.
-- reads: waves_wave
SELECT number FROM waves_wave WHERE opened_at <= %(as_of)s ORDER BY number;

-- name: watermarks_as_of
-- How far each required feed had delivered at a moment.
-- reads: journal_act
SELECT DISTINCT ON (details ->> 'source') details ->> 'source', occurred_at
  FROM journal_act
 WHERE kind = 'watermark_moved' AND recorded_at <= %(as_of)s
 ORDER BY details ->> 'source', act_id DESC;
