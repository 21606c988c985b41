-- The sender's side of the outbox: planned -> sending (committed) -> the gateway's answer.

-- name: waiting_steps
-- Lists the steps of which something is planned; the first of each is found in the index, and all others passed over.
-- reads: messaging_message
WITH RECURSIVE found (step) AS (
    SELECT min(step) FROM messaging_message WHERE state = 'planned'
     UNION ALL
    SELECT (SELECT min(message.step) FROM messaging_message AS message
             WHERE message.state = 'planned' AND message.step > found.step)
      FROM found
     WHERE found.step IS NOT NULL
)
SELECT step FROM found WHERE step IS NOT NULL;

-- name: expire_overdue
-- What could not go in its time does not go at all.
-- writes: messaging_message
UPDATE messaging_message SET state = 'expired', address = '', sealed = NULL
 WHERE state = 'planned' AND step = %(step)s AND not_before <= %(now)s AND expires_at <= %(now)s;

-- name: claim_due
-- Takes the next messages of a step that may go now by this route, to people whose clock stands inside the sending
-- hours. Goes on behind the last one taken, so that it never walks again over what has been sent. A purchase that came
-- while the reminder was being planned could not see it to cancel it: whoever has bought by now is passed over here.
-- reads: registry_person, waves_participation
-- writes: messaging_message
WITH mine AS (
    SELECT message.person_id, message.wave, message.step, message.channel, message.deadline_version,
           COALESCE(person.name, '') AS name, place.address, place.time_zone, message.sealed
      FROM messaging_message AS message
      LEFT JOIN LATERAL (
               SELECT name, phone, email, time_zone FROM registry_person AS known
                WHERE known.person_id = message.person_id
               OFFSET 0) AS person ON true  -- as below
     CROSS JOIN LATERAL (
               SELECT COALESCE(NULLIF(message.address, ''),
                               CASE message.channel WHEN 'email' THEN person.email ELSE person.phone END, '') AS address,
                      COALESCE(person.time_zone, %(home_zone)s) AS time_zone) AS place
     WHERE message.state = 'planned' AND message.step = %(step)s
       AND message.not_before <= %(now)s AND message.expires_at > %(now)s
       AND (message.not_before, message.person_id) > (%(after_moment)s, %(after_person)s::uuid)
       AND message.channel = ANY (%(channels)s)
       AND place.time_zone = ANY (%(open_zones)s)
       AND (%(prefixes)s::text[] IS NULL OR message.channel <> 'email' AND place.address ^@ ANY (%(prefixes)s::text[]))
       AND (message.channel = 'email' OR NOT place.address ^@ ANY (%(others)s::text[]))
       AND (NOT message.skip_if_bought OR NOT EXISTS (
               SELECT FROM waves_participation AS participation
                WHERE participation.person_id = message.person_id AND participation.wave = message.wave
                  AND participation.state <> 'accepted'
               OFFSET 0))  -- one look by the key for each, and never a hash of everybody
     ORDER BY message.not_before, message.person_id
     LIMIT %(size)s
       FOR UPDATE OF message SKIP LOCKED
)
UPDATE messaging_message AS message
   SET state = 'sending', claimed_at = %(now)s, route = %(route)s, sender = %(sender)s, attempt = message.attempt + 1
  FROM mine
 WHERE message.person_id = mine.person_id AND message.wave = mine.wave AND message.step = mine.step
   AND message.channel = mine.channel AND message.deadline_version = mine.deadline_version
RETURNING message.person_id::text, message.wave, message.step, message.channel, message.deadline_version,
          message.attempt, message.not_before::text, message.expires_at::text, message.deadline_at::text,
          mine.name, mine.address, mine.time_zone, message.variant, mine.sealed;

-- name: settle
-- Writes down what the gateway answered to this sender, also where the sender had been taken for dead meanwhile.
-- writes: messaging_message
UPDATE messaging_message AS message
   SET state = %(state)s, outcome = answer.outcome, gateway_id = answer.gateway_id, address = '', sealed = NULL,
       sent_at = CASE WHEN %(state)s = 'accepted' THEN %(now)s::timestamptz END
  FROM unnest(%(person_id)s::uuid[], %(wave)s::integer[], %(step)s::text[], %(channel)s::text[],
              %(deadline_version)s::smallint[], %(outcome)s::text[], %(gateway_id)s::text[])
       AS answer (person_id, wave, step, channel, deadline_version, outcome, gateway_id)
 WHERE message.person_id = answer.person_id AND message.wave = answer.wave AND message.step = answer.step
   AND message.channel = answer.channel AND message.deadline_version = answer.deadline_version
   AND message.state IN ('sending', 'unknown') AND message.sender IS NOT DISTINCT FROM %(sender)s;

