"""Another phone or e-mail: two codes, the old one is told, and three days where it might be somebody else."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tenggat.accounts.addresses import Address
from tenggat.accounts.changing import (
    DELAY,
    ChangeWaits,
    NoOtherAddress,
    SameAddress,
    begin_change,
    cancel_changes,
    change_by_officer,
    contacts_of,
    outstanding,
    take_code,
)
from tenggat.accounts.codes import LIVES, CodeOver, CodeWrong
from tenggat.accounts.limits import CHANGES, AskedTooOften
from tenggat.accounts.models import Change
from tenggat.accounts.sessions import begin as begin_session
from tenggat.accounts.signing_in import Arrived
from tenggat.accounts.store import SessionStore
from tenggat.accounts.tests.people import (
    AYU,
    BUDI,
    DEWI,
    HOME,
    KEYS,
    MAIL,
    MICRO,
    NOW,
    PHONE,
    PRAKERJA,
    SECOND,
    ask,
    code_for,
    enter,
    notices,
    person,
    sent,
    wrong,
)
from tenggat.journal.models import Event
from tenggat.registry.actions import NameUnusable, ReasonMissing
from tenggat.registry.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]
NEW = Address("sms", "+6285712345678")
NEW_MAIL = Address("email", "baru@contoh.id")


def begin(address: Address = NEW, *, nik: str = AYU, now: datetime = NOW) -> UUID:
    return begin_change(person_id=person(nik), address=address, asker=HOME, keys=KEYS, now=now)


def take(change: UUID, code: str, *, nik: str = AYU, now: datetime = NOW) -> datetime | None:
    return take_code(change_id=change, person_id=person(nik), code=code, programme=PRAKERJA, keys=KEYS, now=now)


def steady(address: Address = MAIL) -> None:
    """Ayu has signed in by this address, four days ago."""
    challenge, code = code_for(address, now=NOW - timedelta(days=4))
    enter(challenge, code, now=NOW - timedelta(days=4))


def changed(now: datetime = NOW) -> datetime:
    change = begin(now=now)
    assert take(change, sent(MAIL)[-1], now=now) is None
    effective = take(change, sent(NEW)[-1], now=now)
    assert effective is not None
    return effective


def phone(nik: str = AYU) -> str | None:
    return Person.objects.get(person_id=person(nik)).phone


def test_a_change_that_a_steady_address_approves_counts_at_once_and_the_old_one_is_told() -> None:
    steady()
    assert changed() == NOW
    assert phone() == NEW.text
    [told] = notices(PHONE)
    assert told == {"what": "nomor HP", "when": "20 Okt 2020 pukul 10.00 WIB"}
    kinds = list(Event.objects.order_by("event_id").values_list("kind", flat=True))
    assert kinds[-2:] == ["contact_change_asked", "contact_changed"]
    assert not any(text in str(list(Event.objects.values())) for text in (NEW.text, PHONE.text, MAIL.text))


def test_one_that_was_not_in_use_waits_three_days_to_the_microsecond() -> None:
    assert changed() == NOW + DELAY
    assert phone() == PHONE.text
    assert contacts_of(person_id=person(AYU)).waiting == {"sms": NOW + DELAY}
    [told] = notices(PHONE)
    assert told["when"] == "23 Okt 2020 pukul 10.00 WIB"
    ask(now=NOW + DELAY - MICRO)
    assert phone() == PHONE.text
    ask(Address("sms", "+6281234560000"), now=NOW + DELAY)  # whoever asks next
    assert phone() == NEW.text
    assert Change.objects.get().sealed is None


def test_an_address_after_a_long_silence_is_not_steady() -> None:
    challenge, code = code_for(MAIL, now=NOW - timedelta(days=120))
    enter(challenge, code, now=NOW - timedelta(days=120))
    challenge, code = code_for(MAIL, now=NOW - timedelta(hours=1))  # whoever has the mailbox by now signs in first
    enter(challenge, code, now=NOW - timedelta(hours=1))
    assert changed() == NOW + DELAY


def test_the_old_address_can_take_it_back() -> None:
    changed()
    challenge, code = code_for(PHONE, now=NOW + SECOND)
    assert isinstance(enter(challenge, code, now=NOW + SECOND), Arrived)
    assert cancel_changes(person_id=person(AYU), now=NOW + SECOND) == 1
    ask(now=NOW + DELAY)
    assert phone() == PHONE.text
    assert cancel_changes(person_id=person(AYU), now=NOW + SECOND) == 0
    assert Event.objects.filter(kind="contact_change_cancelled").count() == 1


def test_the_code_of_the_other_address_comes_first_and_each_has_its_place() -> None:
    change = begin()
    first = outstanding(change_id=change, person_id=person(AYU), now=NOW)
    with pytest.raises(CodeWrong):
        take(change, wrong(sent(MAIL)[-1]))
    take(change, sent(MAIL)[-1])
    assert outstanding(change_id=change, person_id=person(AYU), now=NOW) != first
    with pytest.raises(CodeWrong):
        take(change, wrong(sent(NEW)[-1]))
    assert phone() == PHONE.text


def test_nobody_else_can_finish_it_and_it_ends_with_its_codes() -> None:
    change = begin()
    with pytest.raises(CodeOver):
        take(change, sent(MAIL)[-1], nik=BUDI)
    with pytest.raises(CodeOver):
        take(change, sent(MAIL)[-1], now=NOW + LIVES)


def test_a_first_email_is_approved_by_the_phone() -> None:
    change = begin(NEW_MAIL, nik=BUDI)
    take(change, sent(Address("sms", "+6281234567111"))[-1], nik=BUDI)
    assert take(change, sent(NEW_MAIL)[-1], nik=BUDI) == NOW + DELAY
    assert notices(NEW_MAIL) == []


def test_the_only_address_cannot_be_changed_by_itself() -> None:
    for nik in (BUDI, DEWI):
        with pytest.raises(NoOtherAddress):
            begin(nik=nik)


def test_the_same_address_and_a_second_change_are_refused() -> None:
    with pytest.raises(SameAddress):
        begin(PHONE)
    changed()
    with pytest.raises(ChangeWaits):
        begin(NEW_MAIL)


def test_one_that_was_not_finished_makes_room_for_the_next() -> None:
    begin()
    begin(Address("sms", "+6285712340000"), now=NOW + SECOND)
    assert Change.objects.filter(cancelled_at=None).count() == 1


def test_a_person_begins_ten_changes_a_day() -> None:
    for number in range(CHANGES.most):
        begin(Address("sms", f"+62857123400{number:02d}"), now=NOW + timedelta(hours=number))
    with pytest.raises(AskedTooOften):
        begin(now=NOW + timedelta(hours=12))


def test_an_officer_changes_it_at_once_tells_the_old_one_and_ends_all_sessions() -> None:
    changed()

    def by_officer(address: Address = NEW, *, reason: str = "KTP seen", by: str = "Sari") -> int:
        return change_by_officer(
            person_id=person(AYU),
            address=address,
            reason=reason,
            by=by,
            programme=PRAKERJA,
            keys=KEYS,
            now=NOW + SECOND,
        )

    with pytest.raises(SameAddress):
        by_officer(PHONE)
    with pytest.raises(ReasonMissing):
        by_officer(reason=" ")
    with pytest.raises(NameUnusable):
        by_officer(by="")
    store = SessionStore()
    begin_session(store, person_id=person(AYU), device="", brief=False, now=NOW)
    store.save()
    assert by_officer(Address("sms", "+6285700000000")) == 1
    assert phone() == "+6285700000000"
    assert Change.objects.filter(cancelled_at=None).count() == 0
    assert notices(PHONE)[-1]["when"] == "20 Okt 2020 pukul 10.00 WIB"
    told = Event.objects.get(kind="contact_changed")
    assert (told.actor, told.details) == ("officer:Sari", {"channel": "sms", "reason": "KTP seen"})
