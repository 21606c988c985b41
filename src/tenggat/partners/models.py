"""Feeds of purchases and their watermarks."""

from django.db import models


class Feed(models.Model):
    """A platform's stream of purchase events. `watermark_at`: everything up to then has been delivered.

    A feed becomes required with its first watermark: from then on nobody is revoked past it.
    """

    source = models.TextField(primary_key=True)
    registered_at = models.DateTimeField()
    watermark_at = models.DateTimeField(null=True)
