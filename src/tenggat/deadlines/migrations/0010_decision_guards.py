"""What was decided stays as it was written down; a hold can be lifted, once."""

from django.db import migrations

ONLY_LIFTED = """
CREATE FUNCTION deadlines_decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.lifted_at IS NOT NULL
       OR to_jsonb(NEW) - '{lifted_at,lifted_by,lifted_reason}'::text[]
          <> to_jsonb(OLD) - '{lifted_at,lifted_by,lifted_reason}'::text[] THEN
        RAISE EXCEPTION 'decision % stays as it is', OLD.decision_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deadlines_decision_stays BEFORE UPDATE ON deadlines_decision
    FOR EACH ROW EXECUTE FUNCTION deadlines_decision_stays();
CREATE TRIGGER deadlines_decision_append_only BEFORE DELETE OR TRUNCATE ON deadlines_decision
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
"""
UNDO = """
DROP TRIGGER deadlines_decision_append_only ON deadlines_decision;
DROP TRIGGER deadlines_decision_stays ON deadlines_decision;
DROP FUNCTION deadlines_decision_stays();
"""


class Migration(migrations.Migration):
    dependencies = (("deadlines", "0009_decisions"), ("journal", "0002_guards"))
    operations = (migrations.RunSQL(ONLY_LIFTED, UNDO),)
