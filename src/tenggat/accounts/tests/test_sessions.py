"""Sessions: a new key at each sign-in, thirty days or twenty minutes, and an end everywhere."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tenggat.accounts.models import Session
from tenggat.accounts.sessions import begin, device_of, end, end_all, sessions_of, visiting
from tenggat.accounts.store import IDLE, IDLE_ELSEWHERE, LONGEST, SessionStore
from tenggat.accounts.tests.people import AYU, BUDI, MICRO, NOW, person
from tenggat.journal.models import Event

pytestmark = pytest.mark.django_db


def sign_in(nik: str = AYU, *, key: str | None = None, brief: bool = False, now: datetime = NOW) -> str:
    """Gives the key that the cookie would have."""
    store = SessionStore(key)
    begin(store, person_id=person(nik), device="Chrome, Android", brief=brief, now=now)
    store.save()
    assert store.session_key
    return store.session_key


def who(key: str, now: datetime) -> object:
    store = SessionStore(key)
    found = visiting(store, now=now)
    if store.modified and not store.is_empty():
        store.save()
    return found


def test_signing_in_gives_a_key_that_nobody_has_seen_before() -> None:
    planted = "a" * 32
    key = sign_in(key=planted)
    assert key != planted
    assert who(planted, NOW) is None
    again = sign_in(key=key)
    assert again != key
    assert who(key, NOW) is None
    assert who(again, NOW) == person(AYU)


def test_the_table_has_no_key_and_no_more_than_it_needs() -> None:
    key = sign_in()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(kept)::text FROM accounts_session AS kept")
        [(text,)] = cursor.fetchall()
    assert key not in text
    assert set(json.loads(Session.objects.get().session_data)) == {
        "person_id", "began_at", "seen_at", "device", "brief", "_session_expiry",
    }  # fmt: skip


@pytest.mark.parametrize(("brief", "idle"), [(False, IDLE), (True, IDLE_ELSEWHERE)])
def test_a_session_ends_when_nobody_came_for_so_long(brief: bool, idle: timedelta) -> None:
    key = sign_in(brief=brief)
    later = NOW + idle - MICRO
    assert who(key, later) == person(AYU)
    assert who(key, later + idle - MICRO) == person(AYU)
    assert who(key, later + 2 * idle) is None
    assert Session.objects.count() == 0


def test_a_session_ends_in_any_case() -> None:
    key, moment = sign_in(), NOW
    while moment + timedelta(days=20) < NOW + LONGEST:
        moment += timedelta(days=20)
        assert who(key, moment) == person(AYU)
    assert who(key, NOW + LONGEST) is None


def test_the_cookie_of_a_foreign_device_goes_with_its_browser() -> None:
    assert SessionStore(sign_in(brief=True)).get_expire_at_browser_close()
    assert SessionStore(sign_in()).get_expiry_age() == IDLE.total_seconds()


def test_sessions_are_listed_this_one_first_and_ended_one_by_one() -> None:
    other, mine, foreign = sign_in(), sign_in(), sign_in(BUDI)
    store = SessionStore(mine)
    found = sessions_of(person_id=person(AYU), session=store, now=NOW)
    assert [one.is_this for one in found] == [True, False]
    assert found[0].device == "Chrome, Android"
    theirs = Session.objects.get(person_id=person(BUDI)).session_key
    assert not end(person_id=person(AYU), name=theirs, now=NOW)
    assert end(person_id=person(AYU), name=found[1].name, now=NOW)
    assert (who(other, NOW), who(mine, NOW), who(foreign, NOW)) == (None, person(AYU), person(BUDI))


def test_everywhere_is_everywhere_and_nobody_else() -> None:
    keys, foreign = [sign_in() for _ in range(3)], sign_in(BUDI)
    assert end_all(person_id=person(AYU), now=NOW) == 3
    assert [who(key, NOW) for key in keys] == [None] * 3
    assert who(foreign, NOW) == person(BUDI)
    assert Event.objects.get().kind == "signed_out"


def test_without_a_person_there_is_no_session_to_keep() -> None:
    store = SessionStore()
    store["anything"] = 1
    with pytest.raises(KeyError):
        store.save()


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox, Windows"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_named_in_two_words(agent: str, device: str) -> None:
    assert device_of(agent) == device
