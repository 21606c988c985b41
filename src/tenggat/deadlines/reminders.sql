-- Planning reminders for everyone at once.

-- name: coming_deadlines
-- Finds the deadlines of the days ahead that anybody has; how they are counted down stands in rules/reminders.py.
-- reads: waves_participation
SELECT DISTINCT deadline_at
  FROM waves_participation
 WHERE deadline_at > %(now)s AND deadline_at <= %(horizon)s
   AND state IN ('accepted', 'bought', 'completed')
 ORDER BY deadline_at;

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
 ORDER BY participation.person_id, participation.wave
    ON CONFLICT DO NOTHING;

-- name: cancel_outdated
-- A new deadline version makes the unsent reminders of the old one untrue.
-- reads: waves_participation
-- writes: messaging_message
UPDATE messaging_message AS message SET state = 'cancelled'
  FROM waves_participation AS participation
 WHERE message.state = 'planned' AND message.step = ANY (%(steps)s)
   AND participation.person_id = message.person_id AND participation.wave = message.wave
   AND participation.deadline_version > message.deadline_version;
