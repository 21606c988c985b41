-- What `tenggat verify` recomputes, from the raw rows and not from the columns that decided. Each statement answers with
-- rows (fault, how many, the first of them); the row without a fault counts what agrees. None needs an index: they are
-- made to read whole tables a few times, for a nation.

-- name: room_to_work
-- Gives the hash joins and sorts of this transaction memory enough for millions of people.
SELECT set_config('work_mem', '256MB', true);

-- name: acceptance_days
-- The days, in the programme's zone, on which anybody was accepted.
-- reads: waves_participation
SELECT DISTINCT (accepted_at AT TIME ZONE %(zone)s)::date AS day FROM waves_participation;

-- name: books
-- Adds up each person's money: what is left, what the programme file promised, what the standing purchases cost.
-- reads: waves_participation, ledger_entry, training_purchase
WITH books AS (
    SELECT person_id, wave, sum(amount) AS amount, sum(training) AS training,
           sum(amount) FILTER (WHERE kind = 'committed') AS committed,
           sum(training) FILTER (WHERE kind = 'committed') AS committed_training,
           -sum(amount) FILTER (WHERE kind = 'spent') AS spent
      FROM ledger_entry
     GROUP BY person_id, wave
), bought AS (
    SELECT person_id, wave, sum(price) AS price
      FROM training_purchase
     WHERE NOT late AND cancelled_at IS NULL
     GROUP BY person_id, wave
), benefit AS (
    SELECT * FROM unnest(%(days)s::date[], %(totals)s::bigint[], %(trainings)s::bigint[])
                  AS benefit (day, total, training)
), looked AS (
    SELECT person_id, wave,
           CASE WHEN participation.state IS NULL THEN 'money of nobody'
                WHEN books.amount < 0 OR books.training < 0 OR books.amount < books.training THEN 'negative'
                WHEN books.committed IS DISTINCT FROM benefit.total
                     OR books.committed_training IS DISTINCT FROM benefit.training
                  THEN 'committed is not what the programme promises'
                WHEN COALESCE(books.spent, 0) <> COALESCE(bought.price, 0) THEN 'spent is not what purchases cost'
                WHEN participation.state = 'revoked' AND books.amount <> 0 THEN 'revoked with money left'
                WHEN books.amount <> participation.balance OR books.training <> participation.training_balance
                  THEN 'balance is not the sum of the entries' END AS fault
      FROM waves_participation AS participation
      FULL JOIN books USING (person_id, wave)
      FULL JOIN bought USING (person_id, wave)
      LEFT JOIN benefit ON benefit.day = (participation.accepted_at AT TIME ZONE %(zone)s)::date
)
SELECT fault, count(*), min(person_id::text || ' in wave ' || wave) FILTER (WHERE fault IS NOT NULL) AS first
  FROM looked
 GROUP BY fault;

-- name: states
-- Follows each participation through the journal: every move leaves the state that the one before it reached.
-- reads: journal_event, waves_participation
WITH moves AS (
    SELECT person_id, wave, to_state,
           from_state IS DISTINCT FROM lag(to_state) OVER story AS breaks,
           lead(to_state) OVER story IS NULL AS is_last
      FROM journal_event
     WHERE to_state IS NOT NULL
    WINDOW story AS (PARTITION BY person_id, wave ORDER BY event_id)
), told AS (
    SELECT person_id, wave, bool_or(breaks) AS breaks, max(to_state) FILTER (WHERE is_last) AS state
      FROM moves
     GROUP BY person_id, wave
), looked AS (
    SELECT person_id, wave,
           CASE WHEN participation.state IS NULL THEN 'history of nobody'
                WHEN told.state IS NULL THEN 'no history'
                WHEN told.breaks THEN 'a move does not follow from the one before'
                WHEN told.state <> participation.state THEN 'state is not where the journal ends' END AS fault
      FROM waves_participation AS participation
      FULL JOIN told USING (person_id, wave)
)
SELECT fault, count(*), min(person_id::text || ' in wave ' || wave) FILTER (WHERE fault IS NOT NULL) AS first
  FROM looked
 GROUP BY fault;

-- name: clock_days
-- The days, in the programme's zone, on which clocks started: that of the announcement, or one's own.
-- reads: waves_participation, waves_wave
SELECT (announced_at AT TIME ZONE %(zone)s)::date AS day FROM waves_wave WHERE announced_at IS NOT NULL
 UNION
