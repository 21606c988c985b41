"""A deadline that was promised is never shortened, and never changes without a new version, whatever a program does."""

from django.db import migrations

NEVER_SHORTENED = """
CREATE FUNCTION waves_deadline_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a deadline of % is never shortened, and a new one has a new version', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER waves_participation_deadline BEFORE UPDATE OF deadline_at, deadline_version ON waves_participation
    FOR EACH ROW WHEN (NEW.deadline_at < OLD.deadline_at OR (NEW.deadline_at IS NULL AND OLD.deadline_at IS NOT NULL)
                       OR NEW.deadline_version < OLD.deadline_version
                       OR (NEW.deadline_at <> OLD.deadline_at AND NEW.deadline_version = OLD.deadline_version))
    EXECUTE FUNCTION waves_deadline_stays();
CREATE TRIGGER waves_wave_deadline BEFORE UPDATE OF deadline_at, deadline_version ON waves_wave
    FOR EACH ROW WHEN (NEW.deadline_at < OLD.deadline_at OR (NEW.deadline_at IS NULL AND OLD.deadline_at IS NOT NULL)
                       OR NEW.deadline_version < OLD.deadline_version
                       OR (NEW.deadline_at <> OLD.deadline_at AND NEW.deadline_version = OLD.deadline_version))
    EXECUTE FUNCTION waves_deadline_stays();
"""
UNDO = """
DROP TRIGGER waves_wave_deadline ON waves_wave;
DROP TRIGGER waves_participation_deadline ON waves_participation;
DROP FUNCTION waves_deadline_stays();
"""


class Migration(migrations.Migration):
    dependencies = (("waves", "0003_redated"),)
    operations = (migrations.RunSQL(NEVER_SHORTENED, UNDO),)
