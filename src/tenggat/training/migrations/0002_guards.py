"""Foreign keys that are checked at once."""

from django.db import migrations

KEYS = """
ALTER TABLE training_purchase
    ADD CONSTRAINT training_purchase_participation
        FOREIGN KEY (person_id, wave) REFERENCES waves_participation (person_id, wave),
    ADD CONSTRAINT training_purchase_feed FOREIGN KEY (source) REFERENCES partners_feed (source),
    ADD CONSTRAINT training_purchase_reference
        FOREIGN KEY (source, reference) REFERENCES training_reference (source, reference);
"""
UNDO = """
ALTER TABLE training_purchase
    DROP CONSTRAINT training_purchase_reference, DROP CONSTRAINT training_purchase_feed,
    DROP CONSTRAINT training_purchase_participation;
"""


class Migration(migrations.Migration):
    dependencies = (("training", "0001_initial"), ("waves", "0002_guards"), ("partners", "0001_initial"))
    operations = (migrations.RunSQL(KEYS, UNDO),)