SELECT (greatest(participation.accepted_at, wave.announced_at) AT TIME ZONE %(zone)s)::date
  FROM waves_participation AS participation
  JOIN waves_wave AS wave ON wave.number = participation.wave
 WHERE %(personal)s AND wave.announced_at IS NOT NULL;

-- name: deadlines
-- Holds each deadline against the one that the rules give for its clock; a later version may only have moved it back.
-- reads: waves_participation, waves_wave
WITH due AS (
    SELECT * FROM unnest(%(days)s::date[], %(deadlines)s::timestamptz[]) AS due (day, deadline_at)
), promised AS (
    SELECT participation.person_id, participation.wave, participation.deadline_at, participation.deadline_version,
           CASE WHEN %(personal)s AND wave.announced_at IS NOT NULL
                THEN greatest(participation.accepted_at, wave.announced_at) ELSE wave.announced_at END AS starts_at
      FROM waves_participation AS participation
      LEFT JOIN waves_wave AS wave ON wave.number = participation.wave
     UNION ALL
    SELECT NULL, number, deadline_at, deadline_version, announced_at FROM waves_wave
), looked AS (
    SELECT person_id, wave,
           CASE WHEN starts_at IS NULL AND promised.deadline_at IS NULL THEN NULL
                WHEN starts_at IS NULL THEN 'deadline before the announcement'
                WHEN promised.deadline_at IS NULL THEN 'no deadline'
                WHEN due.deadline_at IS NULL THEN 'no rule was in force'
                WHEN promised.deadline_at < due.deadline_at THEN 'shortened'
                WHEN promised.deadline_version < 1 THEN 'no version'
                WHEN promised.deadline_at > due.deadline_at AND promised.deadline_version = 1
                  THEN 'moved without a new version' END AS fault
      FROM promised
      LEFT JOIN due ON due.day = (starts_at AT TIME ZONE %(zone)s)::date
)
SELECT fault, count(*),
       min(COALESCE(person_id::text || ' in ', '') || 'wave ' || wave) FILTER (WHERE fault IS NOT NULL) AS first
  FROM looked
 GROUP BY fault;

-- name: revoked
-- Holds everyone who is revoked against the raw purchases and holds (I1), and looks for what belongs to it (I3).
-- An entry of the blacklist that an officer lifted is told in the journal. A purchase refused as late counts where an
-- extension made it one in time, unless it could not have been paid or was taken back, or its course is not known.
-- reads: waves_participation, training_purchase, waves_hold, deadlines_run, registry_blacklist_entry, journal_event, ledger_entry, training_course, training_early_cancellation
WITH revoked AS (
    SELECT participation.person_id, participation.wave, participation.accepted_at, participation.deadline_at,
           run.run_id, run.cutoff_at
      FROM waves_participation AS participation
      LEFT JOIN deadlines_run AS run ON run.run_id = participation.run_id
     WHERE participation.state = 'revoked'
), bought AS (
    SELECT DISTINCT revoked.person_id, revoked.wave
      FROM revoked
      JOIN training_purchase AS purchase
        ON purchase.person_id = revoked.person_id AND purchase.wave = revoked.wave
     WHERE purchase.occurred_at >= revoked.accepted_at AND purchase.occurred_at < revoked.deadline_at
       AND (purchase.cancelled_at IS NULL OR purchase.cancelled_at >= revoked.deadline_at)
       AND (NOT purchase.late
            OR (EXISTS (SELECT FROM training_course AS course WHERE course.code = purchase.course_code)
                AND purchase.price <= (
                      SELECT sum(entry.training) FROM ledger_entry AS entry
                       WHERE entry.person_id = revoked.person_id AND entry.wave = revoked.wave
                         AND entry.kind = 'committed')
                AND NOT EXISTS (
                      SELECT FROM training_early_cancellation AS early
                       WHERE early.source = purchase.source AND early.reference = purchase.reference
                         AND early.occurred_at < revoked.deadline_at)
                AND NOT EXISTS (
                      SELECT FROM journal_event AS decision
                       WHERE decision.person_id = revoked.person_id AND decision.wave = revoked.wave
                         AND decision.kind = 'reinstated' AND decision.details ->> 'starts_at' IS NOT NULL
                         AND decision.occurred_at >= purchase.occurred_at)))
), held AS (
    SELECT DISTINCT revoked.person_id, revoked.wave
      FROM revoked
      JOIN waves_hold AS hold ON hold.person_id = revoked.person_id AND hold.wave = revoked.wave
     WHERE hold.effective_at <= revoked.deadline_at AND hold.lifted_at IS NULL
       AND (hold.until_at IS NULL OR hold.until_at > revoked.cutoff_at)
), listed AS (
    SELECT DISTINCT person_id FROM registry_blacklist_entry WHERE lifted_at IS NULL
), told AS (
    SELECT DISTINCT person_id, wave FROM journal_event WHERE kind = 'revoked'
), looked AS (
    SELECT revoked.person_id, revoked.wave,
           CASE WHEN bought.person_id IS NOT NULL THEN 'revoked with a purchase in time'
                WHEN held.person_id IS NOT NULL THEN 'revoked under a hold'
                WHEN revoked.run_id IS NULL THEN 'revoked by no run'
                WHEN revoked.deadline_at IS NULL OR revoked.deadline_at > revoked.cutoff_at
                  THEN 'revoked before the deadline'
                WHEN told.person_id IS NULL THEN 'revoked without an event'
                WHEN listed.person_id IS NULL AND NOT EXISTS (
                         SELECT FROM journal_event AS lifting
                          WHERE lifting.person_id = revoked.person_id AND lifting.kind = 'blacklist_lifted')
                  THEN 'revoked without a blacklist entry' END AS fault
      FROM revoked
      LEFT JOIN bought ON bought.person_id = revoked.person_id AND bought.wave = revoked.wave
      LEFT JOIN held ON held.person_id = revoked.person_id AND held.wave = revoked.wave
      LEFT JOIN told ON told.person_id = revoked.person_id AND told.wave = revoked.wave
      LEFT JOIN listed ON listed.person_id = revoked.person_id
)
SELECT fault, count(*), min(person_id::text || ' in wave ' || wave) FILTER (WHERE fault IS NOT NULL) AS first
  FROM looked
 GROUP BY fault;

