"""The simulator itself: what it says it did, it did; and its ledger outlives it."""

import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.smsc import Behaviour, codec, simulated
from proof.smsc.ledger import read
from tenggat.messaging.gateways import Outcome, Outgoing, Receipt, mark
from tenggat.messaging.gateways.smpp import Settings, SmppGateway

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2020, 10, 24, 3, tzinfo=UTC)
PEOPLE = [Outgoing(f"r{i}", "sms", f"+62812{i:07d}", "Beli pelatihan.") for i in range(40)]


def gateway(port: int, *, zone: str = "") -> SmppGateway:
    where: dict[str, Any] = {"host": "127.0.0.1", "system_id": "a", "password": "b", "source": "PRAKERJA"}
    return SmppGateway(Settings(**where, port=port, response_timeout=1.0, zone=zone))


@contextmanager
def process(*words: object) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    line = [sys.executable, "-m", "proof.smsc", *map(str, words)]
    running = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        yield int(running.stdout.readline()), running
    finally:
        running.kill()
        running.communicate()


def test_what_was_acknowledged_stands_in_the_ledger_of_a_simulator_that_was_killed(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    with process("--ledger", file, "--drop-acks", "0.2", "--seed", "7", "--down", "628120000003") as (port, running):
        with gateway(port) as way_out:
            answers = list(way_out.send(PEOPLE, at=NOW))
        running.send_signal(signal.SIGKILL)
        running.wait()
    rows = read(file)
    accepted = {a.gateway_id for a in answers if a.outcome is Outcome.ACCEPTED}
    assert {row.id for row in rows if row.acked} == accepted
    assert 0 < len(accepted) < 40 == len(rows)
    assert [row.to for row in rows if not row.delivered] == ["628120000003"]
    with file.open("a") as torn:
        torn.write('{"id":"4')
    assert len(read(file)) == 40


def test_it_ends_when_it_is_told_to() -> None:
    with process() as (_, running):
        running.terminate()
        assert running.wait(5) == 0


def fates(behaviour: Behaviour) -> tuple[list[bool], list[str]]:
    """What became of forty messages, one after the other, and what was told of them."""
    with simulated(behaviour) as smsc, gateway(smsc.port) as way_out:
        for person in PEOPLE:
            list(way_out.send([person], at=NOW))
    return [row.delivered for row in smsc.ledger.rows], [row.receipt for row in smsc.ledger.rows]


def test_a_seed_means_the_same_every_time_and_lies_are_lies() -> None:
    liar = Behaviour(vanish=0.3, belittle=0.3, lose_receipts=0.2, seed=11)
    delivered, told = fates(liar)
    assert (delivered, told) == fates(liar)
    assert (delivered, told) != fates(Behaviour(vanish=0.3, belittle=0.3, lose_receipts=0.2, seed=12))
    pairs = set(zip(delivered, told, strict=True))
    assert {(False, "DELIVRD"), (True, "UNDELIV"), (True, "DELIVRD"), (True, "")} <= pairs


def test_it_may_change_its_ways_while_it_runs() -> None:
    with simulated() as smsc, gateway(smsc.port) as way_out:
        list(way_out.send(PEOPLE[:3], at=NOW))
        smsc.behave(Behaviour(bad=("62",)))
        assert {a.code for a in way_out.send(PEOPLE[3:6], at=NOW)} == {"RINVDSTADR"}
    assert len(smsc.ledger.rows) == 3
    assert smsc.ledger.refused == {"RINVDSTADR": 3}


def test_receipts_give_back_date_and_mark_and_whose_acknowledgement_is_written_down() -> None:
    behaviour = Behaviour(clock=NOW.timestamp(), markless=("628120000000",))
    with simulated(behaviour) as smsc, gateway(smsc.port, zone="UTC") as way_out:
        list(way_out.send(PEOPLE[:2], at=NOW))
        told = {receipt.to: receipt for receipt in heard(way_out, 2)}
        assert smsc.ledger.confirmed == {"1": [1], "2": [1]}
        assert smsc.ledger.cut == set()
    assert [told[person.to].mark for person in PEOPLE[:2]] == [None, mark("r1")]
    assert {receipt.submitted for receipt in told.values()} == {NOW}
    assert all(0 <= row.at - NOW.timestamp() < 60 for row in smsc.ledger.rows)


def test_a_connection_that_ends_without_a_word_is_written_down() -> None:
    with simulated() as smsc:
        with socket.create_connection(("127.0.0.1", smsc.port), timeout=1) as wire:
            wire.sendall(codec.pdu(codec.BIND_TRANSCEIVER, 1, b"a\0b\0\0\x34\0\0\0"))
            assert wire.recv(100)
        with gateway(smsc.port) as way_out:
            list(way_out.send(PEOPLE[:1], at=NOW))
        wait_for(lambda: len(smsc.smsc.sessions) == 0)
    assert smsc.ledger.cut == {1}


def heard(way_out: SmppGateway, count: int) -> list[Receipt]:
    found: list[Receipt] = []
    wait_for(lambda: len(found_more(found, way_out)) >= count)
    return found


def found_more(found: list[Receipt], way_out: SmppGateway) -> list[Receipt]:
    found += way_out.receipts()
    return found


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.binary(max_size=60)
        | st.builds(codec.pdu, st.sampled_from([1, 4, 5, 9, 21, 99]), st.just(1), st.binary(max_size=40)),
        max_size=5,
    )
)
def test_nothing_that_comes_can_end_it(parts: list[bytes]) -> None:
    smsc = RUNNING[0]
    with socket.create_connection(("127.0.0.1", smsc), timeout=1) as wire:
        wire.sendall(b"".join(parts))
    with socket.create_connection(("127.0.0.1", smsc), timeout=1) as wire:
        wire.sendall(codec.pdu(codec.ENQUIRE_LINK, 9))
        assert wire.recv(16) == struct.pack(">IIII", 16, codec.ENQUIRE_LINK | codec.RESPONSE, 0, 9)


RUNNING: list[int] = []


@pytest.fixture(autouse=True, scope="module")
def running() -> Iterator[None]:
    """One simulator for all the rubbish."""
    with simulated() as smsc:
        RUNNING.append(smsc.port)
        yield


@settings(deadline=None)
@given(st.binary(max_size=200), st.lists(st.integers(1, 50), max_size=5))
def test_units_come_whole_however_the_bytes_are_cut(body: bytes, cuts: list[int]) -> None:
    wire = codec.pdu(codec.SUBMIT_SM, 7, body) + codec.pdu(codec.ENQUIRE_LINK, 8)
    buffer, found = bytearray(), []
    for cut in [*cuts, len(wire)]:
        buffer += wire[:cut]
        wire = wire[cut:]
        found += codec.split(buffer)
    assert [(unit.sequence, unit.body) for unit in found] == [(7, body), (8, b"")]
