"""Courses, and purchases as platforms report them."""

from django.db import models
from django.db.models import Q


class Course(models.Model):
    """A training in the catalogue; the price (whole rupiah) is a list price, what was paid stands on the purchase."""

    code = models.TextField(primary_key=True)
    title = models.TextField()
    institution = models.TextField()
    price = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(price__gte=0), name="training_price_is_not_negative"),)


class Purchase(models.Model):
    """One purchase as one platform reported it; a late one is kept as an event and spends nothing.

    `occurred_at` decides fairness, `recorded_at` process (design section 4). A cancellation keeps the row.
    """

    pk = models.CompositePrimaryKey("person_id", "source", "reference")
    person_id = models.UUIDField()
    source = models.TextField()
    reference = models.TextField()
    wave = models.IntegerField()
    course_code = models.TextField()
    price = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    late = models.BooleanField()
    cancelled_at = models.DateTimeField(null=True)
    cancel_recorded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(price__gt=0), name="training_paid_something"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(cancel_recorded_at__isnull=False),
                name="training_cancel_was_recorded",
            ),
        )


class Reference(models.Model):
    """What is unique across people: a platform's reference is one purchase of one person."""

    pk = models.CompositePrimaryKey("source", "reference")
    source = models.TextField()
    reference = models.TextField()
    person_id = models.UUIDField()


class EarlyCancellation(models.Model):
    """A cancellation that was told before its purchase: it is applied when the purchase comes."""

    pk = models.CompositePrimaryKey("source", "reference", "fingerprint", "occurred_at")
    source = models.TextField()
    reference = models.TextField()
    fingerprint = models.UUIDField(help_text="of the NIK in the row")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "training_early_cancellation"
