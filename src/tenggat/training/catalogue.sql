-- name: upsert_courses
-- Adds new courses, changes those that differ, and leaves the others as they are.
-- writes: training_course
WITH came AS (
    SELECT * FROM unnest(%(code)s::text[], %(title)s::text[], %(institution)s::text[], %(price)s::bigint[])
                AS came (code, title, institution, price)
), written AS (
    INSERT INTO training_course AS course (code, title, institution, price, changed_at)
    SELECT code, title, institution, price, %(now)s FROM came
        ON CONFLICT (code) DO UPDATE
       SET title = EXCLUDED.title, institution = EXCLUDED.institution, price = EXCLUDED.price,
           changed_at = EXCLUDED.changed_at
     WHERE (course.title, course.institution, course.price)
           IS DISTINCT FROM (EXCLUDED.title, EXCLUDED.institution, EXCLUDED.price)
    RETURNING xmax = 0 AS added
)
SELECT added, count(*) FROM written GROUP BY added;
