"""The outbox (D8)."""

from django.db import models
from django.db.models import F, Q


class Message(models.Model):
    """One message to one person: at most one per person, wave, step, channel and deadline version (I5).

    Wave 0 has what belongs to no wave (direct.py): a code, an answer. There the version is a running number, and the
    row has its own address and sealed values until it is over.

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
    route = models.TextField(db_default="", help_text="by which it went, or was tried last")
    sender = models.IntegerField(null=True, help_text="the Sender that has it, or had it last")
    attempt = models.SmallIntegerField(db_default=0, help_text="how often it was taken to be sent")
    gateway_id = models.TextField(db_default="", help_text="the gateway's name for it, which its receipts carry")
    fate = models.TextField(db_default="", help_text="what receipts say of it; nothing is decided by one")
    fate_at = models.DateTimeField(null=True)
    variant = models.TextField(db_default="", help_text="which text of the step, where it has several")
    address = models.TextField(db_default="", help_text="where it goes, if not to the registry's address")
    sealed = models.BinaryField(null=True, help_text="name and values of its text, encrypted for the person")

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
            models.CheckConstraint(
                condition=Q(fate__in=("", "underway", "failed", "delivered", "read")), name="messaging_fate_is_known"
            ),
            # A code that has gone, or never will, is no one's to read.
            models.CheckConstraint(
                condition=Q(address="", sealed=None) | Q(wave=0, state__in=("planned", "sending")),
                name="messaging_forgets_what_is_over",
            ),
        )
        indexes = (
            # serves: claim_due and expire_overdue, step by step, so that one step is sent before another
            models.Index(
                fields=["step", "not_before", "person_id"], condition=Q(state="planned"), name="messaging_waiting"
            ),
            # serves: dead_senders, abandoned
            models.Index(fields=["sender"], condition=Q(state="sending"), name="messaging_sending"),
            # serves: receipts that carry the gateway's name for a message, or the stand-in for one that was lost
            models.Index(fields=["gateway_id", "route"], condition=~Q(gateway_id=""), name="messaging_named"),
        )


class Attempt(models.Model):
    """An attempt that the gateway did not take: what it said. The one under way stands on the message itself."""

    pk = models.CompositePrimaryKey("person_id", "wave", "step", "channel", "deadline_version", "attempt")
    person_id = models.UUIDField()
    wave = models.IntegerField()
    step = models.TextField()
    channel = models.TextField()
    deadline_version = models.SmallIntegerField()
    attempt = models.SmallIntegerField()
    route = models.TextField()
    outcome = models.TextField(help_text="busy, rejected or unknown")
    code = models.TextField(help_text="the gateway's code, or ours where no answer came")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=("busy", "rejected", "unknown")), name="messaging_attempt_outcome_is_known"
            ),
        )


class Sender(models.Model):
    """A process at work on a route. It holds an advisory lock of its number: who can take that lock knows it dead."""

    number = models.AutoField(primary_key=True)
    route = models.TextField()
    began_at = models.DateTimeField()


class Allowance(models.Model):
    """What a route may still send now: a bucket of tokens that all its senders share, and the day's count."""

    route = models.TextField(primary_key=True)
    tokens = models.FloatField()
    filled_at = models.FloatField(help_text="seconds of the senders' clock, not of the programme's")
    day = models.DateField()
    taken = models.IntegerField(help_text="of that day's quota")


class ReceiptRow(models.Model):
    """The inbox: what a gateway has told, once each, before anything is done with it."""

    receipt_id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField(help_text="SHA-256 of route and receipt: the same word twice is one row")
    route = models.TextField()
    gateway_id = models.TextField()
    fate = models.TextField()
    code = models.TextField()
    reference = models.TextField(default="")
    address = models.TextField(default="", help_text="only until it is applied, and only where no name was given")
    at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    found = models.TextField(default="", help_text="told, stale (a surer word was there), or nobody's")

    class Meta:
        db_table = "messaging_receipt"
        constraints = (
            models.UniqueConstraint("digest", name="messaging_receipt_once"),
            models.CheckConstraint(
                condition=Q(fate__in=("underway", "failed", "delivered", "read")), name="messaging_receipt_is_known"
            ),
        )
        indexes = (
            # serves: take_inbox (what nothing was done with yet)
            models.Index(fields=["receipt_id"], condition=Q(applied_at=None), name="messaging_inbox"),
        )


class Switch(models.Model):
    """A step, or a route, that an officer has stopped: nothing of it is handed over until it is started again."""

    pk = models.CompositePrimaryKey("kind", "name")
    kind = models.TextField(help_text="step, channel or route")
    name = models.TextField()
    since_at = models.DateTimeField()
    by = models.TextField()
    reason = models.TextField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("step", "channel", "route")), name="messaging_switch_is_known"
            ),
        )


class Suppression(models.Model):
    """An address whose owner wants no message of a step that one may refuse. Only its fingerprint is kept."""

    fingerprint = models.UUIDField(primary_key=True)
    since_at = models.DateTimeField()
    reason = models.TextField()