-- name: try_again
-- What the gateway would not take now, for a reason that passes, waits until the moment given for it.
-- writes: messaging_message
UPDATE messaging_message AS message
   SET state = 'planned', outcome = answer.outcome, not_before = answer.not_before
  FROM unnest(%(person_id)s::uuid[], %(wave)s::integer[], %(step)s::text[], %(channel)s::text[],
              %(deadline_version)s::smallint[], %(outcome)s::text[], %(not_before)s::timestamptz[])
       AS answer (person_id, wave, step, channel, deadline_version, outcome, not_before)
 WHERE message.person_id = answer.person_id AND message.wave = answer.wave AND message.step = answer.step
   AND message.channel = answer.channel AND message.deadline_version = answer.deadline_version
   AND message.state = 'sending' AND message.sender = %(sender)s;

-- name: keep_attempts
-- Keeps what a gateway said of the attempts that it did not take.
-- reads: messaging_message
-- writes: messaging_attempt
INSERT INTO messaging_attempt (person_id, wave, step, channel, deadline_version, attempt, route, outcome, code,
                               began_at, ended_at)
SELECT message.person_id, message.wave, message.step, message.channel, message.deadline_version, message.attempt,
       message.route, %(kind)s, answer.outcome, message.claimed_at, %(now)s
  FROM unnest(%(person_id)s::uuid[], %(wave)s::integer[], %(step)s::text[], %(channel)s::text[],
              %(deadline_version)s::smallint[], %(outcome)s::text[])
       AS answer (person_id, wave, step, channel, deadline_version, outcome)
  JOIN messaging_message AS message
    ON message.person_id = answer.person_id AND message.wave = answer.wave AND message.step = answer.step
   AND message.channel = answer.channel AND message.deadline_version = answer.deadline_version
    ON CONFLICT DO NOTHING;

-- name: dead_senders
-- Finds senders that have ended and left messages behind: a living one holds the lock of its number, this one too.
-- reads: messaging_message
SELECT number, route
  FROM (SELECT DISTINCT sender AS number, route FROM messaging_message
         WHERE state = 'sending' AND sender IS DISTINCT FROM %(sender)s) AS holder
 WHERE number IS NULL OR pg_try_advisory_xact_lock(7364212, number);

-- name: stop_dead
-- Waits for what senders taken for dead are writing of themselves: from here on they begin nothing.
-- reads: messaging_sender
SELECT number FROM messaging_sender WHERE number = ANY (%(dead)s::integer[]) ORDER BY number FOR UPDATE;

-- name: take_over
-- Takes what senders that died had taken by these routes: whether it went is the gateway's to say, unless it had
-- certainly not been begun.
-- reads: registry_person
-- writes: messaging_message, messaging_sender
WITH held AS (
    SELECT message.person_id, message.wave, message.step, message.channel, message.deadline_version,
           COALESCE(NULLIF(message.address, ''),
                    CASE message.channel WHEN 'email' THEN person.email ELSE person.phone END, '') AS address,
           COALESCE((message.claimed_at, message.person_id) <= (died.begun_at, died.begun_person), true) AS begun
      FROM messaging_message AS message
      LEFT JOIN registry_person AS person ON person.person_id = message.person_id
      LEFT JOIN messaging_sender AS died ON died.number = message.sender
     WHERE message.state = 'sending' AND message.route = ANY (%(routes)s)
       AND (message.sender = ANY (%(dead)s::integer[]) OR message.sender IS NULL)
), stopped AS (
    UPDATE messaging_sender SET begun_at = NULL, begun_person = NULL WHERE number = ANY (%(dead)s::integer[])
)
UPDATE messaging_message AS message SET sender = %(sender)s
  FROM held
 WHERE message.person_id = held.person_id AND message.wave = held.wave AND message.step = held.step
   AND message.channel = held.channel AND message.deadline_version = held.deadline_version
   AND message.state = 'sending'
RETURNING message.person_id::text, message.wave, message.step, message.channel, message.deadline_version, message.route,
          held.address, held.begun;

-- name: begin_some
-- Says, before anything leaves, how far this sender may have come with what it claimed at a moment, by people in
-- order; not if it was taken for dead meanwhile.
-- writes: messaging_sender
UPDATE messaging_sender SET begun_at = %(claimed_at)s, begun_person = %(person)s
 WHERE number = %(sender)s AND begun_at IS NOT NULL;

-- name: give_back
-- The gateway has never seen these: they wait again, and it was no try.
-- writes: messaging_message
UPDATE messaging_message AS message SET state = 'planned', claimed_at = NULL, attempt = GREATEST(message.attempt - 1, 0)
  FROM unnest(%(person_id)s::uuid[], %(wave)s::integer[], %(step)s::text[], %(channel)s::text[],
              %(deadline_version)s::smallint[]) AS mine (person_id, wave, step, channel, deadline_version)
 WHERE message.person_id = mine.person_id AND message.wave = mine.wave AND message.step = mine.step
   AND message.channel = mine.channel AND message.deadline_version = mine.deadline_version
   AND message.state = 'sending' AND message.sender = %(sender)s;

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

-- name: begin_sending
-- Holds the lock of a sender's number for as long as its session lives: by it others know that it does.
SELECT pg_advisory_lock(7364212, %(sender)s);

-- name: end_sending
-- Says that this sender has ended.
SELECT pg_advisory_unlock(7364212, %(sender)s);
