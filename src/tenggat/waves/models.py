"""Waves and participations: the facts that decide stand on the row that is decided (D4)."""

from django.db import models
from django.db.models import F, Q

from tenggat.foundation.sequences import NextValue
from tenggat.registry.models import Person


class Wave(models.Model):
    """A wave, its quota and how many it has accepted (kept by a trigger; never past the quota, I7)."""

    number = models.IntegerField(primary_key=True)
    quota = models.IntegerField()
    accepted = models.IntegerField(default=0)
    opened_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True, help_text="first instant that is too late")
    deadline_version = models.SmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(number__gt=0), name="waves_number_is_positive"),
            models.CheckConstraint(
                condition=Q(accepted__gte=0) & Q(accepted__lte=F("quota")), name="waves_quota_holds"
            ),
        )


class Participation(models.Model):
    """One person in one wave.

    `deadline_at` is the first instant that is too late, stamped once and never shortened; a change carries a new
    `deadline_version`. `balance` and `training_balance` (whole rupiah) are what is still committed to the person.
    `channel` and `time_zone` say how and when a message reaches the person ("none": unreachable).
    """

    pk = models.CompositePrimaryKey("person_id", "wave_id")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, db_column="wave", db_constraint=False, db_index=False)
    state = models.TextField(default="accepted")
    accepted_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True)
    deadline_version = models.SmallIntegerField(default=0)
    first_purchase_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    run_id = models.BigIntegerField(null=True, help_text="the run that revoked")
    balance = models.BigIntegerField()
    training_balance = models.BigIntegerField()
    channel = models.TextField()
    time_zone = models.TextField()
    card_cipher = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "person_id", condition=~Q(state__in=("withdrawn", "void")), name="waves_one_live_participation"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("accepted", "bought", "completed", "revoked", "withdrawn", "void")),
                name="waves_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(training_balance__gte=0) & Q(balance__gte=F("training_balance")),
                name="waves_balance_never_negative",
            ),
            # a purchase at or after the deadline never counts
            models.CheckConstraint(
                condition=Q(first_purchase_at=None) | Q(deadline_at=None) | Q(first_purchase_at__lt=F("deadline_at")),
                name="waves_first_purchase_in_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("bought", "completed")) | Q(first_purchase_at__isnull=False),
                name="waves_bought_has_purchase",
            ),
            # nobody is revoked before the deadline, with a purchase that counts, or with money left
            models.CheckConstraint(
                condition=~Q(state="revoked")
                | Q(first_purchase_at=None, balance=0, deadline_at__isnull=False, ended_at__gte=F("deadline_at")),
                name="waves_revoked_rightly",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("accepted", "bought", "completed")) | Q(ended_at__isnull=False),
                name="waves_ended_has_moment",
            ),
        )
        indexes = (
            # serves: due_slice, revoke_slice, count_due -- the people a run has to look at, in slice order
            models.Index(
                fields=["deadline_at", "person"],
                condition=Q(state="accepted", first_purchase_at=None),
                name="waves_due",
            ),
            # serves: cancel_outdated (reminders.sql), whose deadline was ever changed; small, since few are
            models.Index(fields=["person", "wave"], condition=Q(deadline_version__gt=1), name="waves_redated"),
        )


class Card(models.Model):
    """A 16-digit card number belongs to one participation."""

    number_fingerprint = models.UUIDField(primary_key=True)
    person_id = models.UUIDField()
    wave = models.IntegerField()


class HouseholdSeat(models.Model):
    """A family card (KK) has two seats; a live participation sits on one of them (I7)."""

    pk = models.CompositePrimaryKey("household_fingerprint", "seat")
    household_fingerprint = models.UUIDField()
    seat = models.SmallIntegerField()
    person_id = models.UUIDField()
    wave = models.IntegerField()

    class Meta:
        db_table = "waves_household_seat"
        constraints = (models.CheckConstraint(condition=Q(seat__gte=1), name="waves_seat_is_numbered"),)


class Hold(models.Model):
    """Why one participation may not be revoked for now; `held_until` of the participation is their latest end."""

    pk = models.CompositePrimaryKey("person_id", "hold_id")
    person_id = models.UUIDField()
    hold_id = models.BigIntegerField(db_default=NextValue("waves_hold_id"))
    wave = models.IntegerField()
    reason = models.TextField()
    reference = models.TextField(help_text="what it waits for, such as SOURCE/REFERENCE of an unresolved purchase")
    effective_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "person_id", "reason", "reference", condition=Q(lifted_at=None), name="waves_held_once_for_a_reason"
            ),
        )
