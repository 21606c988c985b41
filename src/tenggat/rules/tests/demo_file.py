"""A small programme file without a mistake, for tests that put one in."""

from collections.abc import Callable

from tenggat.rules.programme import Problem

Mistakes = Callable[[str | bytes], tuple[Problem, ...]]

GOOD = """\
[programme]
name = "demo"
title = "Demo"
currency = "IDR"
time_zone = "Asia/Jakarta"
clock_starts = "announcement"
language = "id"
[identity]
scheme = "id.nik"
household_scheme = "id.kk"
household_limit = 2
phone_region = "ID"
minimum_age = 18
card_prefix = "9"
card_length = 16
[[zone]]
time_zone = "Asia/Makassar"
provinces = ["51", "52"]
[[first_purchase]]
from = 2020-04-11
days = 30
counting = "inclusive"
until = "23:59"
reference = "art. 20"
[[first_purchase]]
from = 2023-01-01
days = 15
counting = "inclusive"
until = "23:59"
reference = "art. 21"
[[settlement]]
from = 2020-04-11
minutes = 120
reference = "practice"
[[window]]
from = 2020-04-11
opens = "08:00"
closes = "20:00"
reference = "practice"
[[spend_until]]
announced_from = 2020-04-12
announced_until = 2020-12-14
last_day = 2020-12-15
until = "23:58"
reference = "art. 19"
[[benefit]]
from = 2020-04-11
training = 1_000_000
reference = "art. 18"
[[benefit.part]]
name = "incentive"
count = 4
amount = 600_000
[[step]]
name = "h-7"
days_before = 7
audience = "not_bought"
skip_if_bought = true
channels = ["sms"]
reference = "practice"
"""

BRAKE = """
[[brake]]
from = 2020-04-11
least_percent = 10
most_percent = 20
smallest_wave = 1_000
people = 100_000
reference = "practice"
"""

WITHDRAWAL = """
[[withdrawal]]
from = 2020-09-01
blacklists = false
reference = "practice"
[[withdrawal]]
from = 2022-01-01
blacklists = true
reference = "practice"
"""

LATER = """
[[step]]
name = "later"
days_after = 3
fallback_after = 6
audience = "not_bought"
skip_if_bought = true
channels = ["sms"]
reference = "practice"
"""

OPERATORS = """
[[operator]]
name = "Satu"
prefixes = ["+62811", "+62812"]
reference = "numbering plan"
[[operator]]
name = "Dua"
prefixes = ["+62814"]
reference = "numbering plan"
"""


def line_of(needle: str, text: str = GOOD) -> int:
    return text[: text.index(needle)].count("\n") + 1
