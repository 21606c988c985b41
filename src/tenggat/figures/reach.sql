-- Whom the messages have reached.

-- name: reach
-- Counts people per wave and step, and of these per operator and per province: who was handed a message, whom it reached
-- before the deadline by a receipt, of whom the outcome is not known, whom nothing reached, and who still waits.
-- reads: messaging_message, registry_person
WITH told AS (
    SELECT message.person_id, message.wave, message.step,
           bool_or(message.state IN ('accepted', 'unknown')) AS handed,
           bool_or(message.fate IN ('delivered', 'read') AND message.fate_at < message.deadline_at) AS reached,
           bool_or(message.state = 'unknown') AS unknown,
           bool_or(message.state IN ('planned', 'sending')) AS waiting,
           bool_and(message.state IN ('rejected', 'expired', 'cancelled') OR message.fate = 'failed') AS failed
      FROM messaging_message AS message
     WHERE message.wave > 0 AND (%(only_wave)s::integer IS NULL OR message.wave = %(only_wave)s)
       AND (%(only_step)s::text IS NULL OR message.step = %(only_step)s)
     GROUP BY message.person_id, message.wave, message.step
    HAVING NOT bool_and(message.state = 'cancelled')
), placed AS (
    SELECT told.*, COALESCE(operator.name, 'other') AS operator, person.province
      FROM told
      JOIN registry_person AS person ON person.person_id = told.person_id
      LEFT JOIN unnest(%(prefixes)s::text[], %(operators)s::text[]) AS operator (prefix, name)
        ON operator.prefix = left(person.phone, %(prefix_length)s)
)
SELECT wave, step, operator, province, count(*) AS people, count(*) FILTER (WHERE handed) AS handed,
       count(*) FILTER (WHERE reached) AS reached,
       count(*) FILTER (WHERE unknown AND NOT COALESCE(reached, false)) AS unknown,
       count(*) FILTER (WHERE failed) AS failed, count(*) FILTER (WHERE waiting) AS waiting
  FROM placed
 GROUP BY GROUPING SETS ((wave, step), (wave, step, operator), (wave, step, province))
 ORDER BY wave, step, operator NULLS FIRST, province NULLS FIRST;

-- name: unreached
-- Lists, for the call centre, who can still be helped: accepted, without a purchase, the deadline ahead, and no word that
-- any message has arrived. The nearest deadline first.
-- reads: waves_participation, registry_person, messaging_message
SELECT participation.person_id, participation.wave, person.name, person.phone, person.email, person.province,
       participation.deadline_at,
       CASE WHEN participation.channel NOT IN ('sms', 'email') THEN 'no_address'
            WHEN bool_or(message.state = 'unknown') THEN 'unknown'
            WHEN bool_or(message.state = 'accepted' AND message.fate IN ('', 'underway')) THEN 'no_receipt'
            WHEN count(message.step) > 0 THEN 'failed'
            ELSE 'not_written_to' END AS why
  FROM waves_participation AS participation
  JOIN registry_person AS person ON person.person_id = participation.person_id
  LEFT JOIN messaging_message AS message
    ON message.person_id = participation.person_id AND message.wave = participation.wave
   AND message.state IN ('accepted', 'unknown', 'rejected', 'expired')
 WHERE participation.state = 'accepted' AND participation.deadline_at > %(now)s
 GROUP BY participation.person_id, participation.wave, person.person_id, participation.deadline_at
HAVING NOT COALESCE(bool_or(message.fate IN ('delivered', 'read')), false)
 ORDER BY participation.deadline_at, participation.wave, participation.person_id;
