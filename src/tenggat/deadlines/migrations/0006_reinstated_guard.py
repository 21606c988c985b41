"""Nobody is back in a wave and still on the blacklist for its deadline, whatever a program does."""

from django.db import migrations

# Looked at when the transaction ends, since the steps of a reinstatement may come in any order; and only at rows that
# leave `revoked`, so that a night of revocations queues nothing.
OFF_THE_LIST = """
CREATE FUNCTION deadlines_reinstated_off_the_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM waves_participation AS participation
                WHERE participation.person_id = NEW.person_id AND participation.wave = NEW.wave
                  AND participation.state IN ('accepted', 'bought', 'completed'))
       AND EXISTS (SELECT FROM registry_blacklist_entry AS entry
                    WHERE entry.person_id = NEW.person_id AND entry.source = 'deadline' AND entry.lifted_at IS NULL) THEN
        RAISE EXCEPTION 'somebody is reinstated and still on the blacklist for the deadline'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER deadlines_reinstated_off_the_list AFTER UPDATE OF state ON waves_participation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.state = 'revoked' AND NEW.state IN ('accepted', 'bought', 'completed'))
    EXECUTE FUNCTION deadlines_reinstated_off_the_list();
"""
UNDO = """
DROP TRIGGER deadlines_reinstated_off_the_list ON waves_participation;
DROP FUNCTION deadlines_reinstated_off_the_list();
"""


class Migration(migrations.Migration):
    dependencies = (
        ("deadlines", "0005_quarantine_guards"), ("waves", "0002_guards"), ("registry", "0002_guards"),
    )
    operations = (migrations.RunSQL(OFF_THE_LIST, UNDO),)
