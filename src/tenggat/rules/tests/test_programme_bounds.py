"""The least and the greatest number that each key of a programme file takes."""

import re

import pytest

from tenggat.rules.reading import Reader
from tenggat.rules.tests.demo_file import BRAKE, GOOD, LATER
from tenggat.rules.toml_source import parse_toml

BOUNDS = [
    ("identity", "household_limit", 1, 100, "people"),
    ("identity", "minimum_age", 0, 120, "years"),
    ("identity", "card_length", 8, 19, "digits"),
    ("first_purchase 1", "days", 1, 3_660, "days"),
    ("settlement 1", "minutes", 0, 10_080, "minutes"),
    ("brake 1", "least_percent", 0, 100, "percent"),
    ("brake 1", "most_percent", 0, 100, "percent"),
    ("brake 1", "smallest_wave", 1, 1_000_000_000, "people"),
    ("brake 1", "people", 0, 1_000_000_000, "people"),
    ("benefit 1", "training", 1, 1_000_000_000_000, "units of the currency"),
    ("benefit 1, part 1", "count", 1, 120, "payments"),
    ("benefit 1, part 1", "amount", 1, 1_000_000_000_000, "units of the currency"),
    ("step 1", "days_before", 0, 3_660, "days"),
    ("step 2", "days_after", 0, 3_660, "days"),
    ("step 2", "fallback_after", 1, 720, "hours"),
]


@pytest.mark.parametrize(("table", "key", "least", "most", "unit"), BOUNDS)
def test_a_number_is_good_up_to_its_bounds(table: str, key: str, least: int, most: int, unit: str) -> None:
    assert problems(key, least) == problems(key, most) == []
    for beyond in (least - 1, most + 1):
        said = f"must be from {least} to {most} {unit}, not {beyond}"
        assert problems(key, beyond) == [(f"{table}, {key}", said)]


def problems(key: str, number: int) -> list[tuple[str, str]]:
    text, written = re.subn(rf"^{key} = \d.*$", f"{key} = {number}", GOOD + BRAKE + LATER, count=1, flags=re.MULTILINE)
    assert written == 1
    return [(problem.where, problem.message) for problem in Reader(parse_toml(text.encode(), name="demo")).problems]
