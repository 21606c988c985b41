"""Seats are only added to a wave that people of a closed run have left, and the wave's quota grows with them."""

from django.db import migrations

COVERED = """
CREATE FUNCTION deadlines_release_is_covered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- whoever announces the wave, or releases seats of the same run, is waited for, and then seen
    PERFORM FROM waves_wave WHERE number IN (SELECT to_wave FROM arrived) ORDER BY number FOR UPDATE;
    PERFORM FROM deadlines_run WHERE run_id IN (SELECT run_id FROM arrived) ORDER BY run_id FOR UPDATE;
    IF EXISTS (SELECT FROM arrived JOIN waves_wave AS wave ON wave.number = arrived.to_wave
                WHERE wave.announced_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a wave that is announced gains no seats' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT run_id FROM arrived) AS named JOIN deadlines_run AS run USING (run_id)
                WHERE run.state <> 'closed'
                   OR (SELECT sum(seats + repaid) FROM deadlines_release AS given WHERE given.run_id = run.run_id)
                      > (SELECT COALESCE(sum(revoked), 0) FROM deadlines_slice AS slice
                          WHERE slice.run_id = run.run_id)) THEN
        RAISE EXCEPTION 'no more seats are released than people of the closed run have left'
            USING ERRCODE = 'check_violation';
    END IF;
    UPDATE waves_wave AS wave SET quota = wave.quota + gained.seats
      FROM (SELECT to_wave, sum(seats) AS seats FROM arrived GROUP BY to_wave) AS gained
     WHERE wave.number = gained.to_wave;
    RETURN NULL;
END $$;
CREATE TRIGGER deadlines_release_is_covered AFTER INSERT ON deadlines_release
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION deadlines_release_is_covered();
CREATE TRIGGER deadlines_release_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON deadlines_release
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
"""
UNDO = """
DROP TRIGGER deadlines_release_append_only ON deadlines_release;
DROP TRIGGER deadlines_release_is_covered ON deadlines_release;
DROP FUNCTION deadlines_release_is_covered();
"""


class Migration(migrations.Migration):
    dependencies = (("deadlines", "0007_release"), ("waves", "0002_guards"), ("journal", "0002_guards"))
    operations = (migrations.RunSQL(COVERED, UNDO),)
