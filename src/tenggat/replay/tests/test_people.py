"""Invented people: nobody's number, the same every time, and every place in the country."""

from collections import Counter
from datetime import date

import pytest

from tenggat.replay import people as maker
from tenggat.replay.facts import WAVES
from tenggat.replay.people import BLOCK, Crowd, stranger
from tenggat.rules.identity import scheme
from tenggat.rules.programme import load
from tenggat.waves.applicants import Applicant, read_applicant, terms

TERMS = terms(load("prakerja"), now=WAVES[0].announced_at)
ROOM = 99 * 9999
GOLDEN = [
    "7199012711907920,7199012606097920,Rahmat Wenda,1990-11-27,+6289669484331,rahmat.wenda0@example.org,\n",
    "7199622604929934,7199012606097920,Putu Nasution,1992-04-26,085661311026,putu.nasution1@example.org,\n",
]
CROWD = Crowd(seed=1, wave=4, size=20 * BLOCK, offset=680_880)


def niks(crowd: Crowd) -> list[str]:
    return [nik for first in range(0, crowd.size, BLOCK) for nik in maker.people(crowd, first=first)[0]]


@pytest.fixture(scope="module")
def applicants() -> list[Applicant]:
    lines = [line for first in range(0, CROWD.size, BLOCK) for line in maker.people(CROWD, first=first)[1]]
    return [read_applicant(tuple(line.rstrip("\n").split(",")), TERMS) for line in lines]


def test_a_block_alone_is_the_same_as_in_a_row_and_another_seed_gives_others() -> None:
    again = maker.people(CROWD, first=3 * BLOCK)
    assert again == maker.people(CROWD, first=3 * BLOCK)
    assert again[0] == niks(CROWD)[3 * BLOCK : 4 * BLOCK]
    other = maker.people(Crowd(2, 4, CROWD.size, CROWD.offset), first=3 * BLOCK)
    assert not set(other[0]) & set(again[0])


def test_the_people_of_a_seed_never_change() -> None:
    """A digest of a published replay would be worth nothing if another Python made other people."""
    _, lines = maker.people(Crowd(seed=1, wave=1, size=2, offset=0), first=0)
    assert lines == GOLDEN


def test_no_number_comes_twice_even_where_the_room_is_used_again() -> None:
    """Persons whose place in the replay differs by the size of the room have the same district and serial."""
    crowds = [Crowd(1, wave, 2 * BLOCK, ROOM * around + 7) for wave, around in enumerate((0, 0, 1, 2, 3, 4), start=1)]
    crowds[1] = Crowd(1, 2, 2 * BLOCK, 7 + 2 * BLOCK)
    numbers = [nik for crowd in crowds for nik in niks(crowd)]
    assert len(set(numbers)) == len(numbers)
    assert len({nik[4:6] + nik[12:] for nik in numbers}) < len(numbers)


def test_there_is_room_for_everybody_of_2020() -> None:
    assert sum(wave.accepted for wave in WAVES) <= 6 * ROOM


def test_every_number_is_valid_and_of_no_real_district(applicants: list[Applicant]) -> None:
    nik = scheme("id.nik")
    for person in applicants[:5000]:
        read = nik.read(person.nik, birth_date=person.birth_date, on=date(2020, 8, 16))
        assert read.warnings == ("synthetic_place",)
        assert read.province is not None
        assert read.birth_date == person.birth_date
        assert person.nik[2:4] == person.kk[2:4] == "99"


def test_a_family_card_has_at_most_two_people_of_one_province(applicants: list[Applicant]) -> None:
    families: dict[str, list[Applicant]] = {}
    for person in applicants:
        families.setdefault(person.kk, []).append(person)
    sizes = Counter(map(len, families.values()))
    assert set(sizes) == {1, 2}
    assert 0.03 < sizes[2] / len(families) < 0.13
    assert all(len({person.nik[:2] for person in family}) == 1 for family in families.values())


def test_ages_and_sexes_and_provinces_look_like_the_programme(applicants: list[Applicant]) -> None:
    ages = [(date(2020, 4, 11) - person.birth_date).days / 365.25 for person in applicants if person.birth_date]
    assert min(ages) >= 18
    assert max(ages) < 65
    assert 0.75 < sum(age < 36 for age in ages) / len(ages) < 0.79
    assert 0.48 < sum(int(person.nik[6:8]) > 40 for person in applicants) / len(applicants) < 0.52
    provinces = Counter(person.nik[:2] for person in applicants)
    assert len(provinces) == 34
    assert 0.12 < provinces["32"] / len(applicants) < 0.16


def test_most_can_be_reached_and_a_few_cannot(applicants: list[Applicant]) -> None:
    flags = Counter(flag for person in applicants for flag in person.flags)
    assert set(flags) == {"phone_unusable", "unreachable"}
    assert 0.004 < flags["phone_unusable"] / len(applicants) < 0.012
    assert {person.channel for person in applicants} == {"sms", "email", "none"}
    assert all(person.email is None or person.email.endswith("@example.org") for person in applicants)
    moved = sum(person.province != person.nik[:2] for person in applicants)
    assert 0.02 < moved / len(applicants) < 0.06


def test_a_stranger_is_a_valid_number_that_nobody_has(applicants: list[Applicant]) -> None:
    number = stranger(applicants[0].nik)
    assert scheme("id.nik").read(number, birth_date=None, on=date(2020, 8, 16)).number == number
    assert all(person.nik[4:6] != "00" for person in applicants)
