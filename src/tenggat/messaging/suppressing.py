"""Addresses whose owners want no message that one may refuse. Notices that the law asks for go to them, too."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tenggat.foundation.keys import uuid8
from tenggat.foundation.refusals import Refusal
from tenggat.messaging.models import Suppression
from tenggat.registry import contacts
from tenggat.registry.actions import reason_of
from tenggat.rules.programme import Programme


class NotSuppressed(Refusal):
    """The address is on no list."""

    code = "not_suppressed"


class AddressUnusable(Refusal):
    """Neither a phone number nor a mail address."""

    code = "address_unusable"


def suppress(*, address: str, reason: str, programme: Programme, now: datetime) -> bool:
    """Send nothing refusable to a phone number or mail address from now on; False where that was so already."""
    fingerprint = _fingerprint(_usable(address, programme))
    _, new = Suppression.objects.get_or_create(
        fingerprint=fingerprint, defaults={"since_at": now, "reason": reason_of(reason)}
    )
    return new


def release(*, address: str, programme: Programme) -> None:
    """Send to it again. Raises NotSuppressed, AddressUnusable."""
    if not Suppression.objects.filter(fingerprint=_fingerprint(_usable(address, programme))).delete()[0]:
        raise NotSuppressed("This address is not on the list; nothing was changed.")


def suppressed(addresses: Collection[str]) -> set[str]:
    """Which of these addresses are on the list."""
    if not addresses:
        return set()
    by_print = {_fingerprint(address): address for address in addresses}
    found = Suppression.objects.filter(fingerprint__in=list(by_print)).values_list("fingerprint", flat=True)
    return {by_print[one] for one in found}


def _usable(address: str, programme: Programme) -> str:
    """As it stands on persons, however it is written."""
    region = programme.identity.phone_region
    found = contacts.email(address) if "@" in address else contacts.mobile(address, region=region)
    if found is None:
        raise AddressUnusable("This is neither a mobile number nor a mail address; nothing was changed.")
    return found


def _fingerprint(address: str) -> UUID:
    """The list keeps no address; capital letters of a mail address do not matter."""
    return uuid8(hashlib.sha256(address.strip().casefold().encode()).digest())
