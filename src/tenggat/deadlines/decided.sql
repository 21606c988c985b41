-- Holds and extensions as officers decide them: whom a decision is about, whom it changes, and the changes.
-- `in_scope` and `affected` are temporary tables of one transaction. The rows are locked in the first statement, in the
-- order in which a slice takes them, so that those after it see what a slice or a purchase has left behind (D4).

-- name: in_scope_table
-- Makes room for the people whom a decision is about.
CREATE TEMPORARY TABLE IF NOT EXISTS in_scope (
    person_id uuid NOT NULL,
    wave integer NOT NULL
) ON COMMIT DELETE ROWS;

-- name: affected_table
-- Makes room for those whom it changes: the state, deadline and version before, and the version after.
CREATE TEMPORARY TABLE IF NOT EXISTS affected (
    person_id uuid NOT NULL,
    wave integer NOT NULL,
    was text NOT NULL,
    deadline_at timestamptz NOT NULL,
    version_before smallint NOT NULL,
    version smallint NOT NULL,
    PRIMARY KEY (person_id, wave)
) ON COMMIT DELETE ROWS;

-- name: forget_in_scope
-- Empties the room for the next decision of the same transaction.
DELETE FROM in_scope;

-- name: forget_affected
-- Empties the other one.
DELETE FROM affected;

-- name: look_at_in_scope
-- Tells the planner how many people there are.
ANALYZE in_scope;

-- name: look_at_affected
-- Tells it how many of them change.
ANALYZE affected;

-- name: lock_waves
-- A decision about more than one person takes the waves first: a slice waits for it, or it for the slice, and nobody
-- is imported meanwhile. An extension takes that of its one person as well: reminders are not planned meanwhile.
-- reads: waves_wave, waves_participation
SELECT number FROM waves_wave
 WHERE (%(wave)s IS NULL OR number = %(wave)s)
   AND (%(person)s IS NULL OR number IN (SELECT wave FROM waves_participation WHERE person_id = %(person)s))
 ORDER BY number FOR UPDATE;

-- name: find_in_scope
-- Takes everybody whom the decision is about and who does not have it yet. A platform's people are those of whom it has
-- told anything: a purchase, also one that was late or taken back, one that cannot be resolved yet, a cancellation
-- before its purchase.
-- reads: waves_participation, waves_hold, training_reference, training_early_cancellation, registry_nikkey
INSERT INTO in_scope (person_id, wave)
SELECT participation.person_id, participation.wave
  FROM waves_participation AS participation
 WHERE participation.state IN ('accepted', 'bought', 'completed', 'revoked') AND participation.deadline_at IS NOT NULL
   AND (%(person)s IS NULL OR participation.person_id = %(person)s)
   AND (%(wave)s IS NULL OR participation.wave = %(wave)s)
   AND (%(source)s IS NULL OR participation.person_id IN (
            SELECT person_id FROM training_reference WHERE source = %(source)s
             UNION ALL
            SELECT person_id FROM waves_hold
             WHERE lifted_at IS NULL AND reason <> 'decision' AND starts_with(reference, %(source)s || '/')
             UNION ALL
            SELECT nik.person_id FROM training_early_cancellation AS early
              JOIN registry_nikkey AS nik ON nik.fingerprint = early.fingerprint AND nik.until_at IS NULL
             WHERE early.source = %(source)s))
   AND NOT EXISTS (
            SELECT FROM waves_hold AS hold
             WHERE hold.person_id = participation.person_id AND hold.wave = participation.wave
               AND hold.reason = 'decision' AND hold.reference = %(reference)s)
 ORDER BY participation.deadline_at, participation.person_id
   FOR UPDATE OF participation;

