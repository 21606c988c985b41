"""How NIK, KK and the numbers of other countries are read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenggat.rules.identity import Identity, IdentityError, IdentityScheme, UnknownScheme, scheme

NIK = scheme("id.nik")
KK = scheme("id.kk")
ON = date(2020, 9, 24)
BUDI = "3171011708950001"  # Jakarta Pusat, 17 August 1995


def read(text: str, *, birth_date: date | None = None, on: date = ON) -> Identity:
    return NIK.read(text, birth_date=birth_date, on=on)


def nik(born: str, place: str = "317101", serial: str = "0001") -> str:
    return place + born + serial


def test_a_nik_tells_the_birth_date_the_sex_and_the_place() -> None:
    assert read(BUDI) == Identity(BUDI, date(1995, 8, 17), "male", "317101", "31", ())


def test_a_womans_day_has_40_added() -> None:
    assert read(nik("570895")).birth_date == date(1995, 8, 17)
    assert read(nik("570895")).sex == "female"
    assert read(nik("710195")).birth_date == date(1995, 1, 31)
    assert read(nik("410195")).birth_date == date(1995, 1, 1)


@pytest.mark.parametrize(
    "written",
    [
        "31 7101 170895 0001",
        "31.71.01.170895.0001",
        "3171-0117-0895-0001",
        "  3171011708950001  ",
    ],
)
def test_dots_dashes_and_spaces_are_ignored(written: str) -> None:
    assert read(written).number == BUDI


@pytest.mark.parametrize(
    "written",
    [
        "",
        "317101170895000",
        "31710117089500011",
        "317101170895000A",
        "317101170895000O",
        "３１７１０１１７０８９５０００１",
        "٣١٧١٠١١٧٠٨٩٥٠٠٠١",
        "317101170895000²",
        "3171011708950001\n",
        "3171\u00a0011708950001",
        "3171–0117–0895–0001",
        "+3171011708950001",
        "3.17101170895E+15",
    ],
    ids=[
        "nothing", "a digit too few", "a digit too many", "a letter", "the letter O", "full-width digits",
        "Arabic digits", "a superscript", "a line break", "a hard space", "long dashes", "a plus",
        "from a spreadsheet",
    ],
)  # fmt: skip
def test_what_is_not_16_digits_is_refused(written: str) -> None:
    with pytest.raises(IdentityError, match="16 digits") as caught:
        read(written)
    assert caught.value.code == "nik_length"


@pytest.mark.parametrize(
    "born",
    ["000195", "320195", "310495", "300295", "290295", "400195", "720195", "990195", "150095", "151395"],
)
def test_a_date_that_never_was_is_refused(born: str) -> None:
    with pytest.raises(IdentityError, match="birth date inside this NIK") as caught:
        read(nik(born))
    assert caught.value.code == "nik_date"


def test_the_serial_0000_is_only_a_warning() -> None:
    assert "unknown_serial" in read(nik("170895", serial="0000")).warnings


def test_no_message_repeats_the_number() -> None:
    for bad in ("3171011708", nik("310495", serial="7654")):
        with pytest.raises(IdentityError) as caught:
            read(bad)
        assert "317101" not in caught.value.message
        assert str(caught.value) == caught.value.message


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        ("170801", ON, date(2001, 8, 17)),
        ("570802", ON, date(2002, 8, 17)),
        ("240903", ON, date(2003, 9, 24)),  # 17 today
        ("170899", ON, date(1999, 8, 17)),
        ("170821", ON, date(1921, 8, 17)),
        ("240920", ON, date(1920, 9, 24)),  # 100 today
        ("010107", date(2025, 1, 1), date(2007, 1, 1)),
        ("290200", ON, date(2000, 2, 29)),
        ("290204", date(2024, 3, 1), date(2004, 2, 29)),
        ("690296", ON, date(1996, 2, 29)),
    ],
)
def test_without_a_birth_date_the_century_is_the_one_of_17_to_100_years(born: str, on: date, expected: date) -> None:
    assert read(nik(born), on=on) == Identity(
        nik(born), expected, "female" if born > "40" else "male", "317101", "31", ()
    )


@pytest.mark.parametrize("born", ["250903", "170810", "240919", "290208"])
def test_where_no_century_gives_such_an_age_the_birth_date_stays_open(born: str) -> None:
    found = read(nik(born))
    assert found.birth_date is None
    assert found.warnings == ("birth_date_unclear",)


@pytest.mark.parametrize(
    ("born", "birth_date"),
    [
        ("170895", date(1995, 8, 17)),
        ("570895", date(1995, 8, 17)),
        ("170801", date(2001, 8, 17)),
        ("170801", date(1901, 8, 17)),
        ("290200", date(2000, 2, 29)),
        ("170815", date(2015, 8, 17)),
    ],
)
def test_a_birth_date_given_chooses_the_century(born: str, birth_date: date) -> None:
    found = read(nik(born), birth_date=birth_date)
    assert (found.birth_date, found.warnings) == (birth_date, ())


@pytest.mark.parametrize(
    ("born", "birth_date", "read_as"),
    [
        ("170895", date(1995, 8, 18), date(1995, 8, 17)),
        ("170895", date(1996, 8, 17), date(1995, 8, 17)),
        ("170801", date(2001, 8, 18), date(2001, 8, 17)),
        ("170801", date(1999, 8, 17), date(2001, 8, 17)),
        ("290200", date(1999, 2, 28), date(2000, 2, 29)),
        ("290296", date(2001, 3, 1), date(1996, 2, 29)),
    ],
)
def test_a_birth_date_that_differs_is_a_warning_and_the_nik_is_read_in_the_nearest_century(
    born: str, birth_date: date, read_as: date
) -> None:
    found = read(nik(born), birth_date=birth_date)
    assert (found.birth_date, found.warnings) == (read_as, ("birth_date_differs",))


@pytest.mark.parametrize(
    "place",
    [
        "110901",
        "640401",
        "641001",
        "650101",
        "657101",
        "910101",
        "920101",
        "930101",
        "940501",
        "950801",
        "967101",
    ],
)
def test_provinces_old_and_new_are_known(place: str) -> None:
    found = read(nik("170895", place))
    assert (found.place_code, found.province, found.warnings) == (place, place[:2], ())


@pytest.mark.parametrize(
    ("place", "province"), [("318001", "31"), ("000101", None), ("970101", None), ("540101", None)]
)
def test_an_unknown_place_is_a_warning_and_never_a_refusal(place: str, province: str | None) -> None:
    found = read(nik("170895", place))
    assert (found.province, found.warnings) == (province, ("unknown_place",))


@pytest.mark.parametrize("place", ["319901", "317199", "999999"])
def test_invented_people_are_told_from_mistakes(place: str) -> None:
    assert read(nik("170895", place)).warnings == ("synthetic_place",)


def test_two_warnings_come_together() -> None:
    found = read(nik("170895", "319901"), birth_date=date(1990, 1, 1))
    assert found.warnings == ("synthetic_place", "birth_date_differs")


def test_a_kk_is_any_16_digits_in_one_spelling() -> None:
    assert KK.read_household("3171 0109-0512.0003") == "3171010905120003"
    assert KK.read_household("9999999999999999") == "9999999999999999"


@pytest.mark.parametrize("written", ["", "317101090512000", "317101090512000X", "３１７１０１０９０５１２０００３"])
def test_a_kk_that_is_not_16_digits_is_refused(written: str) -> None:
    with pytest.raises(IdentityError, match="KK number has 16 digits") as caught:
        KK.read_household(written)
    assert caught.value.code == "kk_length"


@pytest.mark.parametrize(("wrong", "what"), [(KK, "people"), (NIK, "households")])
def test_a_scheme_reads_only_what_it_numbers(wrong: IdentityScheme, what: str) -> None:
    with pytest.raises(UnknownScheme, match=f"does not number {what}"):
        _ = KK.read(BUDI, birth_date=None, on=ON) if what == "people" else NIK.read_household(BUDI)
    assert not (wrong.numbers_people if what == "people" else wrong.numbers_households)


@given(
    born=st.dates(date(1921, 1, 1), date(2002, 12, 31)),
    woman=st.booleans(),
    serial=st.integers(1, 9999),
    sign=st.sampled_from(["", " ", ".", "-"]),
)
def test_what_is_written_is_what_is_read(born: date, woman: bool, serial: int, sign: str) -> None:
    day = born.day + (40 if woman else 0)
    parts = ["317101", f"{day:02}{born:%m%y}", f"{serial:04}"]
    expected = Identity("".join(parts), born, "female" if woman else "male", "317101", "31", ())
    assert read(sign.join(parts)) == expected
    assert read(sign.join(parts), birth_date=born) == expected
