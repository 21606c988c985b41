"""Database sequences as column defaults, so that COPY, SQL and the ORM all draw from the same one."""

from typing import Any

from django.db import models
from django.db.models import Func


class NextValue(Func):
    """`nextval('name')` as a database default."""

    template = "nextval('%(sequence)s')"
    output_field = models.BigIntegerField()

    def __init__(self, sequence: str, **extra: Any) -> None:
        super().__init__(sequence=sequence, **extra)
