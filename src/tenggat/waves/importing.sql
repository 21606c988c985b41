-- name: one_import_at_a_time
-- Lets imports wait for each other until the end of their transactions, so that what was checked stays true.
SELECT pg_advisory_xact_lock(hashtext('tenggat.waves.import'));

-- name: go_by_keys
-- Makes every look-up of this transaction, those of triggers too, go through an index. Statistics cannot be trusted
-- here: an ANALYZE in the middle of an import sees none of its rows, and the planner would read whole tables for each.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true);

-- name: known_people
-- Whom the fingerprints of a chunk lead to already, and what bars them.
-- reads: registry_nikkey, registry_blacklist_entry, waves_participation
SELECT nik.fingerprint, nik.person_id,
       EXISTS (SELECT FROM registry_blacklist_entry AS entry
                WHERE entry.person_id = nik.person_id AND entry.lifted_at IS NULL) AS blacklisted,
       EXISTS (SELECT FROM waves_participation AS other
                WHERE other.person_id = nik.person_id AND other.state NOT IN ('withdrawn', 'void')) AS alive
  FROM registry_nikkey AS nik
 WHERE nik.fingerprint = ANY (%(fingerprints)s::uuid[]) AND nik.until_at IS NULL;

-- name: taken_seats
-- The seats that the households of a chunk have taken already.
-- reads: waves_household_seat
SELECT household_fingerprint, seat
  FROM waves_household_seat
 WHERE household_fingerprint = ANY (%(households)s::uuid[]);

-- name: lock_people
-- Keeps people who come back from being blacklisted or accepted elsewhere until this transaction ends.
-- reads: registry_person
SELECT person_id FROM registry_person
 WHERE person_id = ANY (%(people)s::uuid[]) ORDER BY person_id FOR UPDATE;

-- name: returning_people
-- What is known of people who come back, read after they were locked.
-- reads: registry_person, registry_blacklist_entry, waves_participation
SELECT person.person_id, person.household_fingerprint, person.birth_date,
       EXISTS (SELECT FROM registry_blacklist_entry AS entry
                WHERE entry.person_id = person.person_id AND entry.lifted_at IS NULL) AS blacklisted,
       EXISTS (SELECT FROM waves_participation AS other
                WHERE other.person_id = person.person_id AND other.state NOT IN ('withdrawn', 'void')) AS alive,
       EXISTS (SELECT FROM waves_participation AS same
                WHERE same.person_id = person.person_id AND same.wave = %(wave)s) AS left_this_wave
  FROM registry_person AS person
 WHERE person.person_id = ANY (%(people)s::uuid[]);

-- name: taken_cards
-- Which numbers of a chunk belong to somebody already.
-- reads: waves_card
SELECT number_fingerprint FROM waves_card WHERE number_fingerprint = ANY (%(numbers)s::uuid[]);

-- name: make_room_for_returning
-- A place for what the file says about people who come back.
CREATE TEMPORARY TABLE IF NOT EXISTS waves_returning (LIKE registry_person) ON COMMIT DELETE ROWS;

-- name: renew_returning
-- Brings people who come back up to date; a birth date that is known stays, and so does a name not given again.
-- writes: registry_person
UPDATE registry_person AS person
   SET identity_cipher = news.identity_cipher, household_fingerprint = news.household_fingerprint,
       name = coalesce(nullif(news.name, ''), person.name),
       birth_date = coalesce(person.birth_date, news.birth_date),
       phone = news.phone, email = news.email, province = news.province, time_zone = news.time_zone,
       flags = news.flags
  FROM waves_returning AS news
 WHERE person.person_id = news.person_id;

-- name: forget_returning
-- Empties the place for the next chunk.
TRUNCATE waves_returning;
