"""The waiting messages in the order of moments and people, so that a claim goes on where the last one ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("messaging", "0001_initial"),)
    operations = (
        migrations.RemoveIndex("message", "messaging_waiting"),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["not_before", "person_id"], condition=models.Q(state="planned"), name="messaging_waiting"
            ),
        ),
    )
