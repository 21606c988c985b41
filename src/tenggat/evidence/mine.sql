-- name: mine
-- What one person is shown of themselves: where they stand, the card, the money, and the last things that happened.
-- reads: registry_person, waves_participation, waves_wave, registry_blacklist_entry, journal_event, deadlines_run, reasons_question
SELECT person.name, person.time_zone, participation.wave, participation.state, participation.accepted_at,
       participation.deadline_at, participation.first_purchase_at, participation.held_until, participation.ended_at,
       COALESCE(participation.balance, 0), COALESCE(participation.training_balance, 0), participation.card_cipher,
       wave.announced_at, run.cutoff_at, question.asked_at, question.reason,
       EXISTS (SELECT FROM registry_blacklist_entry AS entry
                WHERE entry.person_id = person.person_id AND entry.lifted_at IS NULL) AS blacklisted,
       (SELECT jsonb_agg(jsonb_build_object('kind', event.kind, 'at', event.occurred_at, 'details', event.details)
                         ORDER BY event.occurred_at DESC, event.event_id DESC)
          FROM (SELECT kind, occurred_at, event_id, details FROM journal_event
                 WHERE person_id = person.person_id AND kind = ANY (%(kinds)s)
                 ORDER BY occurred_at DESC, event_id DESC
                 LIMIT 50) AS event)::text AS events
  FROM registry_person AS person
  LEFT JOIN LATERAL (SELECT * FROM waves_participation AS each
                      WHERE each.person_id = person.person_id
                      ORDER BY each.accepted_at DESC, each.wave DESC
                      LIMIT 1) AS participation ON true
  LEFT JOIN waves_wave AS wave ON wave.number = participation.wave
  LEFT JOIN deadlines_run AS run ON run.run_id = participation.run_id
  LEFT JOIN reasons_question AS question
    ON question.person_id = person.person_id AND question.wave = participation.wave
   AND question.occasion = CASE participation.state WHEN 'revoked' THEN 'after' ELSE 'before' END
 WHERE person.person_id = %(person)s;
