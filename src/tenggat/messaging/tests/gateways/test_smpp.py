"""The SMPP gateway against an SMSC that keeps a ledger of what it truly did."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proof.smsc import Behaviour, Simulated, simulated

from tenggat.messaging.gateways import Fate, Gateway, GatewayUnusable, Outcome, Outgoing, Receipt, mark
from tenggat.messaging.gateways.smpp import Settings, SmppGateway
from tenggat.messaging.tests.gateways.letters import NOW, by_outcome, letters, references

SEEN = 0.3
"""Seconds after which this side of a connection knows that the other has closed it."""

Pair = tuple[SmppGateway, Simulated]


def settings_for(port: int, /, **changed: Any) -> Settings:
    usual = {"host": "127.0.0.1", "port": port, "system_id": "tenggat", "password": "rahasia", "source": "PRAKERJA"}
    quick = {"response_timeout": 1.2, "connect_timeout": 3.0, "pause": 0.01, "throttle_pause": 0.02, "window": 10}
    return Settings(**{**usual, **quick, **changed})


@contextmanager
def meeting(behaviour: Behaviour | None = None, **changed: Any) -> Iterator[Pair]:
    with simulated(behaviour) as smsc, SmppGateway(settings_for(smsc.port, **changed)) as gateway:
        yield gateway, smsc


def receipts(gateway: SmppGateway, count: int, *, patience: float = 3) -> list[Receipt]:
    """So many receipts, or all that came within so many seconds."""
    found: list[Receipt] = []
    end = time.monotonic() + patience
    while len(found) < count and time.monotonic() < end:
        found += gateway.receipts()
    return found


def test_an_honest_smsc_delivers_everything_and_tells_of_it() -> None:
    with meeting() as (gateway, smsc):
        way_out: Gateway = gateway
        answers = list(way_out.send(letters(120), at=NOW))
        told = receipts(gateway, 120)
    assert by_outcome(answers)[Outcome.ACCEPTED] == {f"r{i}" for i in range(120)}
    assert [row.text for row in smsc.ledger.delivered] == [letters(1)[0].text] * 120
    assert references(row.to for row in smsc.ledger.delivered) == {f"r{i}" for i in range(120)}
    assert {receipt.gateway_id for receipt in told} == {answer.gateway_id for answer in answers}
    assert {receipt.fate for receipt in told} == {Fate.DELIVERED}
    assert {receipt.code for receipt in told} == {"DELIVRD:000"}
    assert references(receipt.to for receipt in told) == {f"r{i}" for i in range(120)}


def test_a_message_carries_the_moment_from_which_it_may_not_arrive_any_more() -> None:
    first, second = letters(2)
    with meeting() as (gateway, smsc):
        list(gateway.send([first._replace(until=NOW + timedelta(hours=10, microseconds=7)), second], at=NOW))
    assert {row.to[-1]: row.until for row in smsc.ledger.rows} == {"0": "201024130000000+", "1": ""}


def test_a_message_whose_time_is_over_does_not_leave() -> None:
    first, second = letters(2)
    with meeting() as (gateway, smsc):
        answers = {a.reference: a for a in gateway.send([first._replace(until=NOW), second], at=NOW)}
    assert (answers["r0"].outcome, answers["r0"].code) == (Outcome.BUSY, "late")
    assert references(row.to for row in smsc.ledger.rows) == {"r1"}


def test_no_more_than_a_window_is_under_way() -> None:
    with meeting(Behaviour(delay=0.05), window=5) as (gateway, _):
        began = time.monotonic()
        outcomes = by_outcome(gateway.send(letters(21), at=NOW))
        assert time.monotonic() - began > 0.05 * 5  # one to try, then four windows
    assert len(outcomes[Outcome.ACCEPTED]) == 21


def test_what_comes_too_fast_is_busy_and_was_not_taken() -> None:
    with meeting(Behaviour(rate=50), throttle_pause=0.01) as (gateway, smsc):
        answers = list(gateway.send(letters(100), at=NOW))
    outcomes = by_outcome(answers)
    assert outcomes[Outcome.BUSY]
    assert outcomes[Outcome.ACCEPTED] | outcomes[Outcome.BUSY] == {f"r{i}" for i in range(100)}
    assert references(row.to for row in smsc.ledger.rows) == outcomes[Outcome.ACCEPTED]
    assert {a.code for a in answers if a.outcome is Outcome.BUSY} == {"RTHROTTLED"}
    assert len(outcomes[Outcome.BUSY]) <= smsc.ledger.refused["RTHROTTLED"]


def test_a_bad_number_is_rejected() -> None:
    wrong, text, fine = letters(3)
    others = [wrong._replace(to="+62899000"), text._replace(text="ż"), fine, fine._replace(reference="x", to="a@b.id")]
    with meeting(Behaviour(bad=("62899",))) as (gateway, _):
        answers = {a.reference: (a.outcome, a.code) for a in gateway.send(others, at=NOW)}
    assert answers == {
        "r0": (Outcome.REJECTED, "RINVDSTADR"),
        "r1": (Outcome.REJECTED, "alphabet"),
        "r2": (Outcome.ACCEPTED, ""),
        "x": (Outcome.REJECTED, "number"),
    }


def test_without_an_acknowledgement_it_is_unknown_and_the_receipt_names_it() -> None:
    with meeting(Behaviour(drop_acks=0.1, seed=3)) as (gateway, smsc):
        outcomes = by_outcome(gateway.send(letters(80), at=NOW))
        told = receipts(gateway, 80)
    silent = references(row.to for row in smsc.ledger.rows if not row.acked)
    assert silent
    assert outcomes[Outcome.UNKNOWN] == silent
    assert len(smsc.ledger.delivered) == 80
    assert {receipt.to for receipt in told} >= {"+" + row.to for row in smsc.ledger.rows if not row.acked}
    assert all([receipt.mark] == [mark(name) for name in references([receipt.to])] for receipt in told)


def test_a_connection_that_closes_leaves_unknown_what_was_under_way_and_the_rest_goes_over_the_next() -> None:
    with meeting(Behaviour(close_after=12)) as (gateway, smsc):
        outcomes = by_outcome(gateway.send(letters(60), at=NOW))
        binds = smsc.smsc.binds
    taken = [row.to for row in smsc.ledger.rows]
    assert binds > 2
    assert len(taken) == len(set(taken))
    assert outcomes[Outcome.ACCEPTED] == references(row.to for row in smsc.ledger.rows if row.acked)
    assert outcomes[Outcome.UNKNOWN] >= references(row.to for row in smsc.ledger.rows if not row.acked)
    assert outcomes[Outcome.ACCEPTED] | outcomes[Outcome.UNKNOWN] == {f"r{i}" for i in range(60)}


def test_a_deaf_smsc_costs_one_unknown_per_connection_and_then_the_batch_is_given_up() -> None:
    with meeting(Behaviour(drop_acks=1.0), tries=3, response_timeout=0.1) as (gateway, smsc):
        answers = list(gateway.send(letters(40), at=NOW))
    outcomes = by_outcome(answers)
    assert len(outcomes[Outcome.UNKNOWN]) == 3
    assert len(outcomes[Outcome.BUSY]) == 37
    assert references(row.to for row in smsc.ledger.rows) == outcomes[Outcome.UNKNOWN]
    assert {a.code for a in answers} == {"timeout", "unreachable"}


def test_what_waits_is_busy_when_the_smsc_goes_for_good() -> None:
    with simulated(Behaviour(delay=0.05)) as smsc, SmppGateway(settings_for(smsc.port, tries=2)) as gateway:
        answers = gateway.send(letters(100), at=NOW)
        got = [next(answers)]
        smsc.stop()
        got += answers
    outcomes = by_outcome(got)
    assert outcomes[Outcome.ACCEPTED]
    assert outcomes[Outcome.BUSY]
    assert len(outcomes[Outcome.UNKNOWN]) <= 10  # a window full; some of it was never read
    assert references(row.to for row in smsc.ledger.rows) <= outcomes[Outcome.ACCEPTED] | outcomes[Outcome.UNKNOWN]
    assert sum(map(len, outcomes.values())) == 100


def test_a_connection_that_ended_in_between_costs_no_message() -> None:
    with simulated() as first, SmppGateway(settings_for(first.port)) as gateway:
        list(gateway.send(letters(3), at=NOW))
        first.stop()
        time.sleep(SEEN)
        with simulated(port=first.port) as second:
            outcomes = by_outcome(gateway.send(letters(5), at=NOW))
    assert len(outcomes[Outcome.ACCEPTED]) == 5
    assert len(second.ledger.rows) == 5


def test_when_nobody_answers_any_more_nothing_of_the_next_batch_has_left() -> None:
    with simulated() as smsc, SmppGateway(settings_for(smsc.port, tries=2)) as gateway:
        smsc.stop()
        time.sleep(SEEN)
        with pytest.raises(GatewayUnusable):
            list(gateway.send(letters(3), at=NOW))


def test_who_is_not_let_in_is_told_so_without_the_password() -> None:
    with simulated(Behaviour(password="lain")) as smsc, pytest.raises(GatewayUnusable) as refusal:
        SmppGateway(settings_for(smsc.port, connect_timeout=0.4)).__enter__()
    assert "rahasia" not in str(refusal.value)


def test_a_port_where_nobody_listens_is_said_at_once() -> None:
    with simulated() as smsc:
        pass
    began = time.monotonic()
    with pytest.raises(GatewayUnusable):
        SmppGateway(settings_for(smsc.port, connect_timeout=10)).__enter__()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "a" * 9},
        {"response_timeout": 30},
        {"window": 0},
        {"zone": "Jakarta"},
        {"source": "é"},
        {"source": "KARTUPRAKERJA"},
        {"source_ton": 256},
        {"port": 70000},
    ],
)
def test_settings_that_smpp_does_not_allow_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(GatewayUnusable):
        SmppGateway(settings_for(1, **wrong)).__enter__()


def test_a_receipt_may_come_before_its_acknowledgement() -> None:
    with meeting(Behaviour(receipts_first=1.0, delay=0.2)) as (gateway, _):
        answers = list(gateway.send(letters(8), at=NOW))
        told = receipts(gateway, 8)
    names = {answer.gateway_id: answer.reference for answer in answers}
    assert len(by_outcome(answers)[Outcome.ACCEPTED]) == 8
    assert {receipt.gateway_id for receipt in told} == set(names)
    assert all(receipt.mark == mark(names[receipt.gateway_id]) for receipt in told)


def test_receipts_are_lost_repeated_and_out_of_order() -> None:
    behaviour = Behaviour(lose_receipts=0.3, repeat_receipts=0.5, receipt_spread=0.05, belittle=0.2, seed=5)
    with meeting(behaviour) as (gateway, smsc):
        ids = [answer.gateway_id for answer in gateway.send(letters(60), at=NOW)]
        told = receipts(gateway, 200, patience=0.4)
    expected = {row.id: row.receipt for row in smsc.ledger.rows if row.receipt}
    assert {receipt.gateway_id for receipt in told} == set(expected)
    assert len(expected) < 60 < len(told) + 20
    assert all(receipt.code.startswith(expected[receipt.gateway_id]) for receipt in told)
    assert len({receipt.fate for receipt in told}) == 2
    order = [ids.index(receipt.gateway_id) for receipt in told]
    assert order != sorted(order)


@pytest.mark.parametrize(("ack", "receipt", "behaviour"), [("decimal", "hex", "hex"), ("hex", "decimal", "decimal")])
def test_receipts_may_write_the_same_id_in_another_base(ack: str, receipt: str, behaviour: str) -> None:
    with meeting(Behaviour(receipt_ids=behaviour), ack_ids=ack, receipt_ids=receipt) as (gateway, _):
        ids = {answer.gateway_id for answer in gateway.send(letters(20), at=NOW)}
        assert {told.gateway_id for told in receipts(gateway, 20)} == ids


@pytest.mark.parametrize(("text", "optional"), [(True, False), (False, True)])
def test_either_form_of_a_receipt_is_enough(*, text: bool, optional: bool) -> None:
    with meeting(Behaviour(text_receipts=text, optional_receipts=optional)) as (gateway, _):
        ids = {answer.gateway_id for answer in gateway.send(letters(5), at=NOW)}
        told = receipts(gateway, 5)
    assert {(receipt.gateway_id, receipt.fate) for receipt in told} == {(name, Fate.DELIVERED) for name in ids}


@pytest.mark.parametrize("alphabet", ["gsm7", "latin-1", "ucs2"])
def test_the_text_arrives_in_the_alphabet_that_the_smsc_wants(alphabet: str) -> None:
    text = "A1 pukul 23.59"
    with meeting(alphabet=alphabet) as (gateway, smsc):
        list(gateway.send([letters(1)[0]._replace(text=text)], at=NOW))
    assert smsc.ledger.delivered[0].text == text


def test_a_pair_of_connections_sends_over_one_and_hears_over_the_other() -> None:
    with meeting(bind="pair") as (gateway, smsc):
        assert smsc.smsc.binds == 2
        ids = {answer.gateway_id for answer in gateway.send(letters(10), at=NOW)}
        assert {receipt.gateway_id for receipt in receipts(gateway, 10)} == ids


def test_receipts_that_waited_for_a_connection_come_with_the_next_one() -> None:
    with simulated(Behaviour(receipt_delay=0.1)) as smsc:
        with SmppGateway(settings_for(smsc.port)) as first:
            list(first.send(letters(5), at=NOW))
        time.sleep(0.15)
        with SmppGateway(settings_for(smsc.port)) as second:
            assert len(receipts(second, 5)) == 5


def test_what_comes_while_the_connection_is_being_closed_is_kept() -> None:
    with simulated(Behaviour(receipt_spread=0.05, seed=2)) as smsc:
        gateway = SmppGateway(settings_for(smsc.port))
        told: list[Receipt] = []
        for _ in range(5):
            with gateway:
                list(gateway.send(letters(40), at=NOW))
            told += gateway.receipts()
        confirmed = {name: len(over) for name, over in smsc.ledger.confirmed.items()}
    assert Counter(receipt.gateway_id for receipt in told) == confirmed


def test_no_more_is_drawn_than_may_leave() -> None:
    drawn = 0

    def some() -> Iterator[Outgoing]:
        nonlocal drawn
        for message in letters(100):
            drawn += 1
            yield message

    with meeting(Behaviour(delay=0.05), window=10) as (gateway, smsc):
        for done, _ in enumerate(gateway.send(some(), at=NOW), 1):
            assert drawn <= done + 10 + 64  # answers come by up to 64
            assert drawn <= len(smsc.ledger.rows) + 10
    assert drawn == len(smsc.ledger.rows) == 100


def test_of_what_a_deaf_smsc_leaves_unknown_all_else_was_not_even_drawn() -> None:
    drawn = list[str]()

    def some() -> Iterator[Outgoing]:
        for message in letters(40):
            drawn.append(message.reference)
            yield message

    with meeting(Behaviour(drop_acks=1.0), tries=3, response_timeout=0.1) as (gateway, _):
        answers = gateway.send(some(), at=NOW)
        assert next(answers).outcome is Outcome.UNKNOWN
        assert len(drawn) <= 2


def test_while_answers_are_awaited_there_are_pauses() -> None:
    paused = list[int]()
    with meeting(Behaviour(drop_acks=1.0), tries=1, response_timeout=0.5) as (gateway, smsc):
        list(gateway.send(letters(1), at=NOW, pause=lambda: paused.append(len(smsc.ledger.rows))))
    assert len(paused) >= 2
    assert paused[-1] == 1


def test_an_abandoned_batch_does_not_hold_up_the_next() -> None:
    with meeting(Behaviour(delay=0.02)) as (gateway, _):
        answers = gateway.send(letters(30), at=NOW)
        next(answers)
        answers.close()  # type: ignore[attr-defined]
        assert len(by_outcome(gateway.send(letters(5), at=NOW))[Outcome.ACCEPTED]) == 5


SHARES = st.sampled_from([0.0, 0.05, 0.3])


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 999),
    drop_acks=SHARES,
    receipts_first=SHARES,
    close_after=st.sampled_from([0, 1, 7]),
    rate=st.sampled_from([0.0, 100.0]),
    window=st.sampled_from([1, 8]),
)
def test_whatever_the_smsc_does_each_message_is_answered_once_and_leaves_at_most_once(
    *, seed: int, drop_acks: float, receipts_first: float, close_after: int, rate: float, window: int
) -> None:
    behaviour = replace(
        Behaviour(seed=seed), drop_acks=drop_acks, receipts_first=receipts_first, close_after=close_after, rate=rate
    )
    with meeting(behaviour, response_timeout=0.08, tries=3, window=window) as (gateway, smsc):
        outcomes = by_outcome(gateway.send(letters(16), at=NOW))
    taken = [row.to for row in smsc.ledger.rows]
    assert len(taken) == len(set(taken))
    assert sum(map(len, outcomes.values())) == 16
    assert outcomes[Outcome.ACCEPTED] <= references(row.to for row in smsc.ledger.rows if row.acked)
    assert references(taken) <= outcomes[Outcome.ACCEPTED] | outcomes[Outcome.UNKNOWN]
