-- Purchase events of one slice of a feed, in the order in which purchases.py runs them.
-- `arriving` is a temporary table of the slice; a person's rows take turns (turn 1, 2, ...), so that each row is
-- judged by what the one before it left behind.

-- name: delivered_table
-- Makes room for the rows of one slice as they stand in the file, once per session.
CREATE TEMPORARY TABLE IF NOT EXISTS delivered (
    line bigint NOT NULL,
    reference text NOT NULL,
    fingerprint uuid NOT NULL,
    course text NOT NULL,
    price bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    cancels boolean NOT NULL
) ON COMMIT DELETE ROWS;

-- name: arriving_table
-- Makes room for the same rows once it is known whose they are. The key keeps the steps that find rows again by their
-- line from comparing each with all, when the planner takes ten thousand people of several waves for one.
CREATE TEMPORARY TABLE IF NOT EXISTS arriving (
    line bigint PRIMARY KEY,
    reference text NOT NULL,
    course text NOT NULL,
    price bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    cancels boolean NOT NULL,
    person_id uuid,
    wave integer,
    same_as bigint NOT NULL,
    turn integer,
    verdict text,
    was text
) ON COMMIT DELETE ROWS;

-- name: prefer_keys
-- A slice is always a small part of the nation: each step goes to its rows by their keys and never reads whole tables.
-- (Before PostgreSQL 18 a plan without sequential scans looks so dear that it would be compiled each time.)
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('jit', 'off', true);

-- name: clear_rooms
-- Empties both rooms for the next slice.
TRUNCATE delivered, arriving;

-- name: copy_delivered
-- Takes the rows in.
COPY delivered (line, reference, fingerprint, course, price, occurred_at, cancels) FROM STDIN;

-- name: resolve
-- Finds whose each row is, and lets the rows of one person take turns in the order of the file -- a cancellation after
-- its purchase, also one that was told in an earlier delivery (its line is past %(kept_lines)s). A row that stands in
-- the slice already has no turn of its own; of several people who claim one reference, the first row's has it.
-- The rows are laid down in the order of people, so that each step after this one goes through the tables in order.
-- reads: registry_nikkey, waves_participation, training_early_cancellation
INSERT INTO arriving (line, reference, course, price, occurred_at, cancels, person_id, wave, same_as, turn, verdict)
WITH told AS (
    SELECT * FROM delivered
     UNION ALL
    SELECT %(kept_lines)s + row_number() OVER (ORDER BY min(delivered.line), early.occurred_at), early.reference,
           early.fingerprint, '', 0, early.occurred_at, true
      FROM delivered
      JOIN training_early_cancellation AS early
        ON early.source = %(source)s AND early.reference = delivered.reference
       AND early.fingerprint = delivered.fingerprint
     WHERE NOT delivered.cancels
     GROUP BY early.source, early.reference, early.fingerprint, early.occurred_at
), found AS (
    SELECT told.*, participation.person_id, participation.wave,
           min(line) OVER (PARTITION BY reference, told.fingerprint, course, price, occurred_at, cancels) AS same_as,
           min(line) FILTER (WHERE NOT cancels) OVER (PARTITION BY reference, told.fingerprint) AS bought_on,
           first_value(participation.person_id) OVER (
               PARTITION BY reference ORDER BY cancels, participation.person_id IS NULL, line) AS owner
      FROM (SELECT * FROM told ORDER BY fingerprint) AS told
      LEFT JOIN LATERAL (
             SELECT person_id FROM registry_nikkey AS known
              WHERE known.fingerprint = told.fingerprint AND known.until_at IS NULL LIMIT 1) AS nik ON true
      LEFT JOIN waves_participation AS participation ON participation.person_id = nik.person_id
       AND NOT (participation.state = ANY (ARRAY['withdrawn'::text, 'void'::text]))
), ordered AS (
    SELECT *, person_id IS NULL OR line <> same_as OR (owner <> person_id AND NOT cancels) AS waits,
           CASE WHEN line > %(kept_lines)s THEN bought_on ELSE GREATEST(line, CASE WHEN cancels THEN bought_on END) END
               AS place
      FROM found
)
SELECT line, reference, course, price, occurred_at, cancels, person_id, wave, same_as,
       CASE WHEN NOT waits THEN row_number() OVER (PARTITION BY person_id, waits ORDER BY place, cancels, line) END,
       CASE WHEN person_id IS NULL THEN 'unknown_person'
            WHEN owner <> person_id AND NOT cancels THEN 'reference_taken' END
  FROM ordered
 ORDER BY person_id, line;

