-- Finished rows for a whole nation, from the list of its people. Triggers are off meanwhile: the filler is not measured.

-- name: drop_list
-- Forgets an earlier list.
DROP TABLE IF EXISTS bench_person;

-- name: make_list
-- The list of people: who, which number, which wave, and whether the first training is bought.
CREATE UNLOGGED TABLE bench_person (
    person_id uuid NOT NULL, serial integer NOT NULL, wave integer NOT NULL, bought boolean NOT NULL
);

-- name: copy_list
-- Takes the list in.
COPY bench_person (person_id, serial, wave, bought) FROM STDIN (FORMAT BINARY);

-- name: open_waves
-- Waves that were announced and are full.
INSERT INTO waves_wave (number, quota, accepted, opened_at, announced_at, deadline_at, deadline_version)
SELECT wave, count(*), count(*), %(announced)s, %(announced)s, %(deadline)s, 1 FROM bench_person GROUP BY wave;

-- name: register_feed
-- One platform without a watermark.
INSERT INTO partners_feed (source, registered_at) VALUES ('toko', %(announced)s);

-- name: catalogue
-- One course.
INSERT INTO training_course (code, title, institution, price, changed_at)
VALUES ('EXCEL', 'Excel', 'Sekolah', %(price)s, %(announced)s);

-- name: fill_registry_person
-- People with ciphertext of the usual length.
INSERT INTO registry_person (person_id, identity_cipher, household_fingerprint, name, birth_date, phone, email, province,
                             time_zone, flags, created_at)
SELECT person_id, decode(repeat(md5(serial::text), 4), 'hex'), md5('kk' || serial)::uuid,
       'Peserta Contoh ' || serial, '1980-01-01', '+62812' || lpad(serial::text, 8, '0'), NULL, '31',
       CASE WHEN mod(serial, 100) < 80 THEN 'Asia/Jakarta' WHEN mod(serial, 100) < 97 THEN 'Asia/Makassar'
            ELSE 'Asia/Jayapura' END, '{}', %(announced)s
  FROM bench_person ORDER BY wave, person_id;

-- name: fill_registry_nikkey
-- Their numbers.
INSERT INTO registry_nikkey (person_id, fingerprint, from_at)
SELECT person_id, person_id, %(announced)s FROM bench_person ORDER BY wave, person_id;

-- name: fill_waves_participation
-- Their participations; who has bought has spent the price.
INSERT INTO waves_participation (person_id, wave, state, accepted_at, deadline_at, deadline_version, first_purchase_at,
                                 balance, training_balance, channel, time_zone, card_cipher)
SELECT person_id, wave, CASE WHEN bought THEN 'bought' ELSE 'accepted' END, %(announced)s, %(deadline)s, 1,
       CASE WHEN bought THEN %(bought)s::timestamptz END,
       %(total)s::bigint - CASE WHEN bought THEN %(price)s ELSE 0 END,
       %(training)s::bigint - CASE WHEN bought THEN %(price)s ELSE 0 END, 'sms',
       CASE WHEN mod(serial, 100) < 80 THEN 'Asia/Jakarta' WHEN mod(serial, 100) < 97 THEN 'Asia/Makassar'
            ELSE 'Asia/Jayapura' END, decode(repeat(md5(serial::text), 3), 'hex')
  FROM bench_person ORDER BY wave, person_id;

-- name: fill_waves_card
-- Their card numbers.
INSERT INTO waves_card (number_fingerprint, person_id, wave)
SELECT md5('card' || serial)::uuid, person_id, wave FROM bench_person ORDER BY wave, 1;

-- name: fill_waves_household_seat
-- Their seats, each in a household of their own.
INSERT INTO waves_household_seat (household_fingerprint, seat, person_id, wave)
SELECT md5('kk' || serial)::uuid, 1, person_id, wave FROM bench_person ORDER BY wave, 1;

-- name: fill_ledger_entry
-- What was committed to them, then what they spent.
INSERT INTO ledger_entry (person_id, wave, kind, amount, training, reference, occurred_at, recorded_at)
SELECT person_id, wave, 'committed', %(total)s, %(training)s, '', %(announced)s, %(announced)s
  FROM (SELECT person_id, wave FROM bench_person ORDER BY wave, person_id) AS everyone
 UNION ALL
SELECT person_id, wave, 'spent', -%(price)s::bigint, -%(price)s::bigint, 'toko/P' || serial, %(bought)s, %(bought)s
  FROM (SELECT * FROM bench_person WHERE bought ORDER BY wave, person_id) AS buyers;

-- name: fill_journal_event
-- That they were accepted, then that they bought.
INSERT INTO journal_event (person_id, wave, kind, from_state, to_state, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'accepted', NULL, 'accepted', %(announced)s::timestamptz, %(announced)s::timestamptz, 'bench',
       jsonb_build_object('deadline_at', %(deadline)s::timestamptz, 'deadline_version', 1)
  FROM (SELECT person_id, wave FROM bench_person ORDER BY wave, person_id) AS everyone
 UNION ALL
SELECT person_id, wave, 'bought', 'accepted', 'bought', %(bought)s, %(bought)s, 'feed:toko',
       jsonb_build_object('source', 'toko', 'reference', 'P' || serial, 'course', 'EXCEL', 'price', %(price)s)
  FROM (SELECT * FROM bench_person WHERE bought ORDER BY wave, person_id) AS buyers;

-- name: fill_training_reference
-- The references of their purchases.
INSERT INTO training_reference (source, reference, person_id)
SELECT 'toko', 'P' || serial, person_id FROM bench_person WHERE bought ORDER BY wave, 2;

-- name: fill_training_purchase
-- Their purchases.
INSERT INTO training_purchase (person_id, source, reference, wave, course_code, price, occurred_at, recorded_at, late)
SELECT person_id, 'toko', 'P' || serial, wave, 'EXCEL', %(price)s, %(bought)s, %(bought)s, false
  FROM bench_person WHERE bought ORDER BY wave, person_id;
