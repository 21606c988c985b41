"""Entries are only added; the same guard as the journal's."""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
"""


class Migration(migrations.Migration):
    dependencies = (("ledger", "0001_initial"), ("journal", "0002_guards"))
    operations = (migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER ledger_entry_append_only ON ledger_entry"),)
