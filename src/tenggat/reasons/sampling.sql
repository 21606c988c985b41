-- Random samples of people who have bought nothing.

-- name: draw_sample
-- Draws by the digest of a secret that is thrown away and the person: nobody can choose whom it falls on.
-- reads: waves_participation
-- writes: reasons_sampled
WITH idle AS MATERIALIZED (
    SELECT person_id, wave FROM waves_participation
     WHERE wave = %(wave)s AND state = 'accepted' AND first_purchase_at IS NULL AND deadline_at > %(now)s
), drawn AS (
    SELECT person_id, wave, row_number() OVER (ORDER BY sha256(convert_to(%(seed)s || person_id::text, 'UTF8'))) AS place
      FROM idle
), kept AS (
    INSERT INTO reasons_sampled (sample_id, place, person_id, wave)
    SELECT %(sample)s, place, person_id, wave FROM drawn WHERE place <= %(size)s
    RETURNING 1
)
SELECT count(*) FROM idle;

-- name: to_call
-- The people of a sample, in their order, with what a caller needs.
-- reads: reasons_sampled, registry_person, waves_participation
SELECT sampled.place, sampled.person_id, person.name, person.phone, person.province, participation.deadline_at
  FROM reasons_sampled AS sampled
  JOIN registry_person AS person ON person.person_id = sampled.person_id
  JOIN waves_participation AS participation
    ON participation.person_id = sampled.person_id AND participation.wave = sampled.wave
 WHERE sampled.sample_id = %(sample)s
 ORDER BY sampled.place;
