-- Messages that belong to no wave: a code, an answer to a question.

-- name: supersede
-- The unsent messages before are untrue as soon as there is a newer one: also one that another session has planned
-- meanwhile, and has committed, since its number was taken when this one looked for its own.
-- writes: messaging_message
UPDATE messaging_message SET state = 'cancelled', address = '', sealed = NULL
 WHERE person_id = %(person)s AND wave = 0 AND step = %(step)s AND channel = %(channel)s AND state = 'planned'
   AND deadline_version < %(version)s;

-- name: plan_direct
-- Plans the next one; nothing is written where another session has just taken its number.
-- writes: messaging_message
INSERT INTO messaging_message (person_id, wave, step, channel, deadline_version, state, deadline_at, not_before,
                               expires_at, skip_if_bought, planned_at, outcome, address, sealed)
SELECT %(person)s, 0, %(step)s, %(channel)s, COALESCE(max(earlier.deadline_version), 0) + 1, 'planned', %(expires)s,
       %(first)s, %(expires)s, false, %(now)s, '', %(recipient)s, %(sealed)s
  FROM messaging_message AS earlier
 WHERE earlier.person_id = %(person)s AND earlier.wave = 0 AND earlier.step = %(step)s
   AND earlier.channel = %(channel)s
    ON CONFLICT DO NOTHING
RETURNING deadline_version;
