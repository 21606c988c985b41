"""Two append-only tables: events of persons, acts of the programme. Triggers refuse UPDATE, DELETE and TRUNCATE."""

from django.db import models
from django.db.models import Q

from tenggat.foundation.sequences import NextValue


class Event(models.Model):
    """One change of one participation, written in the transaction that made it (D7).

    `occurred_at` is when it happened (event time), `recorded_at` when Tenggat wrote it. An event that moves a
    participation names the state it left and the one it reached, so that states and counts can be rebuilt.
    """

    pk = models.CompositePrimaryKey("person_id", "event_id")
    person_id = models.UUIDField()
    event_id = models.BigIntegerField(db_default=NextValue("journal_event_id"))
    wave = models.IntegerField(null=True)
    kind = models.TextField()
    from_state = models.TextField(null=True)
    to_state = models.TextField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.TextField()
    details = models.JSONField(null=True)

    class Meta:
        indexes = (
            # serves: figures, who was ever reinstated; small, since few are
            models.Index(fields=["person_id", "wave"], condition=Q(kind="reinstated"), name="journal_reinstated"),
        )


class Act(models.Model):
    """One act of the programme that concerns no single person: a wave opened, a watermark moved, a run closed."""

    act_id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.TextField()
    details = models.JSONField(default=dict)
