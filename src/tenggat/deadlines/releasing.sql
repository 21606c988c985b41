-- The seats of people who were revoked, on their way to a new wave (docs/decisions/0007).

-- name: lock_runs
-- Lets one release after the other count, and an officer's reinstatement before it or after it.
-- reads: deadlines_run
SELECT run_id FROM deadlines_run WHERE state = 'closed' ORDER BY run_id FOR UPDATE;

-- name: seats_by_run
-- Says of each closed run how many it revoked, how many of them have left for good, and what became of their seats.
-- Whoever is reinstated belongs to no run any more.
-- reads: deadlines_run, deadlines_slice, deadlines_release, waves_participation
WITH revoked AS (
    SELECT run_id, sum(revoked) AS people FROM deadlines_slice GROUP BY run_id
), gone AS (
    SELECT run_id, count(*) AS people FROM waves_participation WHERE run_id IS NOT NULL GROUP BY run_id
), given AS (
    SELECT run_id, sum(seats) AS released, sum(repaid) AS repaid FROM deadlines_release GROUP BY run_id
)
SELECT run.run_id, run.cutoff_at, COALESCE(revoked.people, 0)::bigint AS revoked, COALESCE(gone.people, 0) AS gone,
       COALESCE(given.released, 0)::bigint AS released, COALESCE(given.repaid, 0)::bigint AS repaid
  FROM deadlines_run AS run
  LEFT JOIN revoked USING (run_id)
  LEFT JOIN gone USING (run_id)
  LEFT JOIN given USING (run_id)
 WHERE run.state = 'closed'
 ORDER BY run.run_id;
