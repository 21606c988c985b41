"""The programmes that ship: their values, and the day on which each comes into force."""

import hashlib
import pickle
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tenggat.rules.deadlines import spending_ends_at
from tenggat.rules.identity import scheme
from tenggat.rules.programme import BenefitPart, NotInForce, load, shipped

PRAKERJA = load("prakerja")
FOLDER = Path(__file__).parents[1] / "programmes"
NEW_YEAR_2023 = date(2023, 1, 1)
EVE = date(2022, 12, 31)


def test_prakerja_and_an_example_ship() -> None:
    assert shipped() == ("chile-ejemplo", "prakerja")


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_file_has_the_name_of_its_programme(name: str) -> None:
    assert load(name).name == name


def test_the_digest_is_that_of_the_files_bytes_and_the_text_is_kept() -> None:
    content = (FOLDER / "prakerja.toml").read_bytes()
    assert PRAKERJA.digest == hashlib.sha256(content).hexdigest()
    assert PRAKERJA.source_text == content.decode()


def test_a_file_loads_by_its_path_as_text_or_as_path() -> None:
    file = FOLDER / "prakerja.toml"
    assert load(file) == load(str(file)) == PRAKERJA


def test_a_programme_can_be_a_key_and_can_go_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(PRAKERJA)) == PRAKERJA
    assert {PRAKERJA: 1}[load("prakerja")] == 1


def test_prakerja_gives_30_days_and_from_2023_on_15() -> None:
    assert PRAKERJA.first_purchase(date(2020, 4, 11)).days == 30
    assert PRAKERJA.first_purchase(EVE).days == 30
    assert PRAKERJA.first_purchase(NEW_YEAR_2023).days == 15
    assert PRAKERJA.first_purchase(NEW_YEAR_2023).until == time(23, 59)


def test_prakerja_commits_3_550_000_and_from_2023_on_4_200_000() -> None:
    old, new = PRAKERJA.benefit(EVE), PRAKERJA.benefit(NEW_YEAR_2023)
    assert (old.training, old.total) == (1_000_000, 3_550_000)
    assert old.parts == (BenefitPart("incentive", 4, 600_000), BenefitPart("survey", 3, 50_000))
    assert (new.training, new.total) == (3_500_000, 4_200_000)
    assert 189_436 * old.total == 672_497_800_000  # the amount that was published for waves 1-4


def test_prakerja_waits_two_hours_and_writes_from_8_to_20() -> None:
    assert PRAKERJA.settlement(date(2020, 10, 31)) == timedelta(hours=2)
    window = PRAKERJA.window(date(2020, 10, 31))
    assert (window.opens, window.closes) == (time(8), time(20))


def test_the_balance_of_2020_can_be_spent_until_15_december() -> None:
    ends_at = datetime(2020, 12, 16, tzinfo=PRAKERJA.zone)
    for announced_at in (datetime(2020, 4, 20, tzinfo=PRAKERJA.zone), ends_at - timedelta(seconds=1)):
        assert spending_ends_at(PRAKERJA, announced_at=announced_at) == ends_at
    assert spending_ends_at(PRAKERJA, announced_at=ends_at) is None
    assert "art. 19" in PRAKERJA.spending_ends[0].reference


def test_h_7_goes_to_all_in_2020_and_says_that_no_article_orders_it() -> None:
    step = PRAKERJA.step("h-7")
    assert (step.days_before, step.audience, step.skip_if_bought) == (7, "all", False)
    assert step.channels == ("sms", "email")
    assert "no article" in step.reference


def test_prakerja_tells_the_accepted_at_once_and_has_a_ladder_from_2021_on() -> None:
    names = ["accepted", "h-7", "h-3", "last-day", "revoked", "reinstated", "otp", "answer", "contact"]
    assert [step.name for step in PRAKERJA.steps] == names
    accepted, last = PRAKERJA.step("accepted"), PRAKERJA.step("last-day")
    assert (accepted.days_after, accepted.days_before, accepted.audience) == (0, None, "all")
    assert (last.days_before, last.audience, last.skip_if_bought) == (0, "not_bought", True)
    assert not last.is_for_wave(date(2020, 12, 31))
    assert last.is_for_wave(date(2021, 1, 1))
    assert accepted.is_for_wave(date(2020, 4, 11))
    assert [step.name for step in PRAKERJA.steps if step.urgent] == ["otp"]
    assert [step.name for step in PRAKERJA.steps if not step.by_days] == names[4:]


def test_prakerja_has_a_domain_and_the_example_none() -> None:
    assert (PRAKERJA.domain, load("chile-ejemplo").domain) == ("prakerja.go.id", "")


def test_an_unknown_step_is_a_key_error_with_its_name() -> None:
    with pytest.raises(KeyError, match="h-30"):
        PRAKERJA.step("h-30")


def test_before_the_first_value_nothing_is_in_force() -> None:
    for ask in (PRAKERJA.first_purchase, PRAKERJA.settlement, PRAKERJA.benefit, PRAKERJA.window):
        with pytest.raises(NotInForce, match="begins on 2020-04-11"):
            ask(date(2020, 4, 10))


@pytest.mark.parametrize(
    ("province", "zone"),
    [
        ("11", "Asia/Jakarta"),
        ("21", "Asia/Jakarta"),
        ("31", "Asia/Jakarta"),
        ("62", "Asia/Jakarta"),
        ("51", "Asia/Makassar"),
        ("65", "Asia/Makassar"),
        ("76", "Asia/Makassar"),
        ("81", "Asia/Jayapura"),
        ("96", "Asia/Jayapura"),
        ("00", "Asia/Jakarta"),
        ("", "Asia/Jakarta"),
    ],
)
def test_a_province_has_its_clock_and_an_unknown_one_that_of_the_programme(province: str, zone: str) -> None:
    assert PRAKERJA.zone_of(province) == zone


def test_every_province_of_indonesia_has_a_clock() -> None:
    places = (FOLDER.parent / "identity" / "places.tsv").read_text().splitlines()
    provinces = {line[:2] for line in places if not line.startswith("#")}
    assert set(PRAKERJA.identity.regions) == provinces
    assert len(provinces) == 38


def test_prakerja_numbers_people_by_nik_and_families_by_kk() -> None:
    rules = PRAKERJA.identity
    assert (rules.scheme, rules.household_scheme, rules.household_limit) == ("id.nik", "id.kk", 2)
    assert (rules.phone_region, rules.minimum_age) == ("ID", 18)
    assert (rules.card_prefix, rules.card_length) == ("9", 16)


def test_another_country_needs_a_file_and_no_code() -> None:
    chile = load("chile-ejemplo")
    assert chile.zone == ZoneInfo("America/Santiago")
    assert (chile.currency, chile.clock_starts) == ("CLP", "balance")
    assert (chile.identity.household_scheme, chile.identity.household_limit) == (None, 0)
    assert chile.first_purchase(date(2023, 8, 3)).counting == "exclusive"
    assert chile.zone_of("13") == "America/Santiago"
    assert scheme(chile.identity.scheme).numbers_people
    assert "values are invented" in chile.source_text
