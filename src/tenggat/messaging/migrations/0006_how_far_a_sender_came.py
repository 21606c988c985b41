"""How far a sender had come with what it claimed, and what a receipt tells of whom it means."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("messaging", "0005_direct"),)
    operations = (
        migrations.AddField(
            "sender",
            "begun_at",
            models.DateTimeField(null=True, help_text="null: taken for dead; it may hand over nothing more"),
        ),
        migrations.AddField(
            "sender",
            "begun_person",
            models.UUIDField(null=True, help_text="what it claimed then for people behind is here yet"),
        ),
        migrations.AddField(
            "receiptrow",
            "mark",
            models.IntegerField(null=True, help_text="16 bits of our reference, where that is all that comes back"),
        ),
        migrations.AddField(
            "receiptrow",
            "submitted_at",
            models.DateTimeField(null=True, help_text="when the gateway says that it took the message"),
        ),
    )
