-- What gateways tell of messages later: an inbox, and what it says of each message, the surest word last.

-- name: take_in
-- Writes down what was told, once each; how often it is told again does not matter.
-- writes: messaging_receipt
INSERT INTO messaging_receipt (digest, route, gateway_id, fate, code, reference, address, at, mark, submitted_at,
                               received_at, found)
SELECT told.digest, %(route)s, told.gateway_id, told.fate, told.code, told.reference, told.address, told.at, told.mark,
       told.submitted_at, %(now)s, ''
  FROM unnest(%(digest)s::bytea[], %(gateway_id)s::text[], %(fate)s::text[], %(code)s::text[], %(reference)s::text[],
              %(address)s::text[], %(at)s::timestamptz[], %(mark)s::integer[], %(submitted_at)s::timestamptz[])
       AS told (digest, gateway_id, fate, code, reference, address, at, mark, submitted_at)
    ON CONFLICT DO NOTHING;

-- name: take_inbox
-- Takes the next receipts that nothing was done with; two at work never take the same.
-- reads: messaging_receipt
SELECT receipt_id, route, reference, mark, address, submitted_at, received_at
  FROM messaging_receipt
 WHERE applied_at IS NULL AND receipt_id > %(after_receipt)s
 ORDER BY receipt_id
 LIMIT %(size)s
   FOR UPDATE SKIP LOCKED;

-- name: under_way
-- Finds addresses to which something is under way: a receipt may be about that, ahead of its answer.
-- reads: messaging_message, registry_person
SELECT message.route, CASE WHEN message.channel = 'email' THEN person.email ELSE person.phone END
  FROM messaging_message AS message
  JOIN registry_person AS person ON person.person_id = message.person_id
 WHERE message.state = 'sending' AND message.route = ANY (%(routes)s);

-- name: tell_named
-- Tells messages what receipts say of them that carry the gateway's name for them.
-- reads: messaging_message
-- writes: messaging_message, messaging_receipt
WITH batch AS MATERIALIZED (
    SELECT receipt_id, route, gateway_id, fate, COALESCE(at, received_at) AS at,
           array_position(ARRAY['underway', 'failed', 'delivered', 'read'], fate) AS sureness
      FROM messaging_receipt
     WHERE receipt_id = ANY (%(receipts)s)
), known AS MATERIALIZED (
    SELECT batch.receipt_id, batch.fate, batch.at, batch.sureness, message.*,
           row_number() OVER (PARTITION BY person_id, wave, step, channel, deadline_version
                                  ORDER BY sureness DESC, at, receipt_id) AS place
      FROM batch
     CROSS JOIN LATERAL (SELECT person_id, wave, step, channel, deadline_version
                           FROM messaging_message
                          WHERE gateway_id = batch.gateway_id AND route = batch.route AND gateway_id <> ''
                         OFFSET 0) AS message
), told AS (
    UPDATE messaging_message AS message SET fate = known.fate, fate_at = known.at
      FROM known
     WHERE known.place = 1 AND message.person_id = known.person_id AND message.wave = known.wave
       AND message.step = known.step AND message.channel = known.channel
       AND message.deadline_version = known.deadline_version
       AND COALESCE(array_position(ARRAY['underway', 'failed', 'delivered', 'read'], message.fate), 0) < known.sureness
    RETURNING known.receipt_id
)
UPDATE messaging_receipt AS receipt
   SET applied_at = %(now)s, address = '', found = CASE WHEN told.receipt_id IS NULL THEN 'stale' ELSE 'told' END
  FROM known
  LEFT JOIN told ON told.receipt_id = known.receipt_id
 WHERE receipt.receipt_id = known.receipt_id
RETURNING receipt.receipt_id;

-- name: candidates
-- Finds messages whose answer was lost, by the address they may have gone to.
-- reads: messaging_message
SELECT person_id::text, wave, step, channel, deadline_version, route, gateway_id, claimed_at
  FROM messaging_message
 WHERE state = 'unknown' AND route = ANY (%(routes)s) AND gateway_id = ANY (%(stand_ins)s);

-- name: name_found
-- A receipt tells that a message has arrived at the gateway whose answer was lost: it has its name now.
-- reads: messaging_receipt
-- writes: messaging_message
UPDATE messaging_message AS message
   SET state = 'accepted', sent_at = message.claimed_at, gateway_id = receipt.gateway_id
  FROM unnest(%(receipts)s::bigint[], %(person_id)s::uuid[], %(wave)s::integer[], %(step)s::text[], %(channel)s::text[],
              %(deadline_version)s::smallint[])
       AS found (receipt_id, person_id, wave, step, channel, deadline_version)
  JOIN messaging_receipt AS receipt ON receipt.receipt_id = found.receipt_id
 WHERE message.person_id = found.person_id AND message.wave = found.wave AND message.step = found.step
   AND message.channel = found.channel AND message.deadline_version = found.deadline_version
   AND message.state = 'unknown';

-- name: nobodys
-- Gives up receipts that have waited long for a message that they could mean: forged, or meant for somebody else.
-- writes: messaging_receipt
UPDATE messaging_receipt SET applied_at = %(now)s, address = '', found = 'nobody'
 WHERE receipt_id = ANY (%(receipts)s) AND received_at < %(patience_ends)s;
