"""Who asks, as far as can be known before anything is proven: a network, and a device that has proven the address.

What somebody does wrong is counted by address *and* by whom it comes from, never by the address alone: a stranger who
asks for codes to my number spends the stranger's share, not mine (docs/security.md).
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID, uuid4

from tenggat.foundation.keys import Keys

DEVICE_LIVES = timedelta(days=365)
_MOST_DEVICES = 3  # addresses that one browser keeps its proofs of
_SITE = 64  # bits of an IPv6 address that one customer has for all devices


def network_of(address: str) -> str:
    """What of an internet address counts as one asker: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, _SITE), strict=False))
    return str(found)


@dataclass(frozen=True, slots=True)
class Asker:
    """From where a request comes (`network_of`), and the cookie by which a browser shows what it has proven before."""

    network: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Whose doings at an address are counted together."""

    fingerprint: UUID
    known_device: bool


def bucket(asker: Asker, *, address: UUID, keys: Keys, now: datetime) -> Bucket:
    """A device that has proven this address is counted for itself; everybody else by network and address."""
    device = _device_for(asker.device, address, keys, now)
    who = f"device:{device}" if device else f"network:{asker.network}"
    return Bucket(keys.fingerprint("bucket", f"{who}:{address}"), device is not None)


def with_device(cookie: str, *, address: UUID, keys: Keys, now: datetime) -> str:
    """The cookie of a browser in which this address was just proven, beside what it has proven before."""
    kept = [entry for entry in cookie.split("~") if _read(entry, keys, now) and _read(entry, keys, now) != address]
    body = f"{uuid4().hex}.{address.hex}.{int((now + DEVICE_LIVES).timestamp())}"
    return "~".join([*kept, f"{body}.{keys.fingerprint('device', body).hex}"][-_MOST_DEVICES:])


def _device_for(cookie: str, address: UUID, keys: Keys, now: datetime) -> str | None:
    return next((entry.split(".")[0] for entry in cookie.split("~") if _read(entry, keys, now) == address), None)


def _read(entry: str, keys: Keys, now: datetime) -> UUID | None:
    """The address that an entry of ours proves, while it is young enough."""
    body, _, tag = entry.rpartition(".")
    if not hmac.compare_digest(keys.fingerprint("device", body).hex.encode(), tag.encode()):
        return None
    _, address, until = body.split(".")
    return UUID(address) if now.timestamp() < int(until) else None
