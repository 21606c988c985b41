"""A message of wave 0 belongs to no participation (a code, an answer); any other still has to."""

from django.db import migrations

DO = """
CREATE FUNCTION waves_message_participation_exists() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (SELECT FROM arrived WHERE arrived.wave <> 0 AND NOT EXISTS
                 (SELECT FROM waves_participation AS participation
                   WHERE participation.person_id = arrived.person_id AND participation.wave = arrived.wave
                  OFFSET 0)) THEN
        RAISE EXCEPTION 'a row of % belongs to no participation', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER waves_message_participation ON messaging_message;
CREATE TRIGGER waves_message_participation AFTER INSERT ON messaging_message
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION waves_message_participation_exists();
"""
UNDO = """
DROP TRIGGER waves_message_participation ON messaging_message;
CREATE TRIGGER waves_message_participation AFTER INSERT ON messaging_message
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION waves_participation_exists();
DROP FUNCTION waves_message_participation_exists();
"""


class Migration(migrations.Migration):
    dependencies = (("waves", "0004_deadlines_stay"), ("messaging", "0005_direct"))
    operations = (migrations.RunSQL(DO, UNDO),)
