"""Each kind of mistake that a programme file can have, one at a time."""

from datetime import date
from pathlib import Path

import pytest

from tenggat.rules.programme import Variant, load
from tenggat.rules.tests.demo_file import BRAKE, GOOD, OPERATORS, WITHDRAWAL, Mistakes

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
    ("last_day = 2020-12-15", "last_day = 2020-12-13", "spend_until 1, last_day", "not be before announced_until"),
    ("announced_until = 2020-12-14", "announced_until = 2020-04-11", "spend_until 1, announced_until", "before"),
    (
        'reference = "art. 19"\n',
        'reference = "art. 19"\n[[spend_until]]\nannounced_from = 2020-12-14\n',
        "spend_until 2, announced_from",
        "is not after 2020-12-14",
    ),
    ('until = "23:58"', 'until = "23:60"', "spend_until 1, until", "a time such as"),
    ('audience = "not_bought"', 'audience = "some"', "step 1, audience", '"all" or "not_bought"'),
    (
        "skip_if_bought = true",
        'skip_if_bought = "yes"',
        "step 1, skip_if_bought",
        "true or false, not a text",
    ),
    ('audience = "not_bought"', 'audience = "all"', "step 1, skip_if_bought", "contradicts"),
    ('channels = ["sms"]', 'channels = ["whatsapp"]', "step 1, channels", 'must have "sms" before "whatsapp"'),
    ('channels = ["sms"]', 'channels = ["whatsapp", "sms"]', "step 1, channels", 'must have "sms" before "whatsapp"'),
    ('channels = ["sms"]', 'channels = ["email", "whatsapp"]', "step 1, channels", 'must have "sms" before "whatsapp"'),
    ('channels = ["sms"]', 'channels = ["pigeon"]', "step 1, channels", '"sms" or "email" or "whatsapp"'),
    ("days_before = 7", "days_before = 6", "step 1, days_before", "must be 7, as the name says"),
    ('name = "h-7"\ndays_before = 7', 'name = "welcome"', "step 1, days_before", "is missing, and days_after too"),
    ("days_before = 7", "days_before = 7\ndays_after = 1", "step 1, days_after", "cannot stand beside days_before"),
    (
        'name = "h-7"\ndays_before = 7',
        'name = "later"\ndays_after = 15',
        "step 1, days_after",
        "less than the 15",
    ),
    (
        'name = "h-7"\ndays_before = 7',
        'name = "otp"\ndays_before = 7',
        "step 1, days_before",
        '"otp" is sent when somebody asks for a code',
    ),
    (
        'name = "h-7"\ndays_before = 7',
        'name = "revoked"\nfrom = 2021-01-01',
        "step 1, from",
        '"revoked" is sent when a participation is revoked',
    ),
    ("days_before = 7", "days_before = 7\nfrom = 7", "step 1, from", "without quotes, not a number"),
    ('language = "id"', 'language = "id"\ndomain = "https://x.id"', "programme, domain", 'look like "prakerja.go.id"'),
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
    ("[programme]", "brake = [{}, 1]\n[programme]", "brake", "must be written as [[brake]]"),
    ("[identity]", "[[identity]]", "identity", "must be written as [identity]"),
    ('title = "Demo"\n', "", "programme, title", "is missing"),
    ("days = 15\n", "", "first_purchase 2, days", "is missing"),
]


@pytest.mark.parametrize(("good", "bad", "where", "said"), ONE_MISTAKE)
def test_a_mistake_is_found_with_its_place(good: str, bad: str, where: str, said: str, mistakes: Mistakes) -> None:
    found = [problem for problem in mistakes(GOOD.replace(good, bad, 1)) if problem.where == where]
    assert len(found) == 1
    assert said in found[0].message


def test_a_wrong_number_of_days_is_one_mistake(mistakes: Mistakes) -> None:
    [problem] = mistakes(GOOD.replace('name = "h-7"\ndays_before = 7', 'name = "soon"\ndays_after = "0"'))
    assert problem.where == "step 1, days_after"


