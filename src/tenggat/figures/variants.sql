-- Which variant of a reminder helped more people to buy in time.

-- name: wave
-- Finds until when the people of a wave may buy: the deadline of the wave, or the last one where each has an own;
-- whose deadline alone was moved is not waited for.
-- reads: waves_wave, waves_participation
SELECT GREATEST(wave.deadline_at, max(participation.deadline_at)) AS deadline_at
  FROM waves_wave AS wave
  LEFT JOIN waves_participation AS participation
    ON participation.wave = wave.number AND participation.deadline_version <= wave.deadline_version
   AND participation.state NOT IN ('withdrawn', 'void')
 WHERE wave.number = %(wave)s
 GROUP BY wave.number;

-- name: drawn_otherwise
-- Counts whose message has another variant than the programme file gives them by lot now: the variants were written, or
-- changed, when messages had been planned already.
-- reads: messaging_message
SELECT count(DISTINCT person_id)
  FROM messaging_message
 WHERE wave = %(wave)s AND step = %(step)s
   AND variant IS DISTINCT FROM
       (%(variants)s::text[])[width_bucket(
           ('x' || encode(substr(sha256(%(lots)s::bytea || uuid_send(person_id) || convert_to(%(step)s, 'UTF8')), 1, 3),
                          'hex'))::bit(24)::integer * 100 >> 24, %(shares)s::integer[])];

-- name: compare
-- Counts, per variant, for how many a message was planned (whether it went, or a purchase was quicker), and how many of
-- them bought in time. Who had bought before it was planned is left out: no text could move them any more.
-- reads: messaging_message, waves_participation
WITH planned AS (
    SELECT person_id, min(variant) AS variant, min(planned_at) AS planned_at
      FROM messaging_message
     WHERE wave = %(wave)s AND step = %(step)s
     GROUP BY person_id
)
SELECT planned.variant, count(*) AS people, count(*) FILTER (WHERE first_purchase_at < %(deadline)s) AS bought
  FROM planned
  JOIN waves_participation AS participation
    ON participation.person_id = planned.person_id AND participation.wave = %(wave)s
 WHERE participation.state <> 'void'
   AND (participation.first_purchase_at IS NULL OR participation.first_purchase_at >= planned.planned_at)
 GROUP BY planned.variant;
