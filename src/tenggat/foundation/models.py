"""The one row that says what this database belongs to."""

from django.db import models


class Installation(models.Model):
    """Programme, sandbox flag and key check: a home that does not match is refused before it writes."""

    installation_id = models.SmallIntegerField(primary_key=True, default=1)
    programme = models.TextField()
    sandbox = models.BooleanField()
    key_check = models.TextField(help_text="digest that only the right secret gives; tells no secret")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(installation_id=1), name="installation_is_one"),)