-- name: lock_people
-- Takes the rows that will be decided, in one order for all: a revoking slice waits for them, or they for it.
-- reads: waves_participation
SELECT participation.person_id
  FROM waves_participation AS participation
  JOIN (SELECT DISTINCT person_id, wave FROM arriving WHERE person_id IS NOT NULL) AS mine
    ON mine.person_id = participation.person_id AND mine.wave = participation.wave
 ORDER BY participation.deadline_at, participation.person_id
   FOR UPDATE OF participation;

-- name: judge_purchases
-- Says of each purchase whose turn it is what becomes of it; the rules stand in rules/deadlines.py. (LIMIT keeps the
-- planner from reading all references of a platform for the few of a slice, when its statistics are of yesterday.)
-- What was refused as late stays so, unless an extension has it judged anew, or could not resolve it and holds it.
-- reads: waves_participation, waves_hold, training_reference, training_purchase, training_course, ledger_entry
UPDATE arriving SET was = judged.state, verdict = judged.verdict
  FROM (
    SELECT row.line, participation.state,
           CASE
             WHEN owner.person_id <> row.person_id THEN 'reference_taken'
             WHEN known.reference IS NOT NULL AND NOT known.late
                  AND (known.course_code, known.price, known.occurred_at) = (row.course, row.price, row.occurred_at)
               THEN 'repeated'
             WHEN known.reference IS NOT NULL AND NOT known.late THEN 'reference_changed'
             WHEN known.late AND NOT %(anew)s AND NOT EXISTS (
                      SELECT FROM waves_hold AS hold
                       WHERE hold.person_id = row.person_id AND hold.wave = row.wave AND hold.lifted_at IS NULL
                         AND hold.reason IN ('unknown_course', 'over_balance')
                         AND hold.reference = %(source)s || '/' || row.reference) THEN 'late_before'
             WHEN known.late AND (known.course_code, known.price, known.occurred_at)
                                 <> (row.course, row.price, row.occurred_at) THEN 'reference_changed'
             WHEN row.occurred_at < participation.accepted_at THEN 'before_acceptance'
             WHEN participation.first_purchase_at IS NULL AND row.occurred_at >= participation.deadline_at THEN 'late'
             WHEN row.occurred_at >= spending.ends_at THEN 'spending_over'
             -- what was returned, by a revocation or when spending was over, was there when the purchase happened
             WHEN row.price > participation.training_balance
              AND row.price > participation.training_balance + COALESCE((
                      SELECT -sum(entry.training) FROM ledger_entry AS entry
                       WHERE entry.person_id = participation.person_id AND entry.wave = participation.wave
                         AND entry.kind = 'returned'), 0) THEN 'over_balance'
             WHEN course.code IS NULL THEN 'unknown_course'
             WHEN participation.state = 'revoked' THEN 'reinstated'
             ELSE 'recorded'
           END AS verdict
      FROM arriving AS row
      JOIN waves_participation AS participation
        ON participation.person_id = row.person_id AND participation.wave = row.wave
      LEFT JOIN LATERAL (
             SELECT person_id FROM training_reference AS taken
              WHERE taken.source = %(source)s AND taken.reference = row.reference LIMIT 1) AS owner ON true
      LEFT JOIN training_purchase AS known
        ON known.person_id = owner.person_id AND known.source = %(source)s AND known.reference = row.reference
      LEFT JOIN training_course AS course ON course.code = row.course
      LEFT JOIN unnest(%(spending_waves)s::integer[], %(spending_ends)s::timestamptz[]) AS spending (wave, ends_at)
        ON spending.wave = row.wave
     WHERE row.turn = %(turn)s AND NOT row.cancels
  ) AS judged
 WHERE arriving.line = judged.line;

