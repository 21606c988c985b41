"""Three append-only tables: events of persons, acts of the programme, seals over both.

Triggers refuse UPDATE, DELETE and TRUNCATE.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from tenggat.foundation.sequences import NextValue
from tenggat.journal.numbering import TransactionNumber


class Event(models.Model):
    """One change of one participation, written in the transaction that made it (D7).

    `occurred_at` is when it happened (event time), `recorded_at` when Tenggat wrote it. An event that moves a
    participation names the state it left and the one it reached, so that states and counts can be rebuilt.
    `transaction` says which transaction wrote it: seals go by that.
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
    transaction = models.BigIntegerField(db_default=TransactionNumber())

    class Meta:
        indexes = (
            # serves: branches, leaves -- the rows of a seal, which lie together
            BrinIndex(fields=["transaction"], pages_per_range=32, name="journal_event_transaction"),
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
    transaction = models.BigIntegerField(db_default=TransactionNumber())

    class Meta:
        indexes = (
            # serves: branches, acts
            BrinIndex(fields=["transaction"], pages_per_range=32, name="journal_act_transaction"),
        )


class Seal(models.Model):
    """One link of the chain: the digest of the rows that its snapshot saw and the one before had not (0008).

    Digests of the chain are hexadecimal text. `branches` (bytes, as tree.join puts them) and `acts` are what `root` is
    made of, kept so that one row can be proved without reading all others.
    """

    seal_id = models.BigIntegerField(primary_key=True)
    previous = models.TextField(help_text="the digest of the seal before")
    snapshot = models.TextField(help_text="which transactions were over, as numbering.py writes it")
    rows = models.BigIntegerField()
    branches = models.BinaryField()
    acts = models.BinaryField()
    root = models.TextField()
    sealed_at = models.DateTimeField()
    digest = models.TextField(unique=True)
