-- The next channel for whom a message did not reach.

-- name: receipts_by_operator
-- Counts, per operator, the text messages handed over in two spans of time and how many of them were receipted: lately,
-- and before.
-- reads: messaging_message, registry_person
SELECT operator.name,
       count(*) FILTER (WHERE message.sent_at >= %(lately)s) AS lately,
       count(*) FILTER (WHERE message.sent_at >= %(lately)s AND message.fate IN ('delivered', 'read', 'failed')) AS told_lately,
       count(*) FILTER (WHERE message.sent_at < %(lately)s) AS before,
       count(*) FILTER (WHERE message.sent_at < %(lately)s AND message.fate IN ('delivered', 'read', 'failed')) AS told_before
  FROM messaging_message AS message
  JOIN registry_person AS person ON person.person_id = message.person_id
  JOIN unnest(%(prefixes)s::text[], %(operators)s::text[]) AS operator (prefix, name)
    ON operator.prefix = left(person.phone, %(prefix_length)s)
 WHERE message.channel = 'sms' AND message.state = 'accepted'
   AND message.sent_at >= %(since)s AND message.sent_at < %(until)s
 GROUP BY operator.name;

-- name: plan_fallback
-- Plans a step by the next channel that a person has, where the one before was rejected for good, failed by its receipt,
-- or brought no word although the operator's receipts come as usual. Who has it by that channel already is passed over.
-- reads: waves_participation, registry_person
-- writes: messaging_message
INSERT INTO messaging_message (person_id, wave, step, channel, deadline_version, state, deadline_at, not_before,
                               expires_at, skip_if_bought, planned_at, outcome, variant)
SELECT message.person_id, message.wave, message.step, next.channel, message.deadline_version,
       'planned', message.deadline_at, zone.not_before, message.expires_at, message.skip_if_bought, %(now)s, '',
       message.variant
  FROM messaging_message AS message
  JOIN waves_participation AS participation
    ON participation.person_id = message.person_id AND participation.wave = message.wave
   AND participation.deadline_version = message.deadline_version
  JOIN registry_person AS person ON person.person_id = message.person_id
  JOIN unnest(%(zones)s::text[], %(not_before)s::timestamptz[]) AS zone (name, not_before)
    ON zone.name = person.time_zone
 CROSS JOIN LATERAL (
           SELECT way.channel
             FROM unnest(%(channels)s::text[]) WITH ORDINALITY AS way (channel, place)
            WHERE way.place > array_position(%(channels)s::text[], message.channel)
              AND CASE WHEN way.channel = 'email' THEN person.email ELSE person.phone END IS NOT NULL
            ORDER BY way.place
            LIMIT 1) AS next
 WHERE message.step = %(step)s AND message.expires_at > zone.not_before
   AND participation.state = ANY (%(states)s)
   AND (message.state = 'rejected' AND message.outcome <> ALL (%(unsendable)s::text[])
        OR message.state IN ('accepted', 'unknown') AND message.fate = 'failed'
        OR message.state IN ('accepted', 'unknown') AND message.fate IN ('', 'underway') AND message.channel <> 'email'
           AND message.claimed_at < %(silent_since)s AND left(person.phone, %(prefix_length)s) = ANY (%(trusted)s::text[]))
    ON CONFLICT DO NOTHING;