-- name: escaped
-- Finds who should have been revoked by a closed run and is not (I1): who had bought nothing and was not held as far as
-- was known when that run opened. What came after it -- an announcement, a hold that was lifted, a purchase that was
-- taken back, a reinstatement -- is for the next run.
-- reads: waves_participation, waves_wave, journal_act, training_purchase, deadlines_run, waves_hold, journal_event
WITH announced AS (
    SELECT wave.number AS wave, COALESCE(max(act.recorded_at), max(wave.announced_at)) AS known_at
      FROM waves_wave AS wave
      LEFT JOIN journal_act AS act
        ON act.kind = 'wave_announced' AND act.details ->> 'wave' = wave.number::text
     GROUP BY wave.number
), idle AS (
    SELECT participation.person_id, participation.wave, participation.accepted_at, participation.deadline_at
      FROM waves_participation AS participation
     WHERE participation.state NOT IN ('revoked', 'withdrawn', 'void')
       AND participation.deadline_at <= (SELECT max(cutoff_at) FROM deadlines_run WHERE state = 'closed')
       AND NOT EXISTS (
               SELECT FROM training_purchase AS purchase
                WHERE purchase.person_id = participation.person_id AND purchase.wave = participation.wave
                  AND purchase.occurred_at >= participation.accepted_at
                  AND purchase.occurred_at < participation.deadline_at
                  AND (purchase.cancelled_at IS NULL OR purchase.cancelled_at >= participation.deadline_at)
                  AND NOT (purchase.late AND EXISTS (
                          SELECT FROM journal_event AS decision
                           WHERE decision.person_id = participation.person_id AND decision.wave = participation.wave
                             AND decision.kind = 'reinstated' AND decision.details ->> 'starts_at' IS NOT NULL
                             AND decision.occurred_at >= purchase.occurred_at)))
), escaped AS (
    SELECT idle.person_id, idle.wave
      FROM idle
      JOIN announced ON announced.wave = idle.wave
     WHERE EXISTS (
               SELECT FROM deadlines_run AS run
                WHERE run.state = 'closed' AND run.cutoff_at >= idle.deadline_at
                  AND run.opened_at >= idle.accepted_at AND run.opened_at > announced.known_at
                  AND NOT EXISTS (
                          SELECT FROM waves_hold AS hold
                           WHERE hold.person_id = idle.person_id AND hold.wave = idle.wave
                             AND (hold.effective_at <= idle.deadline_at OR EXISTS (
                                     SELECT FROM waves_hold AS earlier -- it began while that one stood
                                      WHERE earlier.person_id = hold.person_id AND earlier.wave = hold.wave
                                        AND earlier.effective_at < hold.effective_at
                                        AND hold.effective_at <= LEAST(COALESCE(earlier.until_at, 'infinity'),
                                                                       COALESCE(earlier.lifted_at, 'infinity'))))
                             AND (hold.lifted_at IS NULL OR hold.lifted_at >= run.opened_at)
                             AND (hold.until_at IS NULL OR hold.until_at > run.cutoff_at))
                  AND NOT EXISTS (
                          SELECT FROM training_purchase AS back
                           WHERE back.person_id = idle.person_id AND back.wave = idle.wave
                             AND back.occurred_at >= idle.accepted_at AND back.occurred_at < idle.deadline_at
                             AND back.cancel_recorded_at >= run.opened_at)
                  AND NOT EXISTS (
                          SELECT FROM journal_event AS event
                           WHERE event.person_id = idle.person_id AND event.wave = idle.wave
                             AND event.kind = 'reinstated' AND event.recorded_at >= run.opened_at))
)
SELECT 'escaped' AS fault, count(*), min(person_id::text || ' in wave ' || wave) AS first
  FROM escaped
