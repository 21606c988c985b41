"""A run that waits revokes nobody until two people have approved it, whatever a program does."""

from django.db import migrations

TWO_APPROVE = """
CREATE FUNCTION deadlines_run_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'closed' THEN
        RAISE EXCEPTION 'run % is closed', OLD.run_id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'waiting' AND NEW.state <> 'waiting'
       AND (SELECT count(*) FROM deadlines_approval WHERE run_id = OLD.run_id) < 2 THEN
        RAISE EXCEPTION 'run % waits for two people', OLD.run_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deadlines_run_moves BEFORE UPDATE ON deadlines_run
    FOR EACH ROW EXECUTE FUNCTION deadlines_run_moves();
CREATE TRIGGER deadlines_approval_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON deadlines_approval
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
"""
UNDO_TWO_APPROVE = """
DROP TRIGGER deadlines_approval_append_only ON deadlines_approval;
DROP TRIGGER deadlines_run_moves ON deadlines_run;
DROP FUNCTION deadlines_run_moves();
"""
# Every revoking slice writes what it did here, in the statement that did it: so this stops the revocation itself.
ONLY_OPEN_RUNS = """
CREATE FUNCTION deadlines_slice_of_open_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- whoever is closing the run is waited for, and then seen
    PERFORM FROM deadlines_run WHERE run_id IN (SELECT run_id FROM arrived) FOR SHARE;
    IF EXISTS (SELECT FROM arrived JOIN deadlines_run AS run USING (run_id) WHERE run.state <> 'open') THEN
        RAISE EXCEPTION 'only an open run revokes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER deadlines_slice_of_open_run AFTER INSERT ON deadlines_slice
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION deadlines_slice_of_open_run();
"""
UNDO_ONLY_OPEN_RUNS = """
DROP TRIGGER deadlines_slice_of_open_run ON deadlines_slice;
DROP FUNCTION deadlines_slice_of_open_run();
"""


class Migration(migrations.Migration):
    dependencies = (("deadlines", "0002_brake"), ("journal", "0002_guards"))
    operations = (
        migrations.RunSQL(TWO_APPROVE, UNDO_TWO_APPROVE),
        migrations.RunSQL(ONLY_OPEN_RUNS, UNDO_ONLY_OPEN_RUNS),
    )
