"""Numbers of participants' cards: random, of the programme's prefix and length, with a Luhn check digit."""

import secrets
from functools import cache


def draw(*, prefix: str, length: int) -> str:
    """A number that nobody can guess: digits after the prefix are random, the last is the check digit."""
    return draw_many(1, prefix=prefix, length=length)[0]


def draw_many(count: int, *, prefix: str, length: int) -> list[str]:
    """Several numbers at once; they may repeat."""
    free = length - len(prefix) - 1
    width = -(-free // 2) + 4  # bytes: 32 bits and more beyond what is needed, so that no number is likelier
    chance = secrets.token_bytes(width * count)
    below = 10**free
    drawn = (int.from_bytes(chance[at : at + width]) % below for at in range(0, len(chance), width))
    return [with_check_digit(f"{prefix}{number:0{free}d}") for number in drawn]


def with_check_digit(payload: str) -> str:
    """The payload and its Luhn digit (ISO/IEC 7812-1)."""
    sums = _sums()
    padded = f"{payload}0"
    padded = padded.rjust(-(-len(padded) // 4) * 4, "0")
    total = sum(sums[int(padded[at : at + 4])] for at in range(0, len(padded), 4))
    return f"{payload}{-total % 10}"


def is_valid(number: str) -> bool:
    """Tell whether the last digit fits the others."""
    return with_check_digit(number[:-1]) == number


@cache
def _sums() -> tuple[int, ...]:
    """The Luhn sum of each group of four digits that ends on an even place from the right."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in range(10)]
    return tuple(doubled[n // 1000] + n // 100 % 10 + doubled[n // 10 % 10] + n % 10 for n in range(10_000))
