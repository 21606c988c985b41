"""How far each feed has delivered."""

from datetime import datetime

from tenggat.partners.models import Feed


def required_watermarks() -> dict[str, datetime]:
    """Source to watermark, for the feeds that have ever given one: nobody is revoked past any of them."""
    feeds = Feed.objects.exclude(watermark_at=None).order_by("source")
    return {feed.source: feed.watermark_at for feed in feeds if feed.watermark_at is not None}
