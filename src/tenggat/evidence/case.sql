-- name: participations
-- Where one person stands, newest wave last.
-- reads: waves_participation
SELECT wave, state, deadline_at, balance FROM waves_participation WHERE person_id = %(person)s ORDER BY accepted_at, wave;

-- name: events
-- What happened to one person, oldest first.
-- reads: journal_event
SELECT occurred_at, kind, wave, recorded_at, actor, from_state, to_state, details
  FROM journal_event
 WHERE person_id = %(person)s
 ORDER BY occurred_at, event_id;

-- name: messages
-- What was planned for one person, and what became of it.
-- reads: messaging_message
SELECT step, channel, wave, state, not_before, expires_at, sent_at, fate
  FROM messaging_message
 WHERE person_id = %(person)s
 ORDER BY not_before, step;

-- name: person
-- What the registry knows, to be shown masked.
-- reads: registry_person
SELECT name, phone, email, flags FROM registry_person WHERE person_id = %(person)s;

-- name: blacklisted
-- Whether the person may come back.
-- reads: registry_blacklist_entry
SELECT EXISTS (SELECT FROM registry_blacklist_entry WHERE person_id = %(person)s AND lifted_at IS NULL);