HAVING count(*) > 0;

-- name: still_blacklisted
-- Finds who is on the blacklist for a deadline and is revoked in no wave (any more).
-- reads: registry_blacklist_entry, waves_participation
SELECT 'blacklisted by a deadline without being revoked' AS fault, count(*), min(entry.person_id::text) AS first
  FROM registry_blacklist_entry AS entry
 WHERE entry.source = 'deadline' AND entry.lifted_at IS NULL
   AND NOT EXISTS (
           SELECT FROM waves_participation AS participation
            WHERE participation.person_id = entry.person_id AND participation.state = 'revoked')
HAVING count(*) > 0;

-- name: seats
-- Lays the seats of family cards beside the people who should sit on them, by the card they came with.
-- reads: waves_participation, registry_person, waves_household_seat
WITH places AS (
    SELECT participation.person_id, participation.wave, person.household_fingerprint, 1 AS people, 0 AS seats
      FROM waves_participation AS participation
      JOIN registry_person AS person ON person.person_id = participation.person_id
     WHERE participation.state NOT IN ('withdrawn', 'void') AND person.household_fingerprint IS NOT NULL
     UNION ALL
    SELECT person_id, wave, household_fingerprint, 0, 1 FROM waves_household_seat
), looked AS (
    SELECT person_id, wave, CASE WHEN sum(people) <> sum(seats) THEN 'seats are not those of live people' END AS fault
      FROM places
     GROUP BY household_fingerprint, person_id, wave
)
SELECT fault, count(*), min(person_id::text || ' in wave ' || wave) FILTER (WHERE fault IS NOT NULL) AS first
  FROM looked
 GROUP BY fault;

-- name: wave_counts
-- Counts each wave's people against what it says it has accepted, and against its quota (I7).
-- reads: waves_wave, waves_participation
WITH counted AS (
    SELECT wave AS number, count(*) AS people FROM waves_participation GROUP BY wave
), looked AS (
    SELECT number,
           CASE WHEN wave.quota IS NULL THEN 'people of no wave'
                WHEN COALESCE(counted.people, 0) <> wave.accepted THEN 'accepted is not what a count gives'
                WHEN COALESCE(counted.people, 0) > wave.quota THEN 'over the quota' END AS fault
      FROM waves_wave AS wave
      FULL JOIN counted USING (number)
)
SELECT fault, count(*), 'wave ' || min(number) AS first
  FROM looked
 WHERE fault IS NOT NULL
 GROUP BY fault;

-- name: live_twice
-- Finds people with more than one live participation.
-- reads: waves_participation
WITH twice AS (
    SELECT person_id FROM waves_participation
     WHERE state NOT IN ('withdrawn', 'void')
     GROUP BY person_id
    HAVING count(*) > 1
)
SELECT 'more than one live participation' AS fault, count(*), min(person_id::text) AS first
  FROM twice
HAVING count(*) > 0;

-- name: households_over
-- Finds family cards with more live participations than the programme allows, by the card that people came with (I7).
-- reads: waves_participation, registry_person
WITH live AS (
    SELECT participation.person_id, person.household_fingerprint
      FROM waves_participation AS participation
      JOIN registry_person AS person ON person.person_id = participation.person_id
     WHERE participation.state NOT IN ('withdrawn', 'void') AND person.household_fingerprint IS NOT NULL
), crowded AS (
    SELECT household_fingerprint FROM live GROUP BY household_fingerprint HAVING count(*) > %(limit)s
)
SELECT 'household over its limit' AS fault, count(DISTINCT live.household_fingerprint),
       min(live.person_id::text) AS first
  FROM crowded
  JOIN live ON live.household_fingerprint = crowded.household_fingerprint
