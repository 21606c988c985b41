-- What `tenggat export` writes; instants in ISO 8601 with offset, no name, number or address.

-- name: participations
-- One row per participation.
-- reads: waves_participation
SELECT person_id, wave, state, accepted_at, deadline_at, first_purchase_at, ended_at, balance
  FROM waves_participation
 ORDER BY wave, person_id;

-- name: purchases
-- One row per purchase, late and cancelled ones too.
-- reads: training_purchase
SELECT person_id, wave, source, reference, course_code AS course, price, occurred_at, recorded_at, late, cancelled_at
  FROM training_purchase
 ORDER BY wave, person_id, source, reference;

-- name: messages
-- One row per planned message.
-- reads: messaging_message
SELECT person_id, step, channel, state, not_before, expires_at, sent_at, wave, variant
  FROM messaging_message
 ORDER BY wave, person_id, step, channel;

-- name: journal
-- One row per event of a person.
-- reads: journal_event
SELECT person_id, occurred_at, kind, wave, event_id, from_state, to_state, recorded_at, actor, details
  FROM journal_event
 ORDER BY event_id;

-- name: flagged
-- Who came in with something unusable or odd, and whom no message reaches (channel none).
-- reads: waves_participation, registry_person
SELECT participation.person_id, participation.wave, participation.channel, array_to_string(person.flags, ' ') AS flags
  FROM waves_participation AS participation
  JOIN registry_person AS person ON person.person_id = participation.person_id
 WHERE participation.state NOT IN ('withdrawn', 'void') AND cardinality(person.flags) > 0
 ORDER BY participation.wave, participation.person_id;

-- name: blacklist
-- Who may not come back, and why; by person, since a list of numbers would itself be a danger.
-- reads: registry_blacklist_entry
SELECT person_id, since_at, source, reason FROM registry_blacklist_entry WHERE lifted_at IS NULL ORDER BY since_at, person_id;
