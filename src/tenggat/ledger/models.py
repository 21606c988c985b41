"""The books (I4): committed = spent + paid + returned + remaining, per person and in all."""

from django.db import models
from django.db.models import F, Q

from tenggat.foundation.sequences import NextValue


class Entry(models.Model):
    """One movement of a person's money, in whole rupiah, seen from what is still committed to the person.

    Commitments are positive; what is spent, paid or returned is negative; a reversal carries the opposite sign
    of what it reverses. The sum over a participation is its balance. `training` is the part of `amount` that
    belongs to the training balance.
    """

    KINDS = ("committed", "spent", "paid", "returned")

    pk = models.CompositePrimaryKey("person_id", "entry_id")
    person_id = models.UUIDField()
    entry_id = models.BigIntegerField(db_default=NextValue("ledger_entry_id"))
    wave = models.IntegerField()
    kind = models.TextField()
    amount = models.BigIntegerField()
    training = models.BigIntegerField()
    reference = models.TextField(default="")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("committed", "spent", "paid", "returned")), name="ledger_kind_is_known"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_amount_moves_something"),
            # a part lies inside its whole and has its sign
            models.CheckConstraint(
                condition=Q(amount__gt=0, training__gte=0, training__lte=F("amount"))
                | Q(amount__lt=0, training__lte=0, training__gte=F("amount")),
                name="ledger_training_is_a_part",
            ),
            # purchases are paid from the training balance alone
            models.CheckConstraint(
                condition=~Q(kind="spent") | Q(training=F("amount")), name="ledger_spent_is_training"
            ),
        )
