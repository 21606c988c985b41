-- What must hold under any number of browsers at once, each in one statement.

-- name: lock_scope
-- One asker at a time for a scope: whether a code is sent depends on those that were.
-- reads:
SELECT pg_advisory_xact_lock(%(number)s);

-- name: count
-- Counts one more and gives the count; from the first that is too many, the time to wait begins anew.
-- writes: accounts_limit
INSERT INTO accounts_limit AS known (kind, fingerprint, count, until_at)
VALUES (%(kind)s, %(fingerprint)s, 1, %(until)s)
    ON CONFLICT (kind, fingerprint) DO UPDATE
       SET count = CASE WHEN known.until_at <= %(now)s THEN 1 ELSE known.count + 1 END,
           until_at = CASE WHEN known.until_at <= %(now)s THEN %(until)s ELSE known.until_at END
RETURNING count, until_at;

-- name: count_try
-- Counts a try before anybody looks at it: on the browser's challenge, and on all challenges of its bucket together.
-- Parallel guesses wait for the row here; the sixth finds nothing.
-- writes: accounts_challenge, accounts_limit
WITH tried AS (
    UPDATE accounts_challenge SET tries = tries + 1
     WHERE challenge_id = %(challenge)s AND proven_at IS NULL AND tries < %(most)s AND expires_at > %(now)s
 RETURNING scope, address, bucket, tries, known_device, purpose, channel, person_id, sealed
), counted AS (
    INSERT INTO accounts_limit AS known (kind, fingerprint, count, until_at)
    SELECT 'wrong', bucket, 1, %(until)s FROM tried
        ON CONFLICT (kind, fingerprint) DO UPDATE
           SET count = CASE WHEN known.until_at <= %(now)s THEN 1 ELSE known.count + 1 END,
               until_at = CASE WHEN known.until_at <= %(now)s OR known.count < %(most)s THEN %(until)s
                               ELSE known.until_at END
 RETURNING count, until_at
)
SELECT tried.scope, tried.address, tried.bucket, tried.tries, tried.known_device, tried.purpose, tried.channel,
       tried.person_id, tried.sealed, counted.count, counted.until_at
  FROM tried CROSS JOIN counted;

-- name: live_codes
-- The codes of a scope that may still be given.
-- reads: accounts_code
SELECT code_id, digest FROM accounts_code WHERE scope = %(scope)s AND used_at IS NULL AND expires_at > %(now)s;

-- name: use_codes
-- Ends all codes of a scope, once: whoever does not find the own one among them came second.
-- writes: accounts_code
UPDATE accounts_code SET used_at = %(now)s
 WHERE scope = %(scope)s AND used_at IS NULL AND expires_at > %(now)s
RETURNING code_id;

-- name: sent_lately
-- What was sent: the codes of the scope that live long enough to be typed, the newest one of the scope and how many to
-- the address since a moment, whatever for.
-- reads: accounts_code
SELECT count(*) FILTER (WHERE scope = %(scope)s AND used_at IS NULL AND expires_at > %(long_enough)s),
       max(sent_at) FILTER (WHERE scope = %(scope)s AND used_at IS NULL),
       count(*)
  FROM accounts_code WHERE address = %(fingerprint)s AND sent_at > %(since)s;

-- name: count_naming
-- Counts a NIK that is tried at a shared address, before anybody looks whose it is.
-- writes: accounts_challenge
UPDATE accounts_challenge SET namings = namings + 1
 WHERE challenge_id = %(challenge)s AND purpose = 'sign_in' AND person_id IS NULL AND namings < %(most)s
   AND proven_at > %(since)s
RETURNING channel, address, sealed, namings;

-- name: come_in
-- A proven challenge lets one person in, once.
-- writes: accounts_challenge
UPDATE accounts_challenge SET person_id = %(person)s
 WHERE challenge_id = %(challenge)s AND purpose = 'sign_in' AND person_id IS NULL AND proven_at IS NOT NULL;

-- name: proven_contact
-- Notes that a person has just read what was sent to an address; after a long silence it counts as new again.
-- writes: accounts_contact
INSERT INTO accounts_contact AS known (person_id, channel, fingerprint, proven_at, steady_since_at, last_used_at)
VALUES (%(person)s, %(channel)s, %(fingerprint)s, %(now)s, %(now)s, %(now)s)
    ON CONFLICT (person_id, channel, fingerprint) DO UPDATE
       SET steady_since_at = CASE WHEN known.last_used_at < %(silent_since)s THEN %(now)s
                                  ELSE known.steady_since_at END,
           last_used_at = GREATEST(known.last_used_at, %(now)s);

-- name: due_changes
-- Changes of phone or e-mail whose moment has come.
-- reads: accounts_change
SELECT change_id FROM accounts_change
 WHERE applied_at IS NULL AND cancelled_at IS NULL AND effective_at <= %(now)s
 ORDER BY effective_at, change_id LIMIT %(size)s FOR UPDATE SKIP LOCKED;

-- name: forget_codes
-- Takes away codes that have been over for a day; a few at a time, by whoever asks next.
-- writes: accounts_code
DELETE FROM accounts_code WHERE code_id IN
       (SELECT code_id FROM accounts_code WHERE expires_at < %(before)s
         ORDER BY expires_at LIMIT %(size)s FOR UPDATE SKIP LOCKED);

-- name: forget_challenges
-- Takes away challenges that have been over for a day.
-- writes: accounts_challenge
DELETE FROM accounts_challenge WHERE challenge_id IN
       (SELECT challenge_id FROM accounts_challenge WHERE expires_at < %(before)s
         ORDER BY expires_at LIMIT %(size)s FOR UPDATE SKIP LOCKED);

-- name: forget_limits
-- Takes away counts that have been over for a day.
-- writes: accounts_limit
DELETE FROM accounts_limit WHERE (kind, fingerprint) IN
       (SELECT kind, fingerprint FROM accounts_limit WHERE until_at < %(before)s
         ORDER BY until_at LIMIT %(size)s FOR UPDATE SKIP LOCKED);
