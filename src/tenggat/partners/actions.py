"""Feeds register themselves, and say up to when they have delivered everything."""

from datetime import datetime

from django.db import transaction

from tenggat.foundation.actors import Actor
from tenggat.foundation.refusals import Refusal
from tenggat.journal import actions as journal
from tenggat.partners.models import Feed

LONGEST_NAME = 100  # characters


class WatermarkInFuture(Refusal):
    """A feed cannot have delivered what has not happened."""

    code = "watermark_in_future"


class SourceUnusable(Refusal):
    """A feed needs a name that can be read and told apart."""

    code = "source_unusable"


def known_name(*, source: str) -> str:
    """The one spelling of a platform's name: without spaces around it, and in the letters it first came in.

    Two spellings would be two platforms, and one purchase would be paid twice. Raises SourceUnusable.
    """
    name = " ".join(source.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SourceUnusable(f"The platform's name must have 1 to {LONGEST_NAME} printable characters; see --source.")
    known = Feed.objects.filter(source__iexact=name).values_list("source", flat=True).first()
    return known or name


def check_watermark(*, through: datetime | None, now: datetime) -> None:
    """Refuse a watermark that lies after `now`. Raises WatermarkInFuture."""
    if through is not None and through > now:
        raise WatermarkInFuture(
            f"--through {through.isoformat()} lies in the future; give the moment up to which everything is delivered."
        )


@transaction.atomic
def register_feed(*, source: str, now: datetime) -> None:
    """Make the feed known, if it is not."""
    Feed.objects.get_or_create(source=source, defaults={"registered_at": now})


def lock_feed(*, source: str) -> datetime | None:
    """Take the feed for this transaction, so that its files are worked on one after the other; gives its watermark."""
    return Feed.objects.select_for_update().get(source=source).watermark_at


@transaction.atomic
def move_watermark(*, source: str, through: datetime, now: datetime, actor: Actor) -> None:
    """Everything of this feed up to `through` has been delivered. A watermark never moves back."""
    check_watermark(through=through, now=now)
    before = lock_feed(source=source)
    if before is not None and before >= through:
        return
    Feed.objects.filter(source=source).update(watermark_at=through)
    journal.act(
        kind="watermark_moved",
        occurred_at=through,
        now=now,
        actor=actor,
        details={"source": source, "before": before.isoformat() if before else None, "through": through.isoformat()},
    )
