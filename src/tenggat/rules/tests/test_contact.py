"""Where people ask: what the file gives, and the mistakes it can have."""

from datetime import time
from pathlib import Path

import pytest

from tenggat.rules.programme import load
from tenggat.rules.tests.demo_file import GOOD, Mistakes

CONTACT = """[contact]
phone = "0800 150"
first_day = "monday"
last_day = "friday"
opens = "08:00"
closes = "19:00"
reference = "practice"
"""


def test_a_programme_may_name_no_contact(tmp_path: Path) -> None:
    (tmp_path / "demo.toml").write_text(GOOD, "utf-8")
    assert load(tmp_path / "demo.toml").contact is None


def test_the_shipped_programme_says_where_people_ask() -> None:
    contact = load("prakerja").contact
    assert contact
    assert (contact.phone, contact.email) == ("0800-150-3001", "info@prakerja.go.id")
    assert (contact.first_day, contact.last_day, contact.opens, contact.closes) == (
        "monday", "friday", time(8), time(19),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("there", "instead", "where", "said"),
    [
        ('phone = "0800 150"', "", "contact", "names no way"),
        ('phone = "0800 150"', 'phone = "call us"', "contact, phone", "must look like"),
        ('phone = "0800 150"', 'email = "nowhere"', "contact, email", "must look like"),
        ('phone = "0800 150"', 'form = "http://x.example"', "contact, form", "must look like"),
        ('last_day = "friday"', 'last_day = "jumat"', "contact, last_day", "must be"),
        ('last_day = "friday"\n', "", "contact, first_day", "stand together"),
        ('closes = "19:00"', 'closes = "08:00"', "contact, closes", "must be later than opens"),
        ('reference = "practice"', "", "contact, reference", "is missing"),
    ],
)
def test_one_mistake_is_told_where_it_is(mistakes: Mistakes, there: str, instead: str, where: str, said: str) -> None:
    assert there in CONTACT
    (found,) = mistakes(CONTACT.replace(there, instead) + GOOD)
    assert found.where == where
    assert said in found.message