-- name: find_held
-- A hold changes those whose deadline lies before its end and who could still be protected when it began: their deadline,
-- or an earlier hold over it, was not over then. Somebody revoked meanwhile is among them.
-- reads: waves_participation, waves_hold
INSERT INTO affected (person_id, wave, was, deadline_at, version_before, version)
SELECT participation.person_id, participation.wave, participation.state, participation.deadline_at,
       participation.deadline_version,
       participation.deadline_version + CASE participation.state WHEN 'revoked' THEN 1 ELSE 0 END
  FROM in_scope
  JOIN waves_participation AS participation
    ON participation.person_id = in_scope.person_id AND participation.wave = in_scope.wave
  LEFT JOIN LATERAL (
         SELECT max(LEAST(COALESCE(hold.until_at, %(open_end)s), COALESCE(hold.lifted_at, %(open_end)s))) AS ends_at
           FROM waves_hold AS hold
          WHERE hold.person_id = participation.person_id AND hold.wave = participation.wave) AS earlier ON true
 WHERE participation.state IN ('accepted', 'bought', 'revoked') AND participation.deadline_at < %(until)s
   AND %(effective)s <= GREATEST(participation.deadline_at, earlier.ends_at);

-- name: hold_affected
-- Writes the hold down beside each participation, with the latest end of all its holds.
-- writes: waves_hold, waves_participation, journal_event
WITH held AS (
    INSERT INTO waves_hold (person_id, wave, reason, reference, effective_at, until_at)
    SELECT person_id, wave, 'decision', %(reference)s, %(effective)s, %(until)s FROM affected ORDER BY person_id
        ON CONFLICT DO NOTHING
    RETURNING person_id, wave
), marked AS (
    UPDATE waves_participation AS participation
       SET held_until = GREATEST(participation.held_until, %(until)s), deadline_version = affected.version
      FROM held
      JOIN affected ON affected.person_id = held.person_id AND affected.wave = held.wave
     WHERE participation.person_id = held.person_id AND participation.wave = held.wave
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'held', %(effective)s, %(now)s, %(actor)s, %(details)s
  FROM held;

-- name: find_held_by
-- Takes the people whom a decision holds, in the order of the slices.
-- reads: waves_hold, waves_participation
INSERT INTO in_scope (person_id, wave)
SELECT participation.person_id, participation.wave
  FROM waves_hold AS hold
  JOIN waves_participation AS participation
    ON participation.person_id = hold.person_id AND participation.wave = hold.wave
 WHERE hold.reason = 'decision' AND hold.reference = %(reference)s AND hold.lifted_at IS NULL
   AND (%(person)s IS NULL OR hold.person_id = %(person)s)
 ORDER BY participation.deadline_at, participation.person_id
   FOR UPDATE OF participation;

-- name: lift_hold
-- Ends a decision's holds; what else holds somebody goes on.
-- reads: waves_hold
-- writes: waves_hold, waves_participation, journal_event
WITH lifted AS (
    UPDATE waves_hold AS hold SET lifted_at = %(now)s
     WHERE hold.reason = 'decision' AND hold.reference = %(reference)s AND hold.lifted_at IS NULL
       AND (%(person)s IS NULL OR hold.person_id = %(person)s)
    RETURNING hold.person_id, hold.wave, hold.hold_id
), marked AS (
    UPDATE waves_participation AS participation SET held_until = remaining.until_at
      FROM lifted
     CROSS JOIN LATERAL (
            SELECT max(COALESCE(hold.until_at, %(open_end)s)) AS until_at FROM waves_hold AS hold
             WHERE hold.person_id = lifted.person_id AND hold.wave = lifted.wave AND hold.lifted_at IS NULL
               AND hold.hold_id <> lifted.hold_id) AS remaining
     WHERE participation.person_id = lifted.person_id AND participation.wave = lifted.wave
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'hold_lifted', %(now)s, %(now)s, %(actor)s, %(details)s
  FROM lifted;

-- name: find_extended
-- An extension changes those whose deadline was not over when it began and lies before the new one. It never takes away
-- what somebody has reached: whose only purchase was taken back after the old deadline keeps that deadline. Where whole
-- waves are extended, all of a wave get one version, which those who join later get as well.
-- reads: waves_participation, waves_wave, training_purchase
INSERT INTO affected (person_id, wave, was, deadline_at, version_before, version)
SELECT participation.person_id, participation.wave, participation.state, participation.deadline_at,
       participation.deadline_version,
       1 + CASE WHEN %(whole_waves)s
                THEN GREATEST(wave.deadline_version, max(participation.deadline_version) OVER (PARTITION BY wave.number))
                ELSE participation.deadline_version END
  FROM in_scope
  JOIN waves_participation AS participation
    ON participation.person_id = in_scope.person_id AND participation.wave = in_scope.wave
  JOIN waves_wave AS wave ON wave.number = participation.wave
 WHERE participation.deadline_at < %(until)s AND %(effective)s < participation.deadline_at
   AND (participation.first_purchase_at IS NULL OR EXISTS (
            SELECT FROM training_purchase AS purchase
             WHERE purchase.person_id = participation.person_id AND purchase.wave = participation.wave
               AND NOT purchase.late AND purchase.occurred_at < %(until)s
               AND (purchase.cancelled_at IS NULL OR purchase.cancelled_at >= %(until)s)));

-- name: extend_affected
-- Moves the deadlines to the new one; what was planned with the old one and is not sent goes with it. The first purchase
-- is the first by the new deadline: one taken back between the two counted by the old one only.
-- reads: training_purchase
-- writes: waves_participation, journal_event, messaging_message
WITH extended AS (
    UPDATE waves_participation AS participation
       SET deadline_at = %(until)s, deadline_version = affected.version,
           first_purchase_at = CASE WHEN participation.first_purchase_at IS NOT NULL THEN (
               SELECT min(purchase.occurred_at) FROM training_purchase AS purchase
                WHERE purchase.person_id = participation.person_id AND purchase.wave = participation.wave
                  AND NOT purchase.late AND purchase.occurred_at < %(until)s
                  AND (purchase.cancelled_at IS NULL OR purchase.cancelled_at >= %(until)s)) END
      FROM affected
     WHERE participation.person_id = affected.person_id AND participation.wave = affected.wave
    RETURNING participation.person_id, participation.wave, affected.deadline_at, affected.version
), outdated AS (
    UPDATE messaging_message AS message SET state = 'cancelled'
      FROM extended
     WHERE message.person_id = extended.person_id AND message.wave = extended.wave AND message.state = 'planned'
       AND message.deadline_version < extended.version AND message.step <> 'reinstated'
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'deadline_extended', %(effective)s, %(now)s, %(actor)s,
       %(details)s::jsonb || jsonb_build_object('before',
           to_char(deadline_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), 'deadline_version', version)
  FROM extended;

-- name: count_bought
-- Whoever took back the only purchase in time, told late, may have another one that the new deadline makes one in time:
-- it counts, and a human has nothing to decide any more.
-- reads: training_purchase
-- writes: waves_participation, waves_hold, journal_event
WITH first AS (
    SELECT DISTINCT ON (participation.person_id, participation.wave) participation.person_id, participation.wave,
           purchase.source, purchase.reference, purchase.course_code, purchase.price, purchase.occurred_at
      FROM affected
      JOIN waves_participation AS participation
        ON participation.person_id = affected.person_id AND participation.wave = affected.wave
      JOIN training_purchase AS purchase
        ON purchase.person_id = participation.person_id AND purchase.wave = participation.wave
     WHERE participation.state = 'accepted' AND participation.first_purchase_at IS NULL
       AND NOT purchase.late AND purchase.occurred_at < %(until)s
       AND (purchase.cancelled_at IS NULL OR purchase.cancelled_at >= %(until)s)
     ORDER BY participation.person_id, participation.wave, purchase.occurred_at, purchase.source, purchase.reference
), lifted AS (
    UPDATE waves_hold AS hold SET lifted_at = %(now)s
      FROM first
     WHERE hold.person_id = first.person_id AND hold.wave = first.wave
       AND hold.reason = 'cancel_told_late' AND hold.lifted_at IS NULL
    RETURNING hold.person_id, hold.wave, hold.reason, hold.reference
), moved AS (
    UPDATE waves_participation AS participation
       SET first_purchase_at = first.occurred_at, state = 'bought',
           held_until = (SELECT max(COALESCE(hold.until_at, %(open_end)s::timestamptz)) FROM waves_hold AS hold
                          WHERE hold.person_id = first.person_id AND hold.wave = first.wave
                            AND hold.lifted_at IS NULL AND hold.reason <> 'cancel_told_late')
      FROM first
     WHERE participation.person_id = first.person_id AND participation.wave = first.wave
)
INSERT INTO journal_event (person_id, wave, kind, from_state, to_state, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'bought', 'accepted', 'bought', occurred_at, %(now)s, %(actor)s,
       jsonb_build_object('source', source, 'reference', reference, 'course', course_code, 'price', price)
  FROM first
 UNION ALL
SELECT person_id, wave, 'hold_lifted', NULL, NULL, %(now)s, %(now)s, %(actor)s,
       jsonb_build_object('reason', reason, 'reference', reference)
  FROM lifted;

-- name: lift_waiting
-- Ends what keeps one person from being decided until a purchase is resolved or a human has looked at it.
-- writes: waves_hold, waves_participation, journal_event
WITH lifted AS (
    UPDATE waves_hold AS hold SET lifted_at = %(now)s
     WHERE hold.person_id = %(person)s AND hold.lifted_at IS NULL
       AND hold.reason IN ('unknown_course', 'over_balance', 'cancel_told_late')
    RETURNING hold.person_id, hold.wave, hold.hold_id, hold.reason, hold.reference
), marked AS (
    UPDATE waves_participation AS participation
       SET held_until = (SELECT max(COALESCE(hold.until_at, %(open_end)s::timestamptz)) FROM waves_hold AS hold
                          WHERE hold.person_id = participation.person_id AND hold.wave = participation.wave
                            AND hold.lifted_at IS NULL AND hold.hold_id NOT IN (SELECT hold_id FROM lifted))
     WHERE (participation.person_id, participation.wave) IN (SELECT person_id, wave FROM lifted)
)
INSERT INTO journal_event (person_id, wave, kind, occurred_at, recorded_at, actor, details)
SELECT person_id, wave, 'hold_lifted', %(now)s, %(now)s, %(actor)s,
       %(details)s::jsonb || jsonb_build_object('reason', reason, 'reference', reference)
  FROM lifted;

-- name: extend_waves
-- Who joins later gets the new deadline as well.
-- writes: waves_wave
UPDATE waves_wave AS wave
   SET deadline_at = %(until)s,
       deadline_version = GREATEST(wave.deadline_version + 1,
                                   (SELECT max(version) FROM affected WHERE affected.wave = wave.number))
 WHERE (%(wave)s IS NULL OR wave.number = %(wave)s)
   AND wave.deadline_at < %(until)s AND %(effective)s < wave.deadline_at;

-- name: with_late_purchases
-- Names the people of whom a purchase was kept as late that lies between their old and their new deadline.
-- reads: training_purchase
SELECT DISTINCT affected.person_id, affected.wave, affected.deadline_at
  FROM affected
  JOIN training_purchase AS purchase
    ON purchase.person_id = affected.person_id AND purchase.wave = affected.wave
 WHERE purchase.late AND purchase.occurred_at >= affected.deadline_at AND purchase.occurred_at < %(until)s
 ORDER BY affected.person_id;

-- name: changed
-- Counts whom the decision changes, and how many of them were revoked.
SELECT count(*), count(*) FILTER (WHERE was = 'revoked') FROM affected;

-- name: go_on_with
-- Names the extensions, written down before, that began when the old deadline of one of these people was over, and the
-- new one is not.
-- reads: deadlines_decision
SELECT decision_id
  FROM deadlines_decision AS decision
 WHERE kind = 'extension' AND until_at > %(until)s AND effective_at < %(until)s
   AND EXISTS (
          SELECT FROM affected
           WHERE affected.deadline_at <= decision.effective_at
             AND (decision.person_id IS NULL OR decision.person_id = affected.person_id)
             AND (decision.wave IS NULL OR decision.wave = affected.wave))
 ORDER BY effective_at, decision_id;

-- name: waves_changed
-- Names the waves of the people whom the decision changes.
SELECT DISTINCT wave FROM affected ORDER BY wave;
