"""Every mistake in a programme file is reported, with its line and what to do."""

import pickle
from datetime import date
from pathlib import Path

import pytest

from tenggat.rules.identity import IdentityError
from tenggat.rules.programme import NotInForce, Problem, ProgrammeError, load
from tenggat.rules.tests.demo_file import GOOD, Mistakes, line_of


def test_the_file_of_these_tests_is_a_good_one(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text(GOOD)
    assert load(file).name == "demo"


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
    bad = GOOD.replace("days = 30", "dayz = 30").replace('"20:00"', '"8pm"').replace('title = "Demo"', 'title = ""')
    file = tmp_path / "demo.toml"
    file.write_text(bad)
    not_a_time = "must be a time such as \"23:59\" in quotes, not '8pm'"
    with pytest.raises(ProgrammeError) as caught:
        load(file)
    assert str(caught.value).splitlines() == [
        f"{file}:3: programme, title: must not be empty",
        f"{file}:19: first_purchase 1, days: is missing",
        f"{file}:21: first_purchase 1, dayz: is not known; did you mean days?",
        f"{file}:{line_of('closes')}: window 1, closes: {not_a_time}",
    ]


def test_what_has_no_line_comes_first() -> None:
    late, nowhere = Problem(1, "x", "is not known"), Problem(None, "benefit", "is missing")
    assert ProgrammeError("x.toml", [late, nowhere]).problems == (nowhere, late)


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
    (problem,) = mistakes(b"\n\xf6")
    assert problem.line == 2


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(file).name == "demo"


def test_an_empty_file_lacks_every_table(mistakes: Mistakes) -> None:
    needed = ["programme", "identity", "first_purchase", "settlement", "window", "benefit"]
    assert [problem.where for problem in mistakes("")] == needed


@pytest.mark.parametrize("name", ["nothing.toml", "."])
def test_a_file_that_cannot_be_read_is_said_to_be_so(name: str, tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match=r"cannot be read: \w"):  # the reason alone: the name stands before it
        load(tmp_path / name)


def test_an_unknown_name_gives_the_names_there_are() -> None:
    with pytest.raises(ProgrammeError, match="prakerjaa: is no shipped programme"):
        load("prakerjaa")


def test_mistakes_and_refusals_come_back_from_another_process() -> None:
    mistake = ProgrammeError("x.toml", (Problem(line, "step 1", "is wrong") for line in (2, 1)))
    refusals: list[Exception] = [mistake, NotInForce("window", on=date(2020, 1, 1), first=date(2020, 4, 11))]
    refusals.append(IdentityError("nik_length", "A NIK has 16 digits."))
    for refusal in refusals:
        assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)
