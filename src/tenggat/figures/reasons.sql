-- What stops people, as shares of those who answered, beside how many were asked.

-- name: reasons
-- Counts questions and answers per wave and occasion, and of these per province.
-- reads: reasons_question, registry_person
SELECT question.wave, question.occasion, person.province, question.reason,
       count(*) AS asked, count(question.answered_at) AS answered
  FROM reasons_question AS question
  JOIN registry_person AS person ON person.person_id = question.person_id
 WHERE (%(only_wave)s::integer IS NULL OR question.wave = %(only_wave)s)
 GROUP BY GROUPING SETS ((question.wave, question.occasion, question.reason),
                         (question.wave, question.occasion, person.province, question.reason))
 ORDER BY 1, 2, 3 NULLS FIRST, 4 NULLS LAST;

-- name: sample_reasons
-- The same of one random sample: who was drawn, who answered before the deadline, and what.
-- reads: reasons_sample, reasons_sampled, reasons_question
SELECT sample.wave, sample.among, question.reason, count(*) AS drawn, count(question.answered_at) AS answered
  FROM reasons_sample AS sample
  JOIN reasons_sampled AS sampled ON sampled.sample_id = sample.sample_id
  LEFT JOIN reasons_question AS question
    ON question.person_id = sampled.person_id AND question.wave = sampled.wave AND question.occasion = 'before'
   AND question.answered_at >= sample.drawn_at
 WHERE sample.sample_id = %(sample)s
 GROUP BY sample.wave, sample.among, question.reason
 ORDER BY 5 DESC, 3;
