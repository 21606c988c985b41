"""Addresses whose owners want no message that one may refuse. Notices that the law asks for go to them, too."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tenggat.foundation.keys import uuid8
from tenggat.foundation.refusals import Refusal
from tenggat.messaging.models import Suppression


class NotSuppressed(Refusal):
    """The address is on no list."""

    code = "not_suppressed"


def suppress(*, address: str, reason: str, now: datetime) -> bool:
    """Send nothing refusable to an address (E.164 number, or mail address) from now on; False where that was so."""
    _, new = Suppression.objects.get_or_create(
        fingerprint=_fingerprint(address), defaults={"since_at": now, "reason": reason}
    )
    return new


def release(*, address: str) -> None:
    """Send to it again. Raises NotSuppressed."""
    if not Suppression.objects.filter(fingerprint=_fingerprint(address)).delete()[0]:
        raise NotSuppressed("This address is not on the list; nothing was changed.")


def suppressed(addresses: Collection[str]) -> set[str]:
    """Which of these addresses are on the list."""
    if not addresses:
        return set()
    by_print = {_fingerprint(address): address for address in addresses}
    found = Suppression.objects.filter(fingerprint__in=list(by_print)).values_list("fingerprint", flat=True)
    return {by_print[one] for one in found}


def _fingerprint(address: str) -> UUID:
    """The list keeps no address; capital letters of a mail address do not matter."""
    return uuid8(hashlib.sha256(address.strip().casefold().encode()).digest())