-- name: judge_cancellations
-- Says of each cancellation whose turn it is what becomes of it.
-- reads: waves_participation, training_purchase
UPDATE arriving SET was = judged.state, verdict = judged.verdict
  FROM (
    SELECT row.line, participation.state,
           CASE
             WHEN known.reference IS NULL OR known.late THEN 'unknown_reference'
             WHEN known.cancelled_at = row.occurred_at THEN 'repeated'
             WHEN known.cancelled_at IS NOT NULL THEN 'already_cancelled'
             WHEN row.occurred_at < known.occurred_at THEN 'cancelled_before_purchase'
             WHEN participation.state = 'completed' THEN 'training_completed'
             ELSE 'cancelled'
           END AS verdict
      FROM arriving AS row
      JOIN waves_participation AS participation
        ON participation.person_id = row.person_id AND participation.wave = row.wave
      LEFT JOIN training_purchase AS known
        ON known.person_id = row.person_id AND known.source = %(source)s AND known.reference = row.reference
     WHERE row.turn = %(turn)s AND row.cancels
  ) AS judged
 WHERE arriving.line = judged.line;

-- name: keep_references
-- A platform's reference belongs to one person from now on.
-- writes: training_reference
INSERT INTO training_reference (source, reference, person_id)
SELECT %(source)s, reference, person_id FROM arriving
 WHERE turn = %(turn)s AND verdict IN ('recorded', 'reinstated', 'late')
 ORDER BY reference
    ON CONFLICT (source, reference) DO NOTHING;

-- name: keep_purchases
-- Writes the purchases down; one that was kept as late and now counts after all changes its mark.
-- writes: training_purchase
INSERT INTO training_purchase AS known
       (person_id, source, reference, wave, course_code, price, occurred_at, recorded_at, late)
SELECT person_id, %(source)s, reference, wave, course, price, occurred_at, %(now)s, verdict = 'late'
  FROM arriving
 WHERE turn = %(turn)s AND verdict IN ('recorded', 'reinstated', 'late')
 ORDER BY person_id
    ON CONFLICT (person_id, source, reference) DO UPDATE
   SET course_code = EXCLUDED.course_code, price = EXCLUDED.price, occurred_at = EXCLUDED.occurred_at,
       recorded_at = EXCLUDED.recorded_at, late = EXCLUDED.late
 WHERE known.late;

-- name: keep_cancellations
-- Marks the purchases that were taken back.
-- writes: training_purchase
UPDATE training_purchase AS known SET cancelled_at = row.occurred_at, cancel_recorded_at = %(now)s
  FROM arriving AS row
 WHERE row.turn = %(turn)s AND row.verdict = 'cancelled'
   AND known.person_id = row.person_id AND known.source = %(source)s AND known.reference = row.reference;

-- name: book_reinstated
-- The money that a revocation returned is committed to the person again.
-- reads: ledger_entry
-- writes: ledger_entry
INSERT INTO ledger_entry (person_id, wave, kind, amount, training, reference, occurred_at, recorded_at)
SELECT row.person_id, row.wave, 'returned', -sum(entry.amount), -sum(entry.training), 'reinstated', %(now)s, %(now)s
  FROM arriving AS row
  JOIN ledger_entry AS entry
    ON entry.person_id = row.person_id AND entry.wave = row.wave AND entry.kind = 'returned'
 WHERE row.turn = %(turn)s AND row.verdict = 'reinstated'
 GROUP BY row.person_id, row.wave
HAVING sum(entry.amount) <> 0;

