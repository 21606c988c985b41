"""How people can be reached: mobile numbers and e-mail addresses in one spelling, or None where unusable."""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})

# A plain Indonesian mobile number, read without the library: an import does this 5.6 million times. A test
# holds the two together.
_PLAIN_INDONESIAN = re.compile(r"(?:\+?62|0)(8[1-35-9][0-9]{7,10})")

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(
    rf"([A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*)@((?:{_LABEL}\.)+[A-Za-z]{{2,63}})"
)


def mobile(text: str, *, region: str) -> str | None:
    """The E.164 form (`+6285712345678`) of a mobile number as people write it; None where it is none.

    `region` (ISO 3166, such as ID) is where a number without a country code belongs; the country's own code
    without `+` is understood too.
    """
    if region == "ID" and (plain := _PLAIN_INDONESIAN.fullmatch(text)):
        return f"+62{plain[1]}"
    return library_mobile(text, region=region)


def library_mobile(text: str, *, region: str) -> str | None:
    """The same by phonenumbers alone: any spelling, about a hundred times slower."""
    digits = re.sub(r"[^0-9]", "", text)
    if not 5 <= len(digits) <= 20 or len(text) > 40:
        return None
    # phonenumbers takes 62857... without its plus for a fixed line, so the country's code is tried first
    code = str(phonenumbers.country_code_for_region(region))
    if not text.startswith("+") and digits.startswith(code) and (found := _valid(f"+{digits}", region)):
        return found
    return _valid(text, region)


def _valid(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _MOBILE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def email(text: str) -> str | None:
    """The address with its domain in lower case; None where it cannot be one."""
    found = _EMAIL.fullmatch(text)
    if found is None or len(found[1]) > 64 or len(text) > 254:
        return None
    return f"{found[1]}@{found[2].lower()}"
