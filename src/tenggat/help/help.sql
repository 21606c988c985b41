-- name: load
-- Makes the questions of the files those of the table, each under its language's own stemmer; what is the same stays.
-- The plain words stand beside the stems, so that the beginning of a word finds it.
-- writes: help_question
INSERT INTO help_question (language, slug, place, topic, title, words, body, search)
SELECT new.language, new.slug, new.place, new.topic, new.title, new.words, new.body,
       setweight(to_tsvector(new.configuration::regconfig, new.title), 'A')
       || setweight(to_tsvector(new.configuration::regconfig, new.words), 'B')
       || setweight(to_tsvector(new.configuration::regconfig, new.body), 'D')
       || setweight(to_tsvector('simple', new.title || ' ' || new.words), 'B')
  FROM unnest(%(languages)s::text[], %(configurations)s::text[], %(slugs)s::text[], %(places)s::smallint[],
              %(topics)s::text[], %(titles)s::text[], %(words)s::text[], %(bodies)s::text[])
       AS new (language, configuration, slug, place, topic, title, words, body)
    ON CONFLICT (language, slug) DO UPDATE
   SET place = EXCLUDED.place, topic = EXCLUDED.topic, title = EXCLUDED.title, words = EXCLUDED.words,
       body = EXCLUDED.body, search = EXCLUDED.search
 WHERE (help_question.place, help_question.topic, help_question.title, help_question.words, help_question.body)
       IS DISTINCT FROM (EXCLUDED.place, EXCLUDED.topic, EXCLUDED.title, EXCLUDED.words, EXCLUDED.body)
       OR help_question.search IS DISTINCT FROM EXCLUDED.search

-- name: forget
-- Takes away the questions that the files no longer have; what was said of them stays counted.
-- writes: help_question
DELETE FROM help_question
 WHERE NOT EXISTS (SELECT FROM unnest(%(languages)s::text[], %(slugs)s::text[]) AS kept (language, slug)
                    WHERE kept.language = help_question.language AND kept.slug = help_question.slug)

-- name: find
-- Questions of a language that have the words, or words that begin so; the best first.
-- reads: help_question
SELECT question.slug, question.title, question.topic
  FROM help_question AS question,
       (SELECT to_tsquery(%(configuration)s::regconfig, %(stems)s) || to_tsquery('simple', %(beginnings)s) AS words)
       AS asked
 WHERE question.language = %(language)s AND question.search @@ asked.words
 ORDER BY ts_rank('{0.05, 0.2, 0.5, 1.0}', question.search, asked.words) DESC, question.place
 LIMIT %(limit)s

-- name: say
-- Counts one reader's answer to "did this help?".
-- reads: help_question
-- writes: help_opinion
INSERT INTO help_opinion (language, slug, "on", helped, times)
SELECT question.language, question.slug, %(on_day)s, %(helped)s, 1
  FROM help_question AS question
 WHERE question.language = %(language)s AND question.slug = %(slug)s
    ON CONFLICT (language, slug, "on", helped) DO UPDATE SET times = help_opinion.times + 1

-- name: miss
-- Counts a search that found nothing.
-- writes: help_missed
INSERT INTO help_missed (language, text, "on", times)
VALUES (%(language)s, %(missed)s, %(on_day)s, 1)
    ON CONFLICT (language, text, "on") DO UPDATE SET times = help_missed.times + 1

-- name: opinions
-- What readers said of each question on the days from one to another, the most talked of first.
-- reads: help_opinion
SELECT opinion.slug,
       sum(opinion.times)::int AS answers,
       coalesce(sum(opinion.times) FILTER (WHERE opinion.helped), 0)::int AS helped
  FROM help_opinion AS opinion
 WHERE opinion."on" BETWEEN %(first_day)s AND %(last_day)s
 GROUP BY opinion.slug
 ORDER BY answers DESC, opinion.slug

-- name: not_found
-- What people looked for on the days from one to another and did not find, the most often first.
-- reads: help_missed
SELECT missed.language, missed.text, sum(missed.times)::int AS times
  FROM help_missed AS missed
 WHERE missed."on" BETWEEN %(first_day)s AND %(last_day)s
 GROUP BY missed.language, missed.text
 ORDER BY times DESC, missed.language, missed.text
 LIMIT %(limit)s
