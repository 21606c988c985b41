"""Questions as PostgreSQL searches them, and counts without anybody's name."""

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

CONFIGURATIONS = {"id": "indonesian", "en": "english"}
"""PostgreSQL's own text search configuration of each language."""

LANGUAGES = tuple(CONFIGURATIONS)
LONGEST = 80
"""Characters that are kept of a search that found nothing."""


class Question(models.Model):
    """A question with its answer in one language (Markdown with {fields}), as the package's files say it.

    Some dozens of rows: they are read through faster than an index of words would be.
    """

    pk = models.CompositePrimaryKey("language", "slug")
    language = models.TextField()
    slug = models.TextField()
    place = models.SmallIntegerField(help_text="the order in which the files have them")
    topic = models.TextField()
    title = models.TextField()
    words = models.TextField(help_text="other words by which people look for it")
    body = models.TextField()
    search = SearchVectorField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="help_question_language_is_known"),
        )


class Opinion(models.Model):
    """How many readers of a question said on a day that it helped, or that it did not."""

    pk = models.CompositePrimaryKey("language", "slug", "on", "helped")
    language = models.TextField()
    slug = models.TextField()
    on = models.DateField()
    helped = models.BooleanField()
    times = models.IntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(times__gt=0), name="help_opinion_was_given"),)


class Missed(models.Model):
    """What was looked for on a day and not found: words with every digit masked, shortened."""

    pk = models.CompositePrimaryKey("language", "text", "on")
    language = models.TextField()
    text = models.TextField()
    on = models.DateField()
    times = models.IntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(times__gt=0) & ~Q(text="") & Q(text__regex=r"^[^0-9]{1,80}$"), name="help_missed_is_masked"
            ),
        )