-- name: commit_again
-- A purchase made while the balance could be spent, and told after what was left of it had returned: the money that it
-- needs is committed to the person again.
-- writes: waves_participation, ledger_entry, journal_event
WITH given AS (
    UPDATE waves_participation AS participation
       SET balance = participation.balance + row.price - participation.training_balance, training_balance = row.price
      FROM arriving AS row
     WHERE row.turn = %(turn)s AND row.verdict = 'recorded' AND row.wave = ANY (%(waves_over)s)
       AND participation.person_id = row.person_id AND participation.wave = row.wave
       AND row.price > participation.training_balance
    RETURNING participation.person_id, participation.wave, row.reference, row.price
), books AS (
    INSERT INTO ledger_entry (person_id, wave, kind, amount, training, reference, occurred_at, recorded_at)
    SELECT given.person_id, given.wave, 'returned', given.price - books.training, given.price - books.training,
           %(source)s || '/' || given.reference, %(now)s, %(now)s
      FROM given
     CROSS JOIN LATERAL (
            SELECT sum(entry.training) AS training FROM ledger_entry AS entry
             WHERE entry.person_id = given.person_id AND entry.wave = given.wave) AS books
    RETURNING person_id, wave, amount, reference
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'training_committed_again', %(now)s, %(now)s, %(actor)s,
       jsonb_build_object('amount', amount, 'reference', reference)
  FROM books;

-- name: book_purchases
-- A purchase spends from the training balance, a cancellation puts back what it had spent.
-- reads: training_purchase
-- writes: ledger_entry
INSERT INTO ledger_entry (person_id, wave, kind, amount, training, reference, occurred_at, recorded_at)
SELECT row.person_id, row.wave, 'spent', moved.amount, moved.amount, %(source)s || '/' || row.reference,
       row.occurred_at, %(now)s
  FROM arriving AS row
 CROSS JOIN LATERAL (
        SELECT CASE WHEN row.verdict <> 'cancelled' THEN -row.price ELSE (
                 SELECT price FROM training_purchase AS known
                  WHERE known.person_id = row.person_id AND known.source = %(source)s
                    AND known.reference = row.reference) END) AS moved (amount)
 WHERE row.turn = %(turn)s AND row.verdict IN ('recorded', 'reinstated', 'cancelled')
 ORDER BY row.person_id;

-- name: move_first_buyers
-- Sets the facts that decide for whoever bought for the first time: nothing that came before has to be looked at.
-- writes: waves_participation
UPDATE waves_participation AS participation
   SET first_purchase_at = row.occurred_at,
       state = 'bought',
       balance = participation.balance - row.price,
       training_balance = participation.training_balance - row.price
  FROM arriving AS row
 WHERE row.turn = %(turn)s AND row.verdict = 'recorded' AND row.was = 'accepted'
   AND participation.person_id = row.person_id AND participation.wave = row.wave;

-- name: move_participations
-- Sets them for everyone else: first purchase by event time, state, and what is left (the books just written say it).
-- reads: training_purchase, ledger_entry
-- writes: waves_participation
WITH moved AS (
    SELECT participation.person_id, participation.wave, first.purchase_at, books.amount, books.training,
           participation.state = 'bought' AND first.purchase_at IS NULL AS falls_back
      FROM arriving AS row
      JOIN waves_participation AS participation
        ON participation.person_id = row.person_id AND participation.wave = row.wave
     CROSS JOIN LATERAL (
            SELECT min(known.occurred_at) AS purchase_at FROM training_purchase AS known
             WHERE known.person_id = row.person_id AND known.wave = row.wave AND NOT known.late
               AND (participation.deadline_at IS NULL OR known.occurred_at < participation.deadline_at)
               AND (known.cancelled_at IS NULL OR known.cancelled_at >= participation.deadline_at)) AS first
     CROSS JOIN LATERAL (
            SELECT sum(entry.amount) AS amount, sum(entry.training) AS training FROM ledger_entry AS entry
             WHERE entry.person_id = row.person_id AND entry.wave = row.wave) AS books
     WHERE row.turn = %(turn)s AND (row.verdict IN ('reinstated', 'cancelled')
                                    OR (row.verdict = 'recorded' AND row.was <> 'accepted'))
)
UPDATE waves_participation AS participation
   SET first_purchase_at = moved.purchase_at,
       state = CASE WHEN participation.state = 'completed' THEN 'completed'
                    WHEN moved.purchase_at IS NULL THEN 'accepted' ELSE 'bought' END,
       balance = moved.amount,
       training_balance = moved.training,
       ended_at = NULL,
       run_id = NULL,
       -- taken back in time, told when the deadline was over: a human decides, so nobody is revoked meanwhile
       held_until = CASE WHEN moved.falls_back AND participation.deadline_at <= %(now)s THEN %(open_end)s::timestamptz
                         ELSE participation.held_until END
  FROM moved
 WHERE participation.person_id = moved.person_id AND participation.wave = moved.wave;

-- name: keep_early_cancellations
-- A cancellation that comes before its purchase waits for it.
-- reads: registry_nikkey
-- writes: training_early_cancellation
INSERT INTO training_early_cancellation (source, reference, fingerprint, occurred_at, recorded_at)
SELECT %(source)s, row.reference, nik.fingerprint, row.occurred_at, %(now)s
  FROM arriving AS row
  JOIN registry_nikkey AS nik ON nik.person_id = row.person_id AND nik.until_at IS NULL
 WHERE row.turn = %(turn)s AND row.cancels AND row.verdict = 'unknown_reference'
    ON CONFLICT DO NOTHING;

-- name: hold_late_cancellations
-- Writes down why: the only purchase was taken back before the deadline, and that was told after it.
-- reads: waves_participation
-- writes: waves_hold, journal_event
WITH held AS (
    INSERT INTO waves_hold (person_id, wave, reason, reference, effective_at)
    SELECT row.person_id, row.wave, 'cancel_told_late', %(source)s || '/' || row.reference, participation.deadline_at
      FROM arriving AS row
      JOIN waves_participation AS participation
        ON participation.person_id = row.person_id AND participation.wave = row.wave
     WHERE row.turn = %(turn)s AND row.verdict = 'cancelled' AND row.was = 'bought'
       AND participation.state = 'accepted' AND participation.deadline_at <= %(now)s
        ON CONFLICT DO NOTHING
    RETURNING person_id, wave, reason, reference
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'held', %(now)s, %(now)s, %(actor)s,
       jsonb_build_object('reason', reason, 'reference', reference)
  FROM held;

-- name: hold_unresolved
-- Somebody bought something in time that the catalogue does not know, or that only earlier purchases left no money for:
-- nobody is revoked for that until it is resolved. Who has bought otherwise is held as well, since that purchase may
-- yet be taken back.
-- reads: waves_participation, ledger_entry
-- writes: waves_hold, waves_participation, journal_event
WITH held AS (
    INSERT INTO waves_hold (person_id, wave, reason, reference, effective_at)
    SELECT row.person_id, row.wave, row.verdict, %(source)s || '/' || row.reference, row.occurred_at
      FROM arriving AS row
      JOIN waves_participation AS participation
        ON participation.person_id = row.person_id AND participation.wave = row.wave
     WHERE row.turn = %(turn)s AND participation.state IN ('accepted', 'bought')
       AND (participation.deadline_at IS NULL OR row.occurred_at < participation.deadline_at)
       AND (row.verdict = 'unknown_course' OR (row.verdict = 'over_balance' AND row.price <= (
               SELECT sum(entry.training) FROM ledger_entry AS entry
                WHERE entry.person_id = row.person_id AND entry.wave = row.wave AND entry.kind = 'committed')))
        ON CONFLICT DO NOTHING
    RETURNING person_id, wave, reason, reference
), marked AS (
    UPDATE waves_participation AS participation SET held_until = %(open_end)s
      FROM held
     WHERE participation.person_id = held.person_id AND participation.wave = held.wave
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'held', %(now)s, %(now)s, %(actor)s,
       jsonb_build_object('reason', reason, 'reference', reference)
  FROM held;

-- name: lift_resolved_holds
-- The hold that waited for this very purchase ends, also when the purchase was taken back in time; and so does that of
-- a purchase taken back, once another one counts.
-- writes: waves_hold, waves_participation, journal_event
WITH lifted AS (
    UPDATE waves_hold AS hold SET lifted_at = %(now)s
      FROM arriving AS row
      JOIN waves_participation AS participation
        ON participation.person_id = row.person_id AND participation.wave = row.wave
     WHERE row.turn = %(turn)s AND hold.person_id = row.person_id AND hold.wave = row.wave AND hold.lifted_at IS NULL
       AND ((hold.reason IN ('unknown_course', 'over_balance') AND hold.reference = %(source)s || '/' || row.reference
             AND CASE WHEN row.cancels
                      THEN row.verdict = 'unknown_reference' AND row.occurred_at < participation.deadline_at
                      ELSE row.verdict NOT IN (hold.reason, 'reference_changed') END)
            OR (hold.reason = 'cancel_told_late' AND participation.state = 'bought'
                AND row.verdict IN ('recorded', 'reinstated')))
    RETURNING hold.person_id, hold.wave, hold.hold_id, hold.reason, hold.reference
), marked AS (
    UPDATE waves_participation AS participation SET held_until = remaining.until_at
      FROM lifted
     CROSS JOIN LATERAL (
            SELECT max(COALESCE(hold.until_at, %(open_end)s::timestamptz)) AS until_at FROM waves_hold AS hold
             WHERE hold.person_id = lifted.person_id AND hold.wave = lifted.wave AND hold.lifted_at IS NULL
               AND hold.hold_id NOT IN (SELECT hold_id FROM lifted)) AS remaining
     WHERE participation.person_id = lifted.person_id AND participation.wave = lifted.wave
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'hold_lifted', %(now)s, %(now)s, %(actor)s,
       jsonb_build_object('reason', reason, 'reference', reference)
  FROM lifted;

-- name: lift_blacklist
-- Whoever is reinstated is off the blacklist; the entry stays, with the reason it was lifted for.
-- writes: registry_blacklist_entry
UPDATE registry_blacklist_entry AS entry
   SET lifted_at = %(now)s, lifted_reason = 'bought in time, reported late'
  FROM arriving AS row
 WHERE row.turn = %(turn)s AND row.verdict = 'reinstated'
   AND entry.person_id = row.person_id AND entry.source = 'deadline' AND entry.lifted_at IS NULL;

-- name: write_history
-- One event per change: reinstated (if it was revoked), then bought (the first purchase), purchased, late.
-- writes: journal_event
INSERT INTO journal_event
       (person_id, wave, kind, from_state, to_state, occurred_at, recorded_at, actor, details)
SELECT row.person_id, row.wave, step.kind, step.from_state, step.to_state,
       CASE step.kind WHEN 'reinstated' THEN %(now)s ELSE row.occurred_at END, %(now)s, %(actor)s,
       jsonb_strip_nulls(jsonb_build_object(
           'source', %(source)s::text, 'reference', row.reference, 'course', row.course, 'price', row.price,
           'behind_watermark', CASE WHEN row.occurred_at < %(watermark)s::timestamptz THEN true END))
  FROM arriving AS row
  JOIN (VALUES
           (1, 'reinstated', 'revoked', 'reinstated', 'revoked', 'accepted'),
           (2, 'reinstated', 'revoked', 'bought', 'accepted', 'bought'),
           (2, 'recorded', 'accepted', 'bought', 'accepted', 'bought'),
           (2, 'recorded', 'bought', 'purchased', NULL, NULL),
           (2, 'recorded', 'completed', 'purchased', NULL, NULL),
           (2, 'late', NULL, 'purchase_late', NULL, NULL)
       ) AS step (place, verdict, was, kind, from_state, to_state)
    ON step.verdict = row.verdict AND (step.was = row.was OR step.was IS NULL)
 WHERE row.turn = %(turn)s
 ORDER BY row.person_id, step.place;

-- name: write_cancellations
-- One event per purchase taken back; it names the states where the person fell back to accepted by it.
-- reads: waves_participation
-- writes: journal_event
INSERT INTO journal_event
       (person_id, wave, kind, from_state, to_state, occurred_at, recorded_at, actor, details)
SELECT row.person_id, row.wave, 'purchase_cancelled', CASE WHEN fell.back THEN 'bought' END,
       CASE WHEN fell.back THEN 'accepted' END, row.occurred_at, %(now)s, %(actor)s,
       jsonb_strip_nulls(jsonb_build_object(
           'source', %(source)s::text, 'reference', row.reference, 'course', row.course, 'price', row.price,
           'behind_watermark', CASE WHEN row.occurred_at < %(watermark)s::timestamptz THEN true END))
  FROM arriving AS row
  JOIN waves_participation AS participation
    ON participation.person_id = row.person_id AND participation.wave = row.wave
 CROSS JOIN LATERAL (SELECT row.was = 'bought' AND participation.state = 'accepted') AS fell (back)
 WHERE row.turn = %(turn)s AND row.verdict = 'cancelled'
 ORDER BY row.person_id;

-- name: cancel_messages
-- Who has bought is not nagged where the step says so; a notice of a revocation that was undone is not sent.
-- writes: messaging_message
UPDATE messaging_message AS message SET state = 'cancelled'
  FROM arriving AS row
 WHERE row.turn = %(turn)s AND row.verdict IN ('recorded', 'reinstated')
   AND message.person_id = row.person_id AND message.wave = row.wave AND message.state = 'planned'
   AND (message.skip_if_bought OR (message.step = 'revoked' AND row.verdict = 'reinstated'));

-- name: tell_reinstated
-- Whoever was told of the revocation, or would have been, is told that it is undone.
-- reads: waves_participation
-- writes: messaging_message
INSERT INTO messaging_message (person_id, wave, step, channel, deadline_version, state, deadline_at, not_before,
                               expires_at, skip_if_bought, planned_at, outcome)
SELECT row.person_id, row.wave, 'reinstated', participation.channel, participation.deadline_version, 'planned',
       participation.deadline_at, zone.not_before, zone.expires_at, false, %(now)s, ''
  FROM arriving AS row
  JOIN waves_participation AS participation
    ON participation.person_id = row.person_id AND participation.wave = row.wave
  JOIN unnest(%(zones)s::text[], %(not_before)s::timestamptz[], %(expires_at)s::timestamptz[])
       AS zone (time_zone, not_before, expires_at) ON zone.time_zone = participation.time_zone
 WHERE row.turn = %(turn)s AND row.verdict = 'reinstated' AND participation.channel = ANY (%(channels)s)
    ON CONFLICT DO NOTHING;

-- name: judge_repeats
-- A row that stood in the slice before: what was taken is repeated, what was refused is refused again.
UPDATE arriving SET verdict = CASE WHEN first.verdict = ANY (%(taken)s) THEN 'repeated' ELSE first.verdict END
  FROM arriving AS first
 WHERE first.line = arriving.same_as AND arriving.line <> arriving.same_as AND arriving.verdict IS NULL;

-- name: verdicts
-- How many rows had which verdict.
SELECT verdict, count(*) FROM arriving WHERE line <= %(kept_lines)s GROUP BY verdict;

-- name: refused
-- Which rows were refused, and why.
SELECT line, verdict FROM arriving WHERE line <= %(kept_lines)s AND NOT verdict = ANY (%(taken)s) ORDER BY line;

-- name: count_turns
-- How many rows the person with the most rows has.
SELECT max(turn) FROM arriving;