VARIANTS = (
    GOOD
    + """
[[step.variant]]
name = "calm"
share = 60
[[step.variant]]
name = "brisk"
share = 40
text = "{name}: {deadline}"
"""
)


def test_a_step_may_have_variants(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text(VARIANTS, "utf-8")
    [step] = load(file).steps
    assert step.variants == (Variant("calm", 60), Variant("brisk", 40, "{name}: {deadline}"))


@pytest.mark.parametrize(
    ("good", "bad", "where", "said"),
    [
        ("share = 40", "share = 41", "step 1, variant 2, share", "add up to 100 percent, not 101"),
        ("share = 40", "share = 39", "step 1, variant 2, share", "add up to 100 percent, not 99"),
        ("share = 60", "share = 100", "step 1, variant 1, share", "from 1 to 99 percent"),
        ('"brisk"', '"calm"', "step 1, variant 2, name", '"calm" is there twice'),
        ('name = "h-7"\ndays_before = 7', 'name = "answer"', "step 1, variant", "a question is answered"),
        ('text = "{name}: {deadline}"', "txt = 1", "step 1, variant 2, txt", "did you mean text?"),
    ],
)
def test_variants_share_everybody(good: str, bad: str, where: str, said: str, mistakes: Mistakes) -> None:
    [problem] = mistakes(VARIANTS.replace(good, bad))
    assert problem.where == where
    assert said in problem.message


def test_operators_may_have_several_prefixes_each(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text(GOOD + OPERATORS, "utf-8")
    assert [operator.prefixes for operator in load(str(file)).operators] == [("+62811", "+62812"), ("+62814",)]


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("+62811", '"+62811" already has an operator above'),
        ("+62812", '"+62812" already has an operator above'),
        ("+6281", '"+6281" is not as long as the others'),
        ("+628141", '"+628141" is not as long as the others'),
    ],
)
def test_a_number_leads_to_one_operator(prefix: str, said: str, mistakes: Mistakes) -> None:
    [problem] = mistakes(GOOD + OPERATORS.replace("+62814", prefix))
    assert (problem.where, problem.message) == ("operator 2, prefixes", said)


def test_nobody_withdraws_before_the_programme_has_a_rule_for_it(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text(GOOD + WITHDRAWAL, "utf-8")
    demo = load(str(file))
    assert demo.withdrawal(date(2020, 8, 31)) is None
    found = demo.withdrawal(date(2020, 9, 1))
    assert found is not None
    assert (found.blacklists, found.reference) == (False, "practice")
    later = demo.withdrawal(date(2022, 1, 1))
    assert later is not None
    assert later.blacklists is True


def test_the_values_of_withdrawal_stand_in_order(mistakes: Mistakes) -> None:
    [problem] = mistakes(GOOD + WITHDRAWAL.replace("from = 2022-01-01", "from = 2020-09-01"))
    assert problem.where == "withdrawal 2, from"


def test_a_step_is_neither_urgent_nor_refusable_unless_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text(GOOD, "utf-8")
    [step] = load(str(file)).steps
    assert (step.urgent, step.may_opt_out, step.fallback_after) == (False, False, None)


def test_a_brake_leaves_a_band(mistakes: Mistakes) -> None:
    [problem] = mistakes(GOOD + BRAKE.replace("most_percent = 20", "most_percent = 9"))
    assert (problem.where, problem.message) == ("brake 1, most_percent", "must not be less than least_percent")


def test_a_band_may_be_one_percent_wide(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text(GOOD + BRAKE.replace("most_percent = 20", "most_percent = 10"), "utf-8")
    programme = load(file)
    assert programme.brake(date(2020, 4, 11)) is not None
    assert programme.brake(date(2020, 4, 10)) is None


def test_spending_may_end_for_the_waves_of_one_day(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text(GOOD.replace("announced_until = 2020-12-14", "announced_until = 2020-04-12"), "utf-8")
    assert load(file).spending_end(date(2020, 4, 12)) is not None
