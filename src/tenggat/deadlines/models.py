"""Runs of the deadline engine."""

from django.db import models
from django.db.models import Q


class Run(models.Model):
    """One run: what it decided with (frozen), and what it found.

    open -> closed, when the audit finds both sets equal. An interrupted run stays open and is resumed.
    """

    run_id = models.BigAutoField(primary_key=True)
    state = models.TextField(default="open")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    cutoff_at = models.DateTimeField(help_text="deadlines at or before this are decided")
    from_at = models.DateTimeField(null=True, help_text="earliest deadline among those due; null: nobody was")
    rule_digest = models.TextField()
    watermarks = models.JSONField()
    expected = models.IntegerField(help_text="how many a dry count saw when the run opened")
    held_by_wave = models.JSONField(default=dict, help_text="how many it had to leave when it closed")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=("open", "closed")), name="deadlines_run_state_is_known"),
            # two engines at once work on the same run
            models.UniqueConstraint("state", condition=Q(state="open"), name="deadlines_one_open_run"),
        )


class Slice(models.Model):
    """What one slice of a run revoked in one wave: rows only added, so that engines side by side never wait."""

    slice_id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT)
    wave = models.IntegerField()
    revoked = models.IntegerField()
    returned = models.BigIntegerField(help_text="whole rupiah")
    recorded_at = models.DateTimeField()
