-- The sender's side of the outbox: planned -> sending (committed) -> the gateway's answer.

-- name: expire_overdue
-- What could not go in its time does not go at all.
-- writes: messaging_message
UPDATE messaging_message SET state = 'expired'
 WHERE state = 'planned' AND not_before <= %(now)s AND expires_at <= %(now)s;

-- name: claim_due
-- Takes the next messages that may go now, to people whose clock stands inside the sending hours. Goes on behind the
-- last one taken, so that it never walks again over what has been sent.
-- reads: registry_person
-- writes: messaging_message
WITH mine AS (
    SELECT message.person_id, message.wave, message.step, message.channel, message.deadline_version,
           person.name, person.phone, person.email, person.time_zone
      FROM messaging_message AS message
      JOIN registry_person AS person ON person.person_id = message.person_id
     WHERE message.state = 'planned' AND message.not_before <= %(now)s AND message.expires_at > %(now)s
       AND (message.not_before, message.person_id) > (%(after_moment)s, %(after_person)s::uuid)
       AND person.time_zone = ANY (%(open_zones)s)
     ORDER BY message.not_before, message.person_id
     LIMIT %(size)s
       FOR UPDATE OF message SKIP LOCKED
)
UPDATE messaging_message AS message SET state = 'sending', claimed_at = %(now)s
  FROM mine
 WHERE message.person_id = mine.person_id AND message.wave = mine.wave AND message.step = mine.step
   AND message.channel = mine.channel AND message.deadline_version = mine.deadline_version
RETURNING message.person_id::text, message.wave, message.step, message.channel, message.deadline_version,
          message.not_before::text, message.deadline_at::text, mine.name, mine.phone, mine.email, mine.time_zone;

-- name: settle
-- Writes down what the gateway answered.
-- writes: messaging_message
UPDATE messaging_message AS message
   SET state = %(state)s, outcome = %(outcome)s, sent_at = CASE WHEN %(state)s = 'accepted' THEN %(now)s::timestamptz END
  FROM unnest(%(person_id)s::uuid[], %(wave)s::integer[], %(step)s::text[], %(channel)s::text[],
              %(deadline_version)s::smallint[])
       AS answer (person_id, wave, step, channel, deadline_version)
 WHERE message.person_id = answer.person_id AND message.wave = answer.wave AND message.step = answer.step
   AND message.channel = answer.channel AND message.deadline_version = answer.deadline_version
   AND message.state = 'sending';

-- name: interrupted
-- What a sender that died had taken: whether it went is the gateway's to say.
-- reads: messaging_message
SELECT person_id::text, wave, step, channel, deadline_version FROM messaging_message WHERE state = 'sending';

-- name: give_back
-- The gateway has never seen these: they wait again.
-- writes: messaging_message
UPDATE messaging_message AS message SET state = 'planned', claimed_at = NULL
  FROM unnest(%(person_id)s::uuid[], %(wave)s::integer[], %(step)s::text[], %(channel)s::text[],
              %(deadline_version)s::smallint[]) AS mine (person_id, wave, step, channel, deadline_version)
 WHERE message.person_id = mine.person_id AND message.wave = mine.wave AND message.step = mine.step
   AND message.channel = mine.channel AND message.deadline_version = mine.deadline_version
   AND message.state = 'sending';

-- name: waiting
-- Counts what is planned and still to come.
-- reads: messaging_message
SELECT count(*) FROM messaging_message WHERE state = 'planned';

-- name: sole_sender
-- One sender at a time for the file gateway; a session lock, so that it ends with its holder.
SELECT pg_try_advisory_lock(7364211);

-- name: release_sender
-- Lets the next sender in.
SELECT pg_advisory_unlock(7364211);
