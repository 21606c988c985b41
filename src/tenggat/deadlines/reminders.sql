-- Planning reminders for everyone at once.

-- name: coming_deadlines
-- Finds the deadlines of the days ahead that anybody has; how they are counted down stands in rules/reminders.py.
-- reads: waves_participation
SELECT DISTINCT deadline_at
  FROM waves_participation
 WHERE deadline_at > %(now)s AND deadline_at <= %(horizon)s
   AND state IN ('accepted', 'bought', 'completed')
 ORDER BY deadline_at;

-- name: share_waves
-- Whoever extends a deadline takes the wave's row: the reminders planned here are there to be cancelled by then, or the
-- new deadline is seen here.
-- reads: waves_wave
SELECT number FROM waves_wave ORDER BY number FOR SHARE;

-- name: plan_reminder
-- Plans one step for everyone whose deadline and clock stand in the schedule; who has it already is passed over.
-- reads: waves_participation
-- writes: messaging_message
INSERT INTO messaging_message (person_id, wave, step, channel, deadline_version, state, deadline_at, not_before,
                               expires_at, skip_if_bought, planned_at, outcome)
SELECT participation.person_id, participation.wave, %(step)s, participation.channel, participation.deadline_version,
       'planned', participation.deadline_at, schedule.not_before, schedule.expires_at, %(skip_if_bought)s, %(now)s, ''
  FROM unnest(%(deadlines)s::timestamptz[], %(zones)s::text[], %(not_before)s::timestamptz[],
              %(expires_at)s::timestamptz[]) AS schedule (deadline_at, time_zone, not_before, expires_at)
  JOIN waves_participation AS participation
    ON participation.deadline_at = schedule.deadline_at AND participation.time_zone = schedule.time_zone
 WHERE participation.state = ANY (%(states)s) AND participation.channel = ANY (%(channels)s)
   AND participation.person_id BETWEEN %(first_person)s AND %(last_person)s
 ORDER BY participation.person_id, participation.wave
    ON CONFLICT DO NOTHING;

-- name: unreachable
-- Counts who should have got a step and cannot: no channel of theirs is one of the step's.
-- reads: waves_participation
SELECT count(*)
  FROM waves_participation
 WHERE deadline_at = ANY (%(deadlines)s) AND state = ANY (%(states)s) AND NOT channel = ANY (%(channels)s);

-- name: cancel_outdated
-- A new deadline version makes the unsent reminders of the old one untrue. There is an old one only from the second
-- version on, and few have it, so that this looks at their messages instead of at everyone's.
-- reads: waves_participation
-- writes: messaging_message
WITH changed AS MATERIALIZED (
    SELECT person_id, wave, deadline_version
      FROM waves_participation
     WHERE deadline_version > 1 AND person_id BETWEEN %(first_person)s AND %(last_person)s
)
UPDATE messaging_message AS message SET state = 'cancelled'
  FROM changed
 WHERE message.state = 'planned' AND message.step = ANY (%(steps)s)
   AND message.person_id = changed.person_id AND message.wave = changed.wave
   AND message.deadline_version < changed.deadline_version;
