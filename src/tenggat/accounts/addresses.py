"""An address as somebody types it, a mobile number or an e-mail address, in one spelling; what may be shown of it."""

from dataclasses import dataclass
from uuid import UUID

from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal
from tenggat.registry import contacts
from tenggat.rules.programme import Programme

_WELL_KNOWN = ("gmail.com", "yahoo.com", "yahoo.co.id", "outlook.com", "hotmail.com", "icloud.com")
_DOT = "•"


class AddressUnreadable(Refusal):
    """What was typed is neither a mobile number nor an e-mail address."""

    code = "address_unreadable"

    def __init__(self) -> None:
        super().__init__("No mobile number and no e-mail address: write it like 0812 3456 7890 or nama@contoh.id.")


@dataclass(frozen=True, slots=True)
class Address:
    """channel: `sms` or `email`; text: E.164, or the address."""

    channel: str
    text: str

    def fingerprint(self, keys: Keys) -> UUID:
        """What tables have of it; upper and lower case of an e-mail address are one."""
        return keys.fingerprint("address", f"{self.channel}:{self.text.lower()}")

    @property
    def masked(self) -> str:
        """As much as its owner needs to recognise it: +62 •••• 890, s•••@gmail.com."""
        if self.channel == "sms":
            return f"{self.text[:3]} {_DOT * 4} {_DOT * 2}{self.text[-3:]}"
        name, _, domain = self.text.partition("@")
        shown = domain if domain in _WELL_KNOWN else f"{domain[0]}{_DOT * 3}.{domain.rpartition('.')[2]}"
        return f"{name[0]}{_DOT * 3}@{shown}"


def read_address(text: str, *, programme: Programme) -> Address:
    """One field for both. Raises AddressUnreadable."""
    typed = text.strip()
    if "@" in typed:
        found = contacts.email("".join(typed.split()))
        if found:
            return Address("email", found)
    elif found := contacts.mobile(typed, region=programme.identity.phone_region):
        return Address("sms", found)
    raise AddressUnreadable
