"""Who belongs to whom, held by the set (docs/decisions/0002), and the accepted counted against the quota (I7)."""

from django.db import migrations

STAY = """
CREATE TRIGGER waves_wave_stays BEFORE DELETE OR TRUNCATE ON waves_wave
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER waves_wave_key_stays BEFORE UPDATE OF number ON waves_wave
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER waves_participation_stays BEFORE DELETE OR TRUNCATE ON waves_participation
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER waves_participation_key_stays BEFORE UPDATE OF person_id, wave ON waves_participation
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER messaging_message_key_stays BEFORE UPDATE OF person_id, wave ON messaging_message
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER waves_card_key_stays BEFORE UPDATE OF person_id, wave ON waves_card
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER waves_seat_key_stays BEFORE UPDATE OF person_id, wave ON waves_household_seat
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
"""
UNDO_STAY = """
DROP TRIGGER waves_seat_key_stays ON waves_household_seat;
DROP TRIGGER waves_card_key_stays ON waves_card;
DROP TRIGGER messaging_message_key_stays ON messaging_message;
DROP TRIGGER waves_participation_key_stays ON waves_participation;
DROP TRIGGER waves_participation_stays ON waves_participation;
DROP TRIGGER waves_wave_key_stays ON waves_wave;
DROP TRIGGER waves_wave_stays ON waves_wave;
"""
REFERENCES = """
CREATE TRIGGER waves_participation_person AFTER INSERT ON waves_participation
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION registry_person_exists();
CREATE FUNCTION waves_participation_exists() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (SELECT FROM arrived WHERE NOT EXISTS
                 (SELECT FROM waves_participation AS participation
                   WHERE participation.person_id = arrived.person_id AND participation.wave = arrived.wave
                  OFFSET 0)) THEN
        RAISE EXCEPTION 'a row of % belongs to no participation', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER waves_card_participation AFTER INSERT ON waves_card
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION waves_participation_exists();
CREATE TRIGGER waves_seat_participation AFTER INSERT ON waves_household_seat
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION waves_participation_exists();
CREATE TRIGGER waves_entry_participation AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION waves_participation_exists();
CREATE TRIGGER waves_message_participation AFTER INSERT ON messaging_message
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION waves_participation_exists();
ALTER TABLE waves_hold ADD CONSTRAINT waves_hold_participation
    FOREIGN KEY (person_id, wave) REFERENCES waves_participation (person_id, wave);
"""
UNDO_REFERENCES = """
ALTER TABLE waves_hold DROP CONSTRAINT waves_hold_participation;
DROP TRIGGER waves_message_participation ON messaging_message;
DROP TRIGGER waves_entry_participation ON ledger_entry;
DROP TRIGGER waves_seat_participation ON waves_household_seat;
DROP TRIGGER waves_card_participation ON waves_card;
DROP FUNCTION waves_participation_exists();
DROP TRIGGER waves_participation_person ON waves_participation;
"""
# One UPDATE per statement, also for a COPY of 800,000 rows. It locks the wave's row, so that two imports into one
# wave wait for each other and the CHECK of the quota decides; and it is the reference to the wave.
QUOTA = """
CREATE FUNCTION waves_count_accepted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    waves bigint;
    known bigint;
BEGIN
    SELECT count(DISTINCT wave) INTO waves FROM arrived;
    UPDATE waves_wave SET accepted = accepted + came.count
      FROM (SELECT wave, count(*) FROM arrived GROUP BY wave) AS came
     WHERE number = came.wave;
    GET DIAGNOSTICS known = ROW_COUNT;
    IF known <> waves THEN
        RAISE EXCEPTION 'a participation belongs to no wave' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER waves_accepted_counts AFTER INSERT ON waves_participation
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION waves_count_accepted();
"""
UNDO_QUOTA = """
DROP TRIGGER waves_accepted_counts ON waves_participation;
DROP FUNCTION waves_count_accepted();
"""


class Migration(migrations.Migration):
    dependencies = (
        ("waves", "0001_initial"),
        ("registry", "0002_guards"),
        ("ledger", "0001_initial"),
        ("messaging", "0001_initial"),
    )
    operations = (
        migrations.RunSQL(STAY, UNDO_STAY),
        migrations.RunSQL(REFERENCES, UNDO_REFERENCES),
        migrations.RunSQL(QUOTA, UNDO_QUOTA),
    )
