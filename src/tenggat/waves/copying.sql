-- The order of columns is that of finishing.py; rows come in binary form.

-- name: copy_registry_person
-- Takes in new people.
-- writes: registry_person
COPY registry_person (
    person_id, identity_cipher, household_fingerprint, name, birth_date, phone, email,
    province, time_zone, flags, created_at
) FROM STDIN (FORMAT BINARY);

-- name: copy_registry_nikkey
-- Lets the NIKs of new people lead to them.
-- writes: registry_nikkey
COPY registry_nikkey (
    person_id, fingerprint, from_at
) FROM STDIN (FORMAT BINARY);

-- name: copy_waves_participation
-- Takes in participations.
-- writes: waves_participation
COPY waves_participation (
    person_id, wave, state, accepted_at, deadline_at, deadline_version, balance,
    training_balance, channel, time_zone, card_cipher
) FROM STDIN (FORMAT BINARY);

-- name: copy_waves_card
-- Reserves the numbers of cards.
-- writes: waves_card
COPY waves_card (
    number_fingerprint, person_id, wave
) FROM STDIN (FORMAT BINARY);

-- name: copy_waves_household_seat
-- Gives accepted people a seat of their family card.
-- writes: waves_household_seat
COPY waves_household_seat (
    household_fingerprint, seat, person_id, wave
) FROM STDIN (FORMAT BINARY);

-- name: copy_ledger_entry
-- Commits the money.
-- writes: ledger_entry
COPY ledger_entry (
    person_id, wave, kind, amount, training, reference, occurred_at, recorded_at
) FROM STDIN (FORMAT BINARY);

-- name: copy_journal_event
-- Tells the journal who was accepted.
-- writes: journal_event
COPY journal_event (
    person_id, wave, kind, to_state, occurred_at, recorded_at, actor, details
) FROM STDIN (FORMAT BINARY);

-- name: copy_waves_returning
-- Takes in what the file says about people who come back.
COPY waves_returning (
    person_id, identity_cipher, household_fingerprint, name, birth_date, phone, email,
    province, time_zone, flags, created_at
) FROM STDIN (FORMAT BINARY);
