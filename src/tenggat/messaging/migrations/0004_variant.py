"""Which text of a step a message has, where the step has several."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("messaging", "0003_routes_and_receipts"),)
    operations = (
        migrations.AddField(
            "message",
            "variant",
            models.TextField(db_default="", help_text="which text of the step, where it has several"),
        ),
    )
