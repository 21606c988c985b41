"""One person's case as a file: it says what happened, proves it against a seal, and shows when somebody changed it."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenggat.deadlines import approving, engine
from tenggat.deadlines.reinstating import reinstate
from tenggat.evidence import checking, kept
from tenggat.evidence.file import build
from tenggat.evidence.reading import LARGEST, Disagrees
from tenggat.journal import sealing
from tenggat.registry.actions import blacklist_add
from tenggat.rules.values import Brake, Dated
from tests.office import WAVE_10, extend, hold
from tests.scene import (
    ANNOUNCED,
    AYU,
    BUDI,
    CITRA,
    DEADLINE,
    IN_TIME,
    KEYS,
    NIGHT,
    OFFICER,
    PRAKERJA,
    SECOND,
    bought,
    cancelled,
    catalogue,
    feed,
    night,
    wave,
)  # fmt: skip

LATER = NIGHT + timedelta(hours=7)
Case = dict[str, Any]


def sealed() -> None:
    sealing.seal(now=NIGHT)


def case_of(person: UUID, nik: str = AYU) -> Case:
    """The case as whoever gets the file reads it."""
    made = build(person_id=person, nik=nik, programme=PRAKERJA, now=LATER)
    found: Case = json.loads(json.dumps(made))
    return found


def verdict(case: object, folder: Path, against: Case | None = None) -> checking.Verdict:
    (folder / "case.json").write_text(json.dumps(case), "utf-8")
    if against is not None:
        (folder / "seal.json").write_text(json.dumps(against), "utf-8")
    return checking.check(path=folder / "case.json", kept=folder / "seal.json" if against is not None else None)


def revoked_after_two_approvals(folder: Path) -> Case:
    """A case with all there is: reminders, a late purchase, a brake with two approvals, a run, several seals."""
    careful = replace(PRAKERJA, brakes=Dated("brake", ((date(2020, 4, 11), Brake(0, 100, 1, 1, reference="a test")),)))
    ayu, *_ = wave(AYU, BUDI)
    sealed()
    catalogue(folder)
    feed(folder, bought(AYU, DEADLINE + SECOND), through=DEADLINE + timedelta(hours=1))
    waiting = engine.revoke(programme=careful, now=NIGHT)
    sealed()
    for by in ("Sari Dewi", "Bambang"):
        approving.approve(run_id=waiting.run or 0, by=by, now=NIGHT, actor=OFFICER)
    engine.revoke(programme=careful, now=NIGHT)
    sealed()
    return case_of(ayu)


@pytest.mark.usefixtures("committed")
def test_the_case_of_somebody_revoked_says_and_proves_everything(tmp_path: Path) -> None:
    case = revoked_after_two_approvals(tmp_path)
    [participation] = case["participations"]
    assert (case["state"], participation["wave"], participation["run"]) == ("revoked", 10, case["run"]["run"])
    assert participation["deadline_at"] == "2020-10-31T17:00:00+00:00"
    assert (case["rule"]["days"], case["rule"]["counting"], case["rule"]["until"]) == (30, "inclusive", "23:59")
    assert case["rule"]["reference"].startswith("Permenko 3/2020")
    assert case["rule"]["same_file"] is True
    assert [purchase["late"] for purchase in case["purchases"]] == [True]
    assert [approval["by"] for approval in case["run"]["approvals"]] == ["Sari Dewi", "Bambang"]
    assert case["run"]["brake"] == ["2 people are to be revoked, more than 1"]
    assert list(case["run"]["watermarks"]) == ["toko"]
    assert [message["step"] for message in case["messages"]] == ["revoked"]
    assert [entry["amount"] for entry in case["money"]] == [3_550_000, -3_550_000]
    assert [event["kind"] for event in case["events"]] == ["accepted", "purchase_late", "revoked"]
    assert case["events"][-1]["details"]["returned"] == 3_550_000
    assert (case["person"]["blacklisted"], case["unsealed"]) == (True, [])
    assert [json.loads(act["text"])[2] for act in case["acts"]] == [
        "wave_announced", "run_approved", "run_approved", "run_closed",
    ]  # fmt: skip
    told = json.dumps(case)
    for secret in (AYU, "9" + AYU[1:], "81234567890", "Peserta", "Contoh"):
        assert secret not in told
    found = verdict(case, tmp_path)
    assert found.ok, found.detail
    assert found.head == case["seals"][-1]["digest"]


@pytest.mark.usefixtures("committed")
def test_a_case_is_held_against_a_seal_that_was_kept(tmp_path: Path) -> None:
    ayu, _ = wave(AYU, BUDI)
    sealed()
    first = kept.exported(programme=PRAKERJA)
    night()
    sealed()
    last = kept.exported(programme=PRAKERJA)
    case = case_of(ayu)
    for good in (first, last):
        assert verdict(case, tmp_path, good).ok
    wrong = last | {"digest": first["digest"]}
    assert "rewritten" in verdict(case, tmp_path, wrong).detail
    assert "write the case again" in verdict(case, tmp_path, last | {"seal": 9}).detail
    blacklist_add(nik=CITRA, reason="x", programme=PRAKERJA, keys=KEYS, now=NIGHT, actor=OFFICER)
    sealed()
    younger = case_of(blacklisted_person(), CITRA)
    assert "older than the oldest" in verdict(younger, tmp_path, first).detail
    evil: Any
    for evil in ({}, [], first | {"seal": True}, first | {"digest": "x"}, {"format": "tenggat.seal/1"}):
        assert not verdict(case, tmp_path, evil).ok


def blacklisted_person() -> UUID:
    return KEYS.fingerprint("nik", CITRA)


@pytest.mark.usefixtures("committed")
def test_everybody_has_a_case_revoked_or_not(tmp_path: Path) -> None:
    ayu, budi, citra = wave(AYU, BUDI, CITRA)
    catalogue(tmp_path)
    feed(
        tmp_path,
        bought(BUDI),
        bought(CITRA),
        bought(CITRA, ref="R-2", price=100_000),
        cancelled(CITRA, IN_TIME + SECOND),
    )
    sealed()
    for person, nik, state in ((ayu, AYU, "accepted"), (budi, BUDI, "bought"), (citra, CITRA, "bought")):
        case = case_of(person, nik)
        assert (case["state"], case["run"], case["rule"]["same_file"]) == (state, None, None)
        assert verdict(case, tmp_path).ok, verdict(case, tmp_path)
    night()
    feed(tmp_path, bought(AYU, IN_TIME), now=LATER)  # reported late: it brings her back
    blacklist_add(nik=AYU, reason="penipuan", programme=PRAKERJA, keys=KEYS, now=LATER, actor=OFFICER)
    sealed()
    back = case_of(ayu)
    assert [event["kind"] for event in back["events"]] == [
        "accepted", "revoked", "reinstated", "bought", "blacklisted",
    ]  # fmt: skip
    assert verdict(back, tmp_path).ok, verdict(back, tmp_path)


@pytest.mark.usefixtures("committed")
def test_the_case_of_somebody_reinstated_still_has_the_run_that_revoked(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    run = night().run
    reinstate(person_id=ayu, reason="sakit", by="Sari Dewi", programme=PRAKERJA, now=LATER, actor=OFFICER)
    sealed()
    case = case_of(ayu)
    assert (case["state"], case["participations"][0]["run"], case["run"]["run"]) == ("accepted", None, run)
    assert case["participations"][0]["deadline_version"] == 2
    assert verdict(case, tmp_path).ok, verdict(case, tmp_path)
    case["run"] = None
    assert not verdict(case, tmp_path).ok


@pytest.mark.usefixtures("committed")
def test_somebody_known_by_the_blacklist_alone_has_a_case(tmp_path: Path) -> None:
    person = blacklist_add(nik=CITRA, reason="penipuan", programme=PRAKERJA, keys=KEYS, now=ANNOUNCED, actor=OFFICER)
    sealed()
    case = case_of(person, CITRA)
    assert (case["state"], case["participations"], case["rule"]) == (None, [], None)
    assert verdict(case, tmp_path).ok


@pytest.mark.usefixtures("committed")
def test_a_case_with_rows_that_are_not_sealed_yet_is_not_ok(tmp_path: Path) -> None:
    [ayu] = wave(AYU)
    sealed()
    night()
    case = case_of(ayu)
    assert len(case["unsealed"]) == 1
    assert "write it again" in verdict(case, tmp_path).detail


@pytest.fixture
def whole_case(committed: None, tmp_path: Path) -> Case:
    """One case for a test that changes it."""
    return revoked_after_two_approvals(tmp_path)


MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


LIES: list[tuple[str, Callable[[Case], Any]]] = [
    ("state", lambda case: case.update(state="bought")),
    ("state of the participation", lambda case: case["participations"][0].update(state="accepted")),
    ("wave", lambda case: case["participations"][0].update(wave=9)),
    ("deadline", lambda case: case["participations"][0].update(deadline_at="2020-11-01T17:00:00+00:00")),
    ("version", lambda case: case["participations"][0].update(deadline_version=2)),
    ("acceptance", lambda case: case["participations"][0].update(accepted_at="2020-10-01T17:00:00+00:00")),
    ("revocation", lambda case: case["participations"][0].update(ended_at="2020-11-01T17:00:00+00:00")),
    ("announcement", lambda case: case["participations"][0].update(announced_at="2020-10-03T17:00:00+00:00")),
    ("run of the participation", lambda case: case["participations"][0].update(run=99)),
    ("run", lambda case: case["run"].update(run=99)),
    ("no run", lambda case: case.update(run=None)),
    ("cut-off", lambda case: case["run"].update(cutoff_at="2020-11-01T17:00:00+00:00")),
    ("rule", lambda case: case["run"].update(rule="0" * 64)),
    ("watermarks", lambda case: case["run"].update(watermarks={})),
    ("an approval", lambda case: case["run"]["approvals"].pop()),
    ("whose approval", lambda case: case["run"]["approvals"][0].update(by="Joko")),
    ("money returned", lambda case: case["money"][-1].update(amount=-3_000_000)),
    ("a purchase left out", lambda case: case["purchases"].pop()),
    ("a purchase in time", lambda case: case["purchases"][0].update(late=False)),
    ("moment of a purchase", lambda case: case["purchases"][0].update(occurred_at="2020-10-31T16:59:59+00:00")),
    ("price", lambda case: case["purchases"][0].update(price=1)),
    ("a purchase made up", lambda case: case["purchases"].append(case["purchases"][0] | {"reference": "R-9"})),
    ("blacklist", lambda case: case["blacklist"].clear()),
    ("blacklisted", lambda case: case["person"].update(blacklisted=False)),
    ("blacklisted by whom", lambda case: case["blacklist"][0].update(since_at="2020-10-31T17:00:00+00:00")),
    ("somebody else", lambda case: case["person"].update(person_id=str(UUID(int=7)))),
    ("the story", lambda case: case["events"][1].update(kind="bought")),
    ("an event left out", lambda case: [case[part].pop(0) for part in ("events", "journal")]),
    ("an event twice", lambda case: [case[part].append(case[part][-1]) for part in ("events", "journal")]),
    ("a seal left out", lambda case: case["seals"].pop(1)),
    ("no seals", lambda case: case["seals"].clear()),
    ("no branches", lambda case: case["seals"][0].pop("branches")),
]  # fmt: skip


def test_a_case_that_says_something_else_than_what_was_sealed_is_not_ok(whole_case: Case, tmp_path: Path) -> None:
    assert verdict(whole_case, tmp_path).ok
    believed = []
    for what, lie in LIES:
        case = copy.deepcopy(whole_case)
        lie(case)
        found = verdict(case, tmp_path)
        if found.ok or len(found.detail) < 10:
            believed.append(what)
    assert believed == []


def values(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of every text and number in a document."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield from values(child, (*path, name))
    elif isinstance(node, list):
        for place, child in enumerate(node):
            yield from values(child, (*path, place))
    elif isinstance(node, str | int):
        yield path


def changed(value: Any, chance: random.Random) -> Any:
    if isinstance(value, int):
        return value + chance.choice((-1, 1))
    at = chance.randrange(len(value))
    other = chance.choice([letter for letter in '0a Z"é' if letter != value[at]])
    return value[:at] + other + value[at + 1 :]


@MANY
@given(seed=st.integers(0, 2**32))
def test_no_single_character_of_the_sealed_part_can_be_changed(whole_case: Case, seed: int) -> None:
    chance = random.Random(seed)
    case = copy.deepcopy(whole_case)
    path = chance.choice([found for part in ("journal", "acts", "seals") for found in values(case[part], (part,))])
    node = case
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = changed(node[path[-1]], chance)
    with pytest.raises(Disagrees):
        checking.hold(case, None)


@MANY
@given(seed=st.integers(0, 2**32))
def test_whatever_is_put_into_a_case_it_is_answered_and_never_a_crash(
    whole_case: Case, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    case: Any = copy.deepcopy(whole_case)
    for _ in range(chance.randint(1, 3)):
        node, paths = case, [path for path in values(case) if path]
        path = chance.choice(paths)[: chance.randint(1, 6)]
        try:
            for name in path[:-1]:
                node = node[name]
            node[path[-1]] = chance.choice(
                (None, True, -1, 2**70, 1.5, "", "\ud800", [], [[]], {}, {"x": []}, "9999-12-31")
            )
        except (KeyError, IndexError, TypeError):
            continue
    assert verdict(case, tmp_path).detail.isprintable()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"nothing", b"\xff\xfe", b"[]", b"null", b"7", b'"text"', b"{}", b'{"format": "tenggat.evidence/1"}',
        b"[" * 200_000, b'{"format": "tenggat.evidence/1", "format": "tenggat.evidence/1"}', b'{"a": NaN}',
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_case_is_told_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "case.json").write_bytes(content)
    found = checking.check(path=tmp_path / "case.json", kept=None)
    assert not found.ok
    assert found.detail.endswith(".")


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "case.json").open("wb") as file:
        file.truncate(LARGEST + 10)
    assert "larger than" in checking.check(path=tmp_path / "case.json", kept=None).detail


@pytest.mark.usefixtures("committed")
def test_a_kept_seal_is_held_against_the_database(tmp_path: Path) -> None:
    from tenggat.journal.tests.rows import as_insider

    wave(AYU)
    sealed()
    file = tmp_path / "seal.json"
    file.write_text(json.dumps(kept.exported(programme=PRAKERJA)), "utf-8")
    assert kept.check_kept(path=file).ok
    night()
    sealed()
    assert kept.check_kept(path=file).ok
    as_insider("UPDATE journal_seal SET root = repeat('0', 64) WHERE seal_id = 2")
    assert not kept.check_kept(path=file).ok
    as_insider("DELETE FROM journal_seal")
    assert "no seal 1" in kept.check_kept(path=file).detail
    as_insider("UPDATE journal_event SET actor = 'nobody'")
    sealed()  # an insider seals a history of their own
    assert sealing.broken_link() is None
    assert "rewritten" in kept.check_kept(path=file).detail
    with pytest.raises(OSError, match="none"):
        kept.check_kept(path=tmp_path / "none.json")


def test_nothing_sealed_is_nothing_to_export(db: None) -> None:
    with pytest.raises(sealing.NothingSealed):
        kept.exported(programme=PRAKERJA)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("decide", [hold, extend])
def test_the_case_of_somebody_whom_a_decision_has_brought_back_is_ok(
    tmp_path: Path, decide: Callable[..., object]
) -> None:
    [ayu] = wave(AYU)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU, DEADLINE + SECOND), now=NIGHT - SECOND)
    night()
    decide(WAVE_10, now=LATER)
    sealed()
    assert verdict(case_of(ayu), tmp_path).ok
