"""Rows are only added: the database refuses to change or remove them."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_event
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER journal_act_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_act
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
"""
UNDO = """
DROP TRIGGER journal_event_append_only ON journal_event;
DROP TRIGGER journal_act_append_only ON journal_act;
DROP FUNCTION journal_append_only();
"""


class Migration(migrations.Migration):
    dependencies = (("journal", "0001_initial"),)
    operations = (migrations.RunSQL(APPEND_ONLY, UNDO),)
