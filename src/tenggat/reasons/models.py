"""What people were asked, and what they said."""

from django.db import models
from django.db.models import Q

from tenggat.reasons.states import Occasion, Reason, Way


class Question(models.Model):
    """One person, asked on one occasion of one wave: once, however often the page is opened. A later answer replaces
    an earlier one; the journal keeps both.

    `link_id` opens the question without signing in: whoever has it can answer, and sees nothing of the person.
    `words_cipher` is what the person wrote, encrypted for them.
    """

    pk = models.CompositePrimaryKey("person_id", "wave", "occasion")
    person_id = models.UUIDField()
    wave = models.IntegerField()
    occasion = models.TextField()
    link_id = models.UUIDField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(null=True)
    reason = models.TextField(null=True)
    words_cipher = models.BinaryField(null=True)

    class Meta:
        constraints = (
            # serves: a link that is opened
            models.UniqueConstraint("link_id", name="reasons_link_opens_one"),
            models.CheckConstraint(condition=Q(occasion__in=list(Occasion)), name="reasons_occasion_is_known"),
            models.CheckConstraint(
                condition=Q(asked_by__in=list(Way)) & (Q(answered_by=None) | Q(answered_by__in=list(Way))),
                name="reasons_way_is_known",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, reason=None, words_cipher=None)
                | Q(
                    answered_at__isnull=False, answered_by__isnull=False, reason__isnull=False, reason__in=list(Reason)
                ),
                name="reasons_answer_is_whole",
            ),
        )


class Sample(models.Model):
    """People drawn at random from all of a wave who had bought nothing, to be called: an interval is of them alone."""

    sample_id = models.BigAutoField(primary_key=True)
    wave = models.IntegerField()
    drawn_at = models.DateTimeField()
    drawn_by = models.TextField()
    among = models.IntegerField(help_text="how many it was drawn from")


class Sampled(models.Model):
    """One of them, in the order in which they are to be called."""

    pk = models.CompositePrimaryKey("sample_id", "place")
    sample_id = models.BigIntegerField()
    place = models.IntegerField()
    person_id = models.UUIDField()
    wave = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint("sample_id", "person_id", name="reasons_sampled_once"),)
