-- The statements of one live purchase.

-- name: some_due
-- People whom the night is about, from all over it.
-- reads: waves_participation
SELECT person_id, wave FROM waves_participation
 WHERE state = 'accepted' AND first_purchase_at IS NULL
 ORDER BY md5(person_id::text) LIMIT %(size)s;

-- name: some_others
-- People who have bought before.
-- reads: waves_participation
SELECT person_id, wave FROM waves_participation WHERE state = 'bought' LIMIT %(size)s;

-- name: lock
-- Takes the row that a slice takes too.
-- reads: waves_participation
SELECT state, training_balance FROM waves_participation
 WHERE person_id = %(person)s AND wave = %(wave)s FOR UPDATE;

-- name: move
-- Sets what decides.
-- writes: waves_participation
UPDATE waves_participation
   SET state = 'bought', first_purchase_at = LEAST(first_purchase_at, %(at)s), balance = balance - %(price)s,
       training_balance = training_balance - %(price)s
 WHERE person_id = %(person)s AND wave = %(wave)s;

-- name: refer
-- Takes the reference.
-- writes: training_reference
INSERT INTO training_reference (source, reference, person_id) VALUES ('toko', %(reference)s, %(person)s);

-- name: keep
-- Keeps the purchase.
-- writes: training_purchase
INSERT INTO training_purchase (person_id, source, reference, wave, course_code, price, occurred_at, recorded_at, late)
VALUES (%(person)s, 'toko', %(reference)s, %(wave)s, 'EXCEL', %(price)s, %(at)s, %(now)s, false);

-- name: book
-- Spends the price.
-- writes: ledger_entry
INSERT INTO ledger_entry (person_id, wave, kind, amount, training, reference, occurred_at, recorded_at)
VALUES (%(person)s, %(wave)s, 'spent', -%(price)s, -%(price)s, 'toko/' || %(reference)s, %(at)s, %(now)s);

-- name: tell
-- Tells the journal.
-- writes: journal_event
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
VALUES (%(person)s, %(wave)s, 'purchased', %(at)s, %(now)s, 'bench', '{}');
