"""Seals are only added, like what they seal."""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER journal_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_seal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
"""
UNDO = "DROP TRIGGER journal_seal_append_only ON journal_seal"


class Migration(migrations.Migration):
    dependencies = (("journal", "0004_transactions"),)
    operations = (migrations.RunSQL(APPEND_ONLY, UNDO),)
