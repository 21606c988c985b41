"""Numbers of participants' cards: random, of the programme's prefix and length, with a Luhn check digit."""

import secrets
from functools import cache

_BEYOND = bytes(range(250, 256))  # left out, so that each digit is as likely as the others
_DIGITS = bytes(ord("0") + byte % 10 for byte in range(256))
_CHECK = "0987654321"  # by the last digit of the sum


def draw(*, prefix: str, length: int) -> str:
    """A number that nobody can guess: digits after the prefix are random, the last is the check digit."""
    return draw_many(1, prefix=prefix, length=length)[0]


def draw_many(count: int, *, prefix: str, length: int) -> list[str]:
    """Several numbers at once; they may repeat."""
    free = length - len(prefix) - 1
    digits = ""
    while len(digits) < free * count:
        chance = secrets.token_bytes(free * count + 64)
        digits += chance.translate(_DIGITS, delete=_BEYOND).decode()
    return [with_check_digit(prefix + digits[at : at + free]) for at in range(0, free * count, free)]


def with_check_digit(payload: str) -> str:
    """The payload and its Luhn digit (ISO/IEC 7812-1)."""
    sums = _sums()
    padded = payload + "0"
    if len(padded) % 4:
        padded = padded.rjust(len(padded) + 4 - len(padded) % 4, "0")
    total = 0
    for at in range(0, len(padded), 4):
        total += sums[padded[at : at + 4]]
    return payload + _CHECK[total % 10]


def is_valid(number: str) -> bool:
    """Tell whether the last digit fits the others."""
    return with_check_digit(number[:-1]) == number


@cache
def _sums() -> dict[str, int]:
    """The Luhn sum of each group of four digits that ends on an even place from the right."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in range(10)]
    return {f"{n:04d}": doubled[n // 1000] + n // 100 % 10 + doubled[n // 10 % 10] + n % 10 for n in range(10_000)}
