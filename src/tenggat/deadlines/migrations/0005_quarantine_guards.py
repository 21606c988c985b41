"""What was set apart stays on record: nothing about it changes but that it is let go, once."""

from django.db import migrations

STAYS = """
CREATE TRIGGER deadlines_quarantine_stays BEFORE DELETE OR TRUNCATE ON deadlines_quarantine
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER deadlines_quarantine_key_stays
    BEFORE UPDATE OF person_id, quarantine_id, wave, run_id, reason, found_at ON deadlines_quarantine
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE FUNCTION deadlines_let_go_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a record is let go once' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER deadlines_let_go_once BEFORE UPDATE ON deadlines_quarantine
    FOR EACH ROW WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION deadlines_let_go_once();
ALTER TABLE deadlines_quarantine ADD CONSTRAINT deadlines_quarantine_participation
    FOREIGN KEY (person_id, wave) REFERENCES waves_participation (person_id, wave);
"""
UNDO = """
ALTER TABLE deadlines_quarantine DROP CONSTRAINT deadlines_quarantine_participation;
DROP TRIGGER deadlines_let_go_once ON deadlines_quarantine;
DROP FUNCTION deadlines_let_go_once();
DROP TRIGGER deadlines_quarantine_key_stays ON deadlines_quarantine;
DROP TRIGGER deadlines_quarantine_stays ON deadlines_quarantine;
"""


class Migration(migrations.Migration):
    dependencies = (("deadlines", "0004_quarantine"), ("waves", "0002_guards"), ("registry", "0002_guards"))
    operations = (migrations.RunSQL(STAYS, UNDO),)
