-- name: identities_to_rotate
-- The next identities that are not under the current key, in the order of the person; a person has one.
-- reads: registry_person
SELECT person_id, 0 AS wave, identity_cipher FROM registry_person
 WHERE (person_id, 0) > (%(person_id)s, %(wave)s) AND get_byte(identity_cipher, 0) <> %(version)s
 ORDER BY person_id LIMIT %(size)s FOR UPDATE;

-- name: store_identities
-- Puts identities under the current key.
-- reads: registry_person
-- writes: registry_person
UPDATE registry_person AS person SET identity_cipher = fresh.cipher
  FROM unnest(%(people)s::uuid[], %(waves)s::integer[], %(ciphers)s::bytea[]) AS fresh (person_id, wave, cipher)
 WHERE person.person_id = fresh.person_id;

-- name: people_by_phone
-- Everybody whose mobile number this is: a family may share one.
-- reads: registry_person
SELECT person_id, name FROM registry_person WHERE phone = %(address)s ORDER BY person_id LIMIT 50;

-- name: people_by_email
-- Everybody whose e-mail address this is, in whatever case it is written.
-- reads: registry_person
SELECT person_id, name FROM registry_person WHERE lower(email) = lower(%(address)s) ORDER BY person_id LIMIT 50;
