"""Accepting one person: the same outcome, row for row, as one row of an imported file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import Keys
from tenggat.journal.models import Event
from tenggat.ledger.models import Entry
from tenggat.registry.models import NikKey, Person
from tenggat.registry.queries import person_of, standing
from tenggat.rules.identity import IdentityError
from tenggat.rules.programme import Programme
from tenggat.waves import cards
from tenggat.waves.applicants import Applicant, read_applicant, terms
from tenggat.waves.entitlement import Entitlement, entitlement, locked_wave
from tenggat.waves.models import Card, HouseholdSeat, Participation, Wave
from tenggat.waves.refusals import NotAccepted, refusing_races
from tenggat.waves.states import NOT_LIVE


@dataclass(frozen=True, slots=True)
class Accepted:
    """The person, and what was unusable or odd about the data."""

    person_id: UUID
    flags: tuple[str, ...]


def accept(
    *,
    wave: int,
    nik: str,
    kk: str,
    name: str,
    birth_date: str,
    phone: str,
    email: str,
    province: str,
    programme: Programme,
    keys: Keys,
    now: datetime,
    actor: Actor,
) -> Accepted:
    """Accept a person, given as the cells of a file would be ("" for what is not known), into a wave.

    Raises WaveUnknown, NotAccepted, RuleNotInForce, AcceptedMeanwhile.
    """
    with refusing_races(), transaction.atomic():
        room = locked_wave(wave)
        values = (nik, kk, name, birth_date, phone, email, province)
        try:
            applicant = read_applicant(tuple(map(str.strip, values)), terms(programme, now=now))
        except IdentityError as error:
            raise NotAccepted(error.code, error.message) from None
        household = keys.fingerprint("kk", applicant.kk) if applicant.kk else None
        fingerprint = keys.fingerprint("nik", applicant.nik)
        known = _locked_person(fingerprint)
        if known is not None:
            _refuse_barred(known, applicant, household, room)
        seat = _free_seat(household, programme.identity.household_limit)
        if room.accepted >= room.quota:
            raise NotAccepted("quota_full")
        person_id = known.person_id if known else fingerprint
        _remember(known, person_id, applicant, household, keys=keys, now=now)
        due = entitlement(room, programme, accepted_at=now)
        _take_in(room, person_id, applicant, due, programme, keys=keys, now=now)
        if household is not None:
            HouseholdSeat.objects.create(
                household_fingerprint=household, seat=seat, person_id=person_id, wave=wave
            )
        _book(room, person_id, due, now=now, actor=actor)
        return Accepted(person_id, applicant.flags)


def _locked_person(fingerprint: UUID) -> Person | None:
    """Whoever accepts or blacklists a person locks the person first: the other then sees what was decided."""
    person_id = person_of(fingerprint=fingerprint)
    return Person.objects.select_for_update().get(person_id=person_id) if person_id else None


def _refuse_barred(known: Person, applicant: Applicant, household: UUID | None, wave: Wave) -> None:
    if standing(person_id=known.person_id).blacklisted:
        raise NotAccepted("blacklisted")
    taking_part = Participation.objects.filter(person_id=known.person_id)
    if taking_part.exclude(state__in=NOT_LIVE).exists():
        raise NotAccepted("repeated")
    if taking_part.filter(wave_id=wave.number).exists():
        raise NotAccepted("left_this_wave")
    born = {known.birth_date, applicant.birth_date} - {None}
    if len(born) > 1 and known.household_fingerprint not in (None, household):
        raise NotAccepted("identity_conflict")


def _free_seat(household: UUID | None, limit: int) -> int:
    if household is None:
        return 0
    seats = HouseholdSeat.objects.filter(household_fingerprint=household)
    taken = set(seats.values_list("seat", flat=True))
    if len(taken) >= limit:
        raise NotAccepted("household_full")
    return min(set(range(1, limit + 1)) - taken)


def _remember(
    known: Person | None,
    person_id: UUID,
    applicant: Applicant,
    household: UUID | None,
    *,
    keys: Keys,
    now: datetime,
) -> None:
    """A new person with the NIK that leads there; somebody known is brought up to date."""
    person = known or Person(person_id=person_id, created_at=now)
    identity = f"{applicant.nik}:{applicant.kk}".encode()
    person.identity_cipher = keys.encrypt(identity, owner=person_id.bytes)
    person.household_fingerprint = household
    person.name = applicant.name or person.name
    person.birth_date = person.birth_date or applicant.birth_date
    person.phone, person.email = applicant.phone, applicant.email
    person.province, person.time_zone = applicant.province, applicant.time_zone
    person.flags = list(applicant.flags)
    person.save(force_insert=known is None, force_update=known is not None)
    if known is None:
        NikKey.objects.create(person_id=person_id, fingerprint=person_id, from_at=now)


def _take_in(
    wave: Wave,
    person_id: UUID,
    applicant: Applicant,
    due: Entitlement,
    programme: Programme,
    *,
    keys: Keys,
    now: datetime,
) -> None:
    """The participation, and a card of its own."""
    draw: Callable[[], str] = lambda: cards.draw(  # noqa: E731
        prefix=programme.identity.card_prefix, length=programme.identity.card_length
    )
    number = draw()
    while Card.objects.filter(number_fingerprint=keys.fingerprint("card", number)).exists():
        number = draw()
    Participation.objects.create(
        person_id=person_id,
        wave=wave,
        accepted_at=now,
        deadline_at=due.deadline_at,
        deadline_version=due.deadline_version,
        balance=due.total,
        training_balance=due.training,
        channel=applicant.channel,
        time_zone=applicant.time_zone,
        card_cipher=keys.encrypt(number.encode(), owner=person_id.bytes),
    )
    card = keys.fingerprint("card", number)
    Card.objects.create(number_fingerprint=card, person_id=person_id, wave=wave.number)


def _book(wave: Wave, person_id: UUID, due: Entitlement, *, now: datetime, actor: Actor) -> None:
    """The money that is committed, and the journal."""
    Entry.objects.create(
        person_id=person_id,
        wave=wave.number,
        kind="committed",
        amount=due.total,
        training=due.training,
        occurred_at=now,
        recorded_at=now,
    )
    Event.objects.create(
        person_id=person_id,
        wave=wave.number,
        kind="accepted",
        to_state="accepted",
        occurred_at=now,
        recorded_at=now,
        actor=str(actor),
        details=due.details,
    )
