-- Planning reminders for everyone at once.

-- name: coming_deadlines
-- Finds the deadlines ahead that anybody has, each with its wave and its announcement; what that means for a step stands
-- in rules/reminders.py.
-- reads: waves_participation, waves_wave
SELECT found.wave, wave.announced_at, found.deadline_at
  FROM (SELECT DISTINCT wave, deadline_at
          FROM waves_participation
         WHERE deadline_at > %(now)s AND deadline_at <= %(horizon)s
           AND state IN ('accepted', 'bought', 'completed')) AS found
  JOIN waves_wave AS wave ON wave.number = found.wave
 ORDER BY found.wave, found.deadline_at;

-- name: share_waves
-- Whoever extends a deadline takes the wave's row: the reminders planned here are there to be cancelled by then, or the
-- new deadline is seen here.
-- reads: waves_wave
SELECT number FROM waves_wave ORDER BY number FOR SHARE;

-- name: plan_reminder
-- Plans one step for everyone whose wave, deadline and clock stand in the schedule; who has it already is passed over.
-- Where the step has variants, a keyed hash of the person says which one: the same whenever it is asked for.
-- A step counted from the announcement tells once and for all, so that a later version of the deadline is no reason to
-- tell it again: not if it went or may have gone, and not to those who were brought back, who are told just that.
-- reads: waves_participation
-- writes: messaging_message
INSERT INTO messaging_message (person_id, wave, step, channel, deadline_version, state, deadline_at, not_before,
                               expires_at, skip_if_bought, planned_at, outcome, variant)
SELECT participation.person_id, participation.wave, %(step)s, participation.channel, participation.deadline_version,
       'planned', participation.deadline_at, schedule.not_before, schedule.expires_at, %(skip_if_bought)s, %(now)s, '',
       CASE WHEN cardinality(%(variants)s::text[]) = 0 THEN ''
            ELSE (%(variants)s::text[])[width_bucket(
                     ('x' || encode(substr(sha256(%(lots)s::bytea || uuid_send(participation.person_id)
                                                  || convert_to(%(step)s, 'UTF8')), 1, 3), 'hex'))::bit(24)::integer
                     * 100 >> 24, %(shares)s::integer[])] END
  FROM unnest(%(waves)s::integer[], %(deadlines)s::timestamptz[], %(zones)s::text[], %(not_before)s::timestamptz[],
              %(expires_at)s::timestamptz[]) AS schedule (wave, deadline_at, time_zone, not_before, expires_at)
  JOIN waves_participation AS participation
    ON participation.wave = schedule.wave AND participation.deadline_at = schedule.deadline_at
   AND participation.time_zone = schedule.time_zone
 WHERE participation.state = ANY (%(states)s) AND participation.channel = ANY (%(channels)s)
   AND participation.person_id BETWEEN %(first_person)s AND %(last_person)s
   AND (NOT %(once)s OR participation.deadline_version = 1 OR NOT EXISTS (
           SELECT FROM messaging_message AS told
            WHERE told.person_id = participation.person_id AND told.wave = participation.wave
              AND (told.step = %(step)s AND told.state IN ('sending', 'accepted', 'unknown') AND told.fate <> 'failed'
                   OR told.step = 'reinstated' AND told.state <> 'cancelled')
           OFFSET 0))  -- few have a second version: a look at each of their messages, and never at everybody's
 ORDER BY participation.person_id, participation.wave
    ON CONFLICT DO NOTHING;

-- name: unreachable
-- Counts who should have got a step and cannot: no channel of theirs is one of the step's.
-- reads: waves_participation
SELECT count(*)
  FROM waves_participation
 WHERE (wave, deadline_at) IN (SELECT * FROM unnest(%(waves)s::integer[], %(deadlines)s::timestamptz[]))
   AND state = ANY (%(states)s) AND NOT channel = ANY (%(channels)s);

-- name: cancel_outdated
-- A new deadline version makes the unsent reminders of the old one untrue: each names its deadline, and also a message
-- that somebody is accepted does, so that it is planned again with the new one. There is an old version only from the
-- second on, and few have it, so that this looks at their messages instead of at everyone's: by their key, and not by the
-- index of what waits, which the planner takes for empty while its statistics do not know what was planned just now.
-- reads: waves_participation
-- writes: messaging_message
WITH changed AS MATERIALIZED (
    SELECT person_id, wave, deadline_version
      FROM waves_participation
     WHERE deadline_version > 1 AND person_id BETWEEN %(first_person)s AND %(last_person)s
)
UPDATE messaging_message AS message SET state = 'cancelled'
  FROM changed
 WHERE message.state || '' = 'planned' AND message.step = ANY (%(steps)s)
   AND message.person_id = changed.person_id AND message.wave = changed.wave
   AND message.deadline_version < changed.deadline_version;
