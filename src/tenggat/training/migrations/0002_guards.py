"""Whom a purchase belongs to, held by the set (docs/decisions/0002)."""

from django.db import migrations

REFERENCES = """
CREATE FUNCTION training_purchase_belongs() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (SELECT FROM arrived WHERE NOT EXISTS
                 (SELECT FROM training_reference AS reference
                   WHERE reference.source = arrived.source AND reference.reference = arrived.reference
                     AND reference.person_id = arrived.person_id OFFSET 0)) THEN
        RAISE EXCEPTION 'a purchase has a reference of somebody else' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER training_purchase_belongs AFTER INSERT ON training_purchase
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION training_purchase_belongs();
CREATE TRIGGER training_purchase_participation AFTER INSERT ON training_purchase
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION waves_participation_exists();
CREATE TRIGGER training_purchase_stays BEFORE DELETE OR TRUNCATE ON training_purchase
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER training_purchase_key_stays
    BEFORE UPDATE OF person_id, source, reference, wave ON training_purchase
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER training_reference_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON training_reference
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
"""
UNDO = """
DROP TRIGGER training_reference_stays ON training_reference;
DROP TRIGGER training_purchase_key_stays ON training_purchase;
DROP TRIGGER training_purchase_stays ON training_purchase;
DROP TRIGGER training_purchase_participation ON training_purchase;
DROP TRIGGER training_purchase_belongs ON training_purchase;
DROP FUNCTION training_purchase_belongs();
"""
# A feed is a handful of rows, but an ordinary foreign key asks for it once per row, a third of the time of writing one.
FEED = """
CREATE FUNCTION training_reference_feed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT source FROM arrived) AS named
                WHERE NOT EXISTS (SELECT FROM partners_feed AS feed WHERE feed.source = named.source)) THEN
        RAISE EXCEPTION 'a reference belongs to no feed' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER training_reference_feed AFTER INSERT ON training_reference
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION training_reference_feed();
CREATE TRIGGER partners_feed_stays BEFORE DELETE OR TRUNCATE ON partners_feed
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
CREATE TRIGGER partners_feed_key_stays BEFORE UPDATE OF source ON partners_feed
    FOR EACH STATEMENT EXECUTE FUNCTION registry_rows_stay();
"""
UNDO_FEED = """
DROP TRIGGER partners_feed_key_stays ON partners_feed;
DROP TRIGGER partners_feed_stays ON partners_feed;
DROP TRIGGER training_reference_feed ON training_reference;
DROP FUNCTION training_reference_feed();
"""


class Migration(migrations.Migration):
    dependencies = (("training", "0001_initial"), ("waves", "0002_guards"), ("partners", "0001_initial"))
    operations = (
        migrations.RunSQL(REFERENCES, UNDO),
        migrations.RunSQL(FEED, UNDO_FEED),
    )
