"""Runs of the deadline engine, and what officers decided about deadlines."""

from django.db import models
from django.db.models import ExpressionWrapper, F, Q

from tenggat.foundation.sequences import NextValue
from tenggat.waves.models import Wave


class Run(models.Model):
    """One run: what it decided with (frozen), and what it found.

    waiting -> open, when two people have approved what the brake stopped; open -> closed, when the audit finds both
    sets equal. An interrupted run stays open and is resumed.
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
    brake = models.JSONField(default=list, help_text="why it had to wait, in sentences; empty: it had not")
    held_by_wave = models.JSONField(default=dict, help_text="how many it had to leave when it closed")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "open", "closed")), name="deadlines_run_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
                name="deadlines_closed_has_moment",
            ),
            # two engines at once work on the same run, and nothing overtakes one that waits
            models.UniqueConstraint(
                ExpressionWrapper(Q(closed_at=None), models.BooleanField()),
                condition=Q(closed_at=None),
                name="deadlines_one_open_run",
            ),
        )


class Slice(models.Model):
    """What one slice of a run revoked in one wave: rows only added, so that engines side by side never wait."""

    slice_id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT)
    wave = models.IntegerField()
    revoked = models.IntegerField()
    returned = models.BigIntegerField(help_text="whole rupiah")
    recorded_at = models.DateTimeField()


class Approval(models.Model):
    """One person's approval of a run that waits: once per person, however the name is written."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT)
    name = models.TextField()
    person = models.TextField(help_text="the name without case and spaces")
    approved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint("run", "person", name="deadlines_approved_once_by_each"),)


class Quarantined(models.Model):
    """A record that a run could not process: set apart once, until somebody asks for it again."""

    pk = models.CompositePrimaryKey("person_id", "quarantine_id")
    person_id = models.UUIDField()
    quarantine_id = models.BigIntegerField(db_default=NextValue("deadlines_quarantine_id"))
    wave = models.IntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, db_index=False)
    reason = models.TextField(help_text="what the database refused, in names of the schema: never a value")
    found_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "deadlines_quarantine"
        constraints = (
            # serves: look_ahead, standing, retry, and the audit, all of which ask for who is apart now
            models.UniqueConstraint("person_id", "wave", condition=Q(released_at=None), name="deadlines_apart_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="deadlines_apart_with_reason"),
        )


class Release(models.Model):
    """Seats that people of a run have left, given to a wave: rows only added, and a trigger raises the wave's quota.

    `repaid` seats went to nobody: they stand for people who were reinstated after their seat had been released.
    """

    release_id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT)
    to_wave = models.ForeignKey(Wave, on_delete=models.PROTECT, db_column="to_wave", db_index=False)
    seats = models.IntegerField()
    repaid = models.IntegerField(default=0)
    released_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(seats__gte=0, repaid__gte=0) & ~Q(seats=0, repaid=0), name="deadlines_release_moves_seats"
            ),
        )


class Decision(models.Model):
    """What an officer decided about somebody's deadline: a hold, or an extension. Rows are only added.

    `effective_at` decides whom it reaches, `decided_at` is when it was written down (I2). Only a hold can be lifted:
    what an extension promised stays.
    """

    decision_id = models.BigAutoField(primary_key=True)
    kind = models.TextField(help_text="hold or extension")
    scope = models.TextField(help_text="person, wave, source or everyone")
    person_id = models.UUIDField(null=True)
    wave = models.IntegerField(null=True)
    source = models.TextField(null=True)
    effective_at = models.DateTimeField()
    until_at = models.DateTimeField(help_text="a hold ends then; of an extension, the first instant that is too late")
    decided_at = models.DateTimeField()
    reason = models.TextField()
    decided_by = models.TextField()
    approved_by = models.TextField(default="", help_text="another person who approved it")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="")
    lifted_reason = models.TextField(default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("hold", "extension")), name="deadlines_decision_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(scope="person", person_id__isnull=False, wave=None, source=None)
                | Q(scope="wave", person_id=None, wave__isnull=False, source=None)
                | Q(scope="source", person_id=None, wave=None, source__isnull=False)
                | Q(scope="everyone", person_id=None, wave=None, source=None),
                name="deadlines_decision_has_one_scope",
            ),
            models.CheckConstraint(
                condition=Q(until_at__gt=F("effective_at")) & Q(effective_at__lte=F("decided_at")),
                name="deadlines_decision_moments_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(decided_by="") & ~Q(approved_by=F("decided_by")),
                name="deadlines_decision_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by="", lifted_reason="")
                | (Q(kind="hold", lifted_at__isnull=False) & ~Q(lifted_by="") & ~Q(lifted_reason="")),
                name="deadlines_only_holds_are_lifted",
            ),
        )