HAVING count(*) > 0;

-- name: messages
-- Looks at each message: whom it is for, the deadline it names, and when it went. A sender that died leaves its answer
-- to the next one, so that a message went when it was claimed.
-- reads: messaging_message, waves_participation, training_purchase
WITH gone AS (
    SELECT message.*, CASE WHEN message.state IN ('accepted', 'unknown')
                           THEN COALESCE(message.claimed_at, message.sent_at) END AS went_at
      FROM messaging_message AS message
), nagged AS (
    SELECT DISTINCT gone.person_id, gone.wave, gone.step, gone.channel, gone.deadline_version
      FROM gone
      JOIN training_purchase AS purchase ON purchase.person_id = gone.person_id AND purchase.wave = gone.wave
     WHERE gone.skip_if_bought AND NOT purchase.late AND purchase.recorded_at < gone.went_at
       AND (purchase.cancel_recorded_at IS NULL OR purchase.cancel_recorded_at > gone.went_at)
), looked AS (
    SELECT gone.person_id, gone.wave,
           CASE WHEN gone.wave > 0 AND participation.state IS NULL THEN 'message to nobody'
                WHEN gone.deadline_version = participation.deadline_version
                     AND gone.deadline_at IS DISTINCT FROM participation.deadline_at THEN 'names another deadline'
                WHEN gone.step = ANY (%(steps)s) AND gone.expires_at > gone.deadline_at
                  THEN 'reminder that outlives the deadline'
                WHEN gone.step = ANY (%(steps)s) AND gone.went_at >= gone.deadline_at
                  THEN 'reminder sent after the deadline'
                WHEN gone.went_at < gone.not_before OR gone.went_at > gone.expires_at THEN 'sent outside its time'
                WHEN nagged.person_id IS NOT NULL THEN 'sent to somebody who had bought' END AS fault
      FROM gone
      LEFT JOIN waves_participation AS participation
        ON participation.person_id = gone.person_id AND participation.wave = gone.wave
      LEFT JOIN nagged
        ON nagged.person_id = gone.person_id AND nagged.wave = gone.wave AND nagged.step = gone.step
       AND nagged.channel = gone.channel AND nagged.deadline_version = gone.deadline_version
)
SELECT fault, count(*), min(person_id::text || ' in wave ' || wave) FILTER (WHERE fault IS NOT NULL) AS first
  FROM looked
 GROUP BY fault;

-- name: sent_twice
-- Finds messages that went, or may have gone, more than once for one deadline (I5).
-- reads: messaging_message
WITH twice AS (
    SELECT person_id, wave FROM messaging_message
     WHERE state IN ('sending', 'accepted', 'unknown')
     GROUP BY person_id, wave, step, channel, deadline_version
    HAVING count(*) > 1
)
SELECT 'sent more than once' AS fault, count(*), min(person_id::text || ' in wave ' || wave) AS first
  FROM twice
HAVING count(*) > 0;

-- name: untold
-- Finds who is revoked and reachable, and for whom no notice of it was ever planned.
-- reads: waves_participation, messaging_message
SELECT 'revoked without a notice' AS fault, count(*),
       min(participation.person_id::text || ' in wave ' || participation.wave) AS first
  FROM waves_participation AS participation
 WHERE participation.state = 'revoked' AND participation.channel = ANY (%(channels)s)
   AND NOT EXISTS (
           SELECT FROM messaging_message AS notice
            WHERE notice.person_id = participation.person_id AND notice.wave = participation.wave
              AND notice.step = 'revoked' AND notice.state <> 'cancelled')
HAVING count(*) > 0;

-- name: blacklist
-- Finds who was accepted while an entry of the blacklist was in force (I6).
-- reads: waves_participation, registry_blacklist_entry
WITH looked AS (
    SELECT participation.person_id, participation.wave,
           CASE WHEN bool_or(entry.since_at < participation.accepted_at
                             AND (entry.lifted_at IS NULL OR entry.lifted_at > participation.accepted_at))
                THEN 'accepted while on the blacklist' END AS fault
      FROM waves_participation AS participation
      JOIN registry_blacklist_entry AS entry ON entry.person_id = participation.person_id
     GROUP BY participation.person_id, participation.wave
)
SELECT fault, count(*), min(person_id::text || ' in wave ' || wave) FILTER (WHERE fault IS NOT NULL) AS first
  FROM looked
 GROUP BY fault;
