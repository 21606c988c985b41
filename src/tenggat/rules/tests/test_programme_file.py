"""Every mistake in a programme file is reported, with its line and what to do."""

import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tenggat.rules.identity import IdentityError
from tenggat.rules.programme import NotInForce, Problem, ProgrammeError, load

GOOD = """\
[programme]
name = "demo"
title = "Demo"
currency = "IDR"
time_zone = "Asia/Jakarta"
clock_starts = "announcement"
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

Mistakes = Callable[[str | bytes], tuple[Problem, ...]]


@pytest.fixture
def mistakes(tmp_path: Path) -> Mistakes:
    def find(text: str | bytes) -> tuple[Problem, ...]:
        file = tmp_path / "demo.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ProgrammeError) as caught:
            load(file)
        return caught.value.problems

    return find


def line_of(needle: str, text: str = GOOD) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_the_file_of_these_tests_is_a_good_one(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text(GOOD)
    assert load(file).name == "demo"


ONE_MISTAKE = [  # what stands there, what is written instead, where it is found, what is said
    ("days = 30", "days = 0", "first_purchase 1, days", "from 1 to 3660 days, not 0"),
    ("days = 30", "days = -3", "first_purchase 1, days", "not -3"),
    (
        "days = 30",
        "days = 30.5",
        "first_purchase 1, days",
        "whole number of days, not a number with a fraction",
    ),
    ("days = 30", 'days = "30"', "first_purchase 1, days", "whole number of days, not a text"),
    ("days = 30", "days = true", "first_purchase 1, days", "not true or false"),
    ("days = 15", "days = 99999999999999999999", "first_purchase 2, days", "from 1 to 3660"),
    ("training = 1_000_000", "training = -1", "benefit 1, training", "not -1"),
    ("amount = 600_000", "amount = 0", "benefit 1, part 1, amount", "from 1 to"),
    ("minutes = 120", "minutes = -1", "settlement 1, minutes", "from 0 to 10080 minutes"),
    ("from = 2020-04-11", 'from = "2020-04-11"', "first_purchase 1, from", "without quotes, not a text"),
    ("from = 2020-04-11", "from = 2020-04-11T00:00:00", "first_purchase 1, from", "not a moment"),
    ("from = 2023-01-01", "from = 2020-04-11", "first_purchase 2, from", "2020-04-11 is there twice"),
    ("from = 2023-01-01", "from = 2019-01-01", "first_purchase 2, from", "oldest value first"),
    ('until = "23:59"', 'until = "24:00"', "first_purchase 1, until", "a time such as"),
    ('until = "23:59"', "until = 23:59:00", "first_purchase 1, until", "in quotes"),
    ('until = "23:59"', 'until = "9:00"', "first_purchase 1, until", "a time such as"),
    (
        'counting = "inclusive"',
        'counting = "both"',
        "first_purchase 1, counting",
        'be "inclusive" or "exclusive"',
    ),
    ('reference = "art. 20"', 'reference = ""', "first_purchase 1, reference", "must not be empty"),
    ('reference = "art. 20"', 'reference = "  "', "first_purchase 1, reference", "must not be empty"),
    (
        'reference = "art. 20"',
        "reference = 20",
        "first_purchase 1, reference",
        "text in quotes, not a number",
    ),
    ('"Asia/Jakarta"', '"Asia/Djakarta"', "programme, time_zone", "'Asia/Djakarta' is no IANA time zone"),
    ('"Asia/Jakarta"', '"../etc/passwd"', "programme, time_zone", "is no IANA time zone"),
    ('"Asia/Makassar"', '"Asia"', "zone 1, time_zone", "'Asia' is no IANA time zone"),
    ('"Asia/Makassar"', '""', "zone 1, time_zone", "must not be empty"),
    ('["51", "52"]', '["51", "51"]', "zone 1, provinces", "has an entry twice"),
    ('["51", "52"]', "[51]", "zone 1, provinces", "text in quotes"),
    ('["51", "52"]', "[]", "zone 1, provinces", "at least one"),
    ('["51", "52"]', '"51"', "zone 1, provinces", "an array in brackets"),
    ('"id.nik"', '"id.nick"', "identity, scheme", "'id.nick' is no known numbering"),
    ('"id.nik"', '"stdnum:xx.nope"', "identity, scheme", "is no known numbering"),
    ('"id.nik"', '"id.kk"', "identity, scheme", "'id.kk' does not number people"),
    ('"id.kk"', '"id.nik"', "identity, household_scheme", "'id.nik' does not number households"),
    ("household_limit = 2\n", "", "identity, household_scheme", "stand together"),
    ('household_scheme = "id.kk"\n', "", "identity, household_limit", "stand together"),
    ('phone_region = "ID"', 'phone_region = "+62"', "identity, phone_region", 'look like "ID"'),
    ('currency = "IDR"', 'currency = "Rp"', "programme, currency", 'look like "IDR"'),
    ('name = "demo"', 'name = "Demo 1"', "programme, name", "a-short-name"),
    ('card_prefix = "9"', 'card_prefix = "A"', "identity, card_prefix", 'look like "9"'),
    ('closes = "20:00"', 'closes = "08:00"', "window 1, closes", "later than opens"),
    ('audience = "not_bought"', 'audience = "some"', "step 1, audience", '"all" or "not_bought"'),
    (
        "skip_if_bought = true",
        'skip_if_bought = "yes"',
        "step 1, skip_if_bought",
        "true or false, not a text",
    ),
    ('audience = "not_bought"', 'audience = "all"', "step 1, skip_if_bought", "contradicts"),
    ('channels = ["sms"]', 'channels = ["pigeon"]', "step 1, channels", '"sms" or "email"'),
    ("days_before = 7", "days_before = 6", "step 1, days_before", "must be 7, as the name says"),
    (
        'name = "h-7"\ndays_before = 7',
        'name = "h-15"\ndays_before = 15',
        "step 1, days_before",
        "less than the 15",
    ),
    ("days = 30", "dayz = 30", "first_purchase 1, dayz", "did you mean days?"),
    ("days = 30", "days = 30\nzzz = 1", "first_purchase 1, zzz", "known here: from, days"),
    ("[[settlement]]", "[[setlement]]", "setlement", "did you mean settlement?"),
    ("[[benefit.part]]", "[[benefit.parts]]", "benefit 1, parts", "did you mean part?"),
    ("[[window]]", "[window]", "window", "must be written as [[window]]"),
    ("[identity]", "[[identity]]", "identity", "must be written as [identity]"),
    ('title = "Demo"\n', "", "programme, title", "is missing"),
    ("days = 15\n", "", "first_purchase 2, days", "is missing"),
]


@pytest.mark.parametrize(("good", "bad", "where", "said"), ONE_MISTAKE)
def test_a_mistake_is_found_with_its_place(
    good: str, bad: str, where: str, said: str, mistakes: Mistakes
) -> None:
    found = [problem for problem in mistakes(GOOD.replace(good, bad, 1)) if problem.where == where]
    assert len(found) == 1
    assert said in found[0].message


@pytest.mark.parametrize("bad", ["days = 0", "dayz = 30", 'days = "x"'])
def test_a_mistake_has_the_line_of_its_key(bad: str, mistakes: Mistakes) -> None:
    text = GOOD.replace("days = 15", bad)
    assert line_of(bad, text) in [problem.line for problem in mistakes(text)]


def test_what_is_missing_has_the_line_of_its_table(mistakes: Mistakes) -> None:
    (problem,) = mistakes(GOOD.replace("days = 15\n", ""))
    assert problem.line == line_of("[[first_purchase]]\nfrom = 2023")
    (problem,) = mistakes(GOOD.replace("count = 4\n", ""))
    assert problem.line == line_of("[[benefit.part]]")


def test_a_table_that_is_missing_has_no_line(mistakes: Mistakes) -> None:
    start, end = GOOD.index("[[settlement]]"), GOOD.index("[[window]]")
    (problem,) = mistakes(GOOD[:start] + GOOD[end:])
    assert problem == Problem(None, "settlement", "is missing: write a table [[settlement]]")


def test_names_that_stand_there_twice_are_found(mistakes: Mistakes) -> None:
    step, part = GOOD[GOOD.index("[[step]]") :], GOOD[GOOD.index("[[benefit.part]]") : GOOD.index("[[step]]")]
    (problem,) = mistakes(GOOD + step)
    assert (problem.where, problem.message) == ("step 2, name", '"h-7" is there twice')
    (problem,) = mistakes(GOOD.replace(part, part + part))
    assert (problem.where, problem.message) == ("benefit 1, part 2, name", '"incentive" is there twice')


def test_a_province_has_one_clock(mistakes: Mistakes) -> None:
    (problem,) = mistakes(GOOD + '[[zone]]\ntime_zone = "Asia/Jayapura"\nprovinces = ["52"]\n')
    assert problem == Problem(GOOD.count("\n") + 3, "zone 2, provinces", '"52" already has a zone above')


def test_all_mistakes_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    bad = (
        GOOD.replace("days = 30", "dayz = 30")
        .replace('"20:00"', '"8pm"')
        .replace('title = "Demo"', 'title = ""')
    )
    file = tmp_path / "demo.toml"
    file.write_text(bad)
    not_a_time = "must be a time such as \"23:59\" in quotes, not '8pm'"
    with pytest.raises(ProgrammeError) as caught:
        load(file)
    assert str(caught.value).splitlines() == [
        f"{file}:3: programme, title: must not be empty",
        f"{file}:18: first_purchase 1, days: is missing",
        f"{file}:20: first_purchase 1, dayz: is not known; did you mean days?",
        f"{file}:{line_of('closes')}: window 1, closes: {not_a_time}",
    ]


def test_broken_toml_is_reported_on_its_line(mistakes: Mistakes) -> None:
    (problem,) = mistakes(GOOD.replace("days = 30", "days = "))
    assert problem.line == line_of("days = 30")
    assert problem.message.startswith("is not TOML: ")
    (problem,) = mistakes(GOOD + 'name = "open')
    assert problem.line == GOOD.count("\n") + 1


def test_a_key_written_twice_is_broken_toml(mistakes: Mistakes) -> None:
    (problem,) = mistakes(GOOD.replace("days = 30", "days = 30\ndays = 31"))
    assert problem.line == line_of("days = 30") + 1


def test_a_file_that_is_not_utf_8_is_reported_on_its_line(mistakes: Mistakes) -> None:
    (problem,) = mistakes(GOOD.replace("Demo", "Dém\xf6").encode("latin-1"))
    assert problem == Problem(3, "", "is not UTF-8: save the file with that encoding")


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(file).name == "demo"


def test_an_empty_file_lacks_every_table(mistakes: Mistakes) -> None:
    needed = ["programme", "identity", "first_purchase", "settlement", "window", "benefit"]
    assert [problem.where for problem in mistakes("")] == needed


@pytest.mark.parametrize("name", ["nothing.toml", "."])
def test_a_file_that_cannot_be_read_is_said_to_be_so(name: str, tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match="cannot be read: "):
        load(tmp_path / name)


def test_an_unknown_name_gives_the_names_there_are() -> None:
    with pytest.raises(ProgrammeError, match="prakerjaa: is no shipped programme"):
        load("prakerjaa")


def test_mistakes_and_refusals_come_back_from_another_process() -> None:
    mistake = ProgrammeError("x.toml", [Problem(1, "step 1", "is wrong")])
    refusals: list[Exception] = [mistake, NotInForce("window", date(2020, 1, 1), date(2020, 4, 11))]
    refusals.append(IdentityError("nik_length", "A NIK has 16 digits."))
    for refusal in refusals:
        assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)
