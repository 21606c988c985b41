"""The outbox (D8)."""

from django.db import models
from django.db.models import F, Q


class Message(models.Model):
    """One message to one person: at most one per person, wave, step, channel and deadline version (I5).

    planned -> sending -> accepted | rejected | unknown; planned -> cancelled | expired. `sending` is committed
    before the gateway is called; whoever finds it there after a crash knows that the outcome is not known.
    """

    STATES = ("planned", "sending", "accepted", "rejected", "unknown", "cancelled", "expired")

    pk = models.CompositePrimaryKey("person_id", "wave", "step", "channel", "deadline_version")
    person_id = models.UUIDField()
    wave = models.IntegerField()
    step = models.TextField()
    channel = models.TextField()
    deadline_version = models.SmallIntegerField()
    state = models.TextField(default="planned")
    deadline_at = models.DateTimeField(help_text="the deadline that the text names")
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    skip_if_bought = models.BooleanField()
    planned_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="", help_text="the gateway's word: its code, never its text")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    state__in=("planned", "sending", "accepted", "rejected", "unknown", "cancelled", "expired")
                ),
                name="messaging_state_is_known",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("not_before")), name="messaging_window_is_open"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(sent_at__isnull=False), name="messaging_accepted_was_sent"
            ),
        )
        indexes = (
            # serves: claim_due (what may go now), expire_overdue
            models.Index(fields=["not_before", "person_id"], condition=Q(state="planned"), name="messaging_waiting"),
            # serves: settle_interrupted (what a dead sender left behind)
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="messaging_sending"),
        )
