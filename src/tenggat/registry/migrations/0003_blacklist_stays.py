"""A blacklist entry is lifted with a reason, never removed: whoever was on the list can be told why and since when."""

from django.db import migrations

STAYS = """
CREATE TRIGGER registry_blacklist_stays BEFORE DELETE OR TRUNCATE ON registry_blacklist_entry
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER registry_blacklist_key_stays BEFORE UPDATE OF person_id, since_at ON registry_blacklist_entry
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
"""
UNDO = """
DROP TRIGGER registry_blacklist_key_stays ON registry_blacklist_entry;
DROP TRIGGER registry_blacklist_stays ON registry_blacklist_entry;
"""


class Migration(migrations.Migration):
    dependencies = (("registry", "0002_guards"),)
    operations = (migrations.RunSQL(STAYS, UNDO),)
