"""The invariants I1-I7 by plain queries of the tables, held against the oracle."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from proof.stateful.oracle import SEATS, Oracle
from proof.stateful.person import Person
from proof.stateful.world import HOUSEHOLDS, NAMES, person_id

STEPS = {"h-1", "h-0", "revoked", "reinstated"}
_WHO = {person_id(name): name for name in NAMES}

_PEOPLE = """
SELECT p.person_id, p.wave, p.state, p.first_purchase_at, p.deadline_at, p.deadline_version, p.balance,
       p.training_balance, p.held_until IS NOT NULL AS held, p.ended_at IS NOT NULL AS ended,
       (SELECT COALESCE(sum(e.amount), 0)::bigint FROM ledger_entry AS e
         WHERE e.person_id = p.person_id AND e.wave = p.wave) AS books,
       (SELECT COALESCE(sum(e.training), 0)::bigint FROM ledger_entry AS e
         WHERE e.person_id = p.person_id AND e.wave = p.wave) AS training_books,
       (SELECT COALESCE(array_agg(COALESCE(j.from_state, '') || '>' || j.to_state ORDER BY j.event_id), '{}')
          FROM journal_event AS j
         WHERE j.person_id = p.person_id AND j.wave = p.wave AND j.to_state IS NOT NULL) AS moves,
       (SELECT count(*) FROM registry_blacklist_entry AS b
         WHERE b.person_id = p.person_id AND b.source = 'deadline' AND b.lifted_at IS NULL) AS listed,
       (SELECT count(*) FROM journal_event AS j
         WHERE j.person_id = p.person_id AND j.kind = 'held') AS times_held,
       (SELECT count(*) FROM waves_household_seat AS s WHERE s.person_id = p.person_id) AS seats,
       EXISTS (SELECT FROM deadlines_quarantine AS q
                WHERE q.person_id = p.person_id AND q.wave = p.wave AND q.released_at IS NULL) AS apart
  FROM waves_participation AS p
"""
_MESSAGES = "SELECT person_id, step, channel, deadline_version, state, skip_if_bought FROM messaging_message"
_WAVES = """
SELECT number, quota, accepted, (SELECT count(*) FROM waves_participation AS p WHERE p.wave = number),
       deadline_at, deadline_version
  FROM waves_wave
"""
_RUNS = """
SELECT (SELECT count(*) FROM deadlines_run WHERE state <> 'closed'),
       (SELECT count(*) FROM deadlines_run WHERE state = 'waiting'),
       (SELECT COALESCE(sum(revoked), 0)::bigint FROM deadlines_slice),
       (SELECT count(*) FROM journal_event WHERE kind = 'revoked')
"""


class Stand(NamedTuple):
    """How somebody stands in the database."""

    wave: int
    state: str
    first_purchase_at: datetime | None
    deadline_at: datetime | None
    version: int
    balance: int
    training_balance: int
    held: bool
    ended: bool
    books: int
    training_books: int
    moves: list[str]
    listed: int
    times_held: int
    seats: int
    apart: bool


class Message(NamedTuple):
    """One message."""

    name: str
    step: str
    channel: str
    version: int
    state: str
    skip_if_bought: bool


def _rows(text: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def people() -> dict[str, Stand]:
    """Everybody."""
    return {_WHO[row[0]]: Stand(*row[1:]) for row in _rows(_PEOPLE)}


def messages() -> list[Message]:
    """The outbox."""
    return [Message(_who(row[0]), *row[1:]) for row in _rows(_MESSAGES)]


def _who(person: UUID) -> str:
    return _WHO.get(person, str(person))


def problems(oracle: Oracle) -> list[str]:
    """Everything that is not as it must be."""
    found = people()
    wrong = [] if found.keys() == oracle.people.keys() else [f"taking part are {sorted(found)}"]
    for name, person in oracle.people.items():
        if name in found:
            wrong += [f"{name}: {fault}" for fault in _person(found[name], person)]
    return wrong + _outbox(oracle) + _seats(found) + _totals(oracle)


def _person(stand: Stand, person: Person) -> list[str]:
    should = {
        "wave": person.wave,
        "state": person.state,  # I1, I2
        "first_purchase_at": person.first_purchase_at,
        "deadline_at": person.deadline_at,
        "version": person.version,
        "balance": person.balance,  # I4
        "books": person.balance,
        "held": person.waits or bool(person.holds),
        "apart": person.apart,
        "listed": int(person.revoked),  # I3, I6
        "ended": person.revoked,
    }
    wrong = [
        f"{key} is {getattr(stand, key)}, not {value}" for key, value in should.items() if getattr(stand, key) != value
    ]
    if stand.training_balance != stand.training_books or not 0 <= stand.training_balance <= stand.balance:
        wrong.append(f"training balance {stand.training_balance}, books {stand.training_books}")
    before = ["", *(move.split(">")[1] for move in stand.moves)]  # D7
    if [move.split(">")[0] for move in stand.moves] != before[:-1] or before[-1] != stand.state:
        wrong.append(f"the journal tells {stand.moves}, the row says {stand.state}")
    return wrong


def _outbox(oracle: Oracle) -> list[str]:
    """I5: known steps, one notice per revocation, nobody nagged who has bought, nobody told what was undone."""
    outbox, wrong = messages(), []
    for message in outbox:
        person = oracle.people.get(message.name)
        if message.step not in STEPS or person is None:
            wrong.append(f"a message {message}")
        elif not 1 <= message.version <= person.version:
            wrong.append(f"{message.name} is told of a deadline that there never was: {message}")
        elif message.state == "planned" and message.skip_if_bought and person.state == "bought":
            wrong.append(f"{message.name} has bought and will be reminded ({message.step})")
        elif message.state == "planned" and message.step == "revoked" and not person.revoked:
            wrong.append(f"{message.name} is {person.state} and will be told of a revocation")
    told = {(message.name, message.version) for message in outbox if message.step == "revoked"}
    should = {(name, version) for name, person in oracle.people.items() for version in person.revocations}
    standing = {(m.name, m.version) for m in outbox if m.step == "revoked" and m.state != "cancelled"}
    gone = {(name, person.version) for name, person in oracle.people.items() if person.revoked}
    if told != should or not gone <= standing:
        wrong.append(
            f"told of a revocation are {sorted(told)}, not {sorted(should)}; not cancelled: {sorted(standing)}"
        )
    return wrong


def _seats(found: dict[str, Stand]) -> list[str]:
    """I7, for family cards."""
    families = Counter(HOUSEHOLDS[name] for name in found)
    wrong = [f"family {family} has {size} people" for family, size in families.items() if size > SEATS]
    return wrong + [f"{name} has {stand.seats} seats" for name, stand in found.items() if stand.seats != 1]


def _totals(oracle: Oracle) -> list[str]:
    """I7 for waves; and a run that does not end, or tells of others than it took."""
    wrong = []
    for number, quota, accepted, people_of_it, *clock in _rows(_WAVES):
        wave = oracle.waves[number]
        if clock != [wave.deadline_at, wave.version]:
            wrong.append(f"wave {number}: {clock}, not {wave}")
        if quota != wave.quota or accepted != people_of_it or accepted > quota:
            wrong.append(f"wave {number}: {people_of_it} people, {accepted} accepted, quota {quota}")
    [(unfinished, waiting, revoked, told)] = _rows(_RUNS)
    if (unfinished, waiting) != (int(oracle.run is not None), int(oracle.waits)):
        wrong.append(f"{unfinished} runs are not closed, {waiting} of them wait")
    if revoked != told:
        wrong.append(f"slices revoked {revoked}, the journal tells of {told}")
    return wrong
