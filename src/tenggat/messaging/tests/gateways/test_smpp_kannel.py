"""A peer that nobody here wrote: Kannel's own driver of SMPP clients (Debian's kannel-extras)."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tenggat.messaging.gateways import Outcome, Receipt
from tenggat.messaging.gateways.smpp import Settings, SmppGateway
from tenggat.messaging.tests.gateways.letters import NOW, TEXT, by_outcome, letters

DRIVER = Path("/usr/lib/kannel/test/drive_smpp")
COUNT = 12

pytestmark = pytest.mark.skipif(not DRIVER.exists(), reason="kannel-extras is not installed: no SMSC by others to try")


def listens(port: int) -> bool:
    """Looked up in the kernel's table: the driver would take a knock for its client."""
    return any(f":{port:04X} " in line and " 0A " in line for line in Path("/proc/net/tcp").read_text().splitlines())


@pytest.fixture
def kannel(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a driver that sends COUNT messages of its own, with an enquire_link after each, and its log."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    log = tmp_path / "kannel.log"
    with log.open("wb") as out:
        words = [str(DRIVER), "-v", "0", "-p", str(port), "-m", str(COUNT)]
        driver = subprocess.Popen(words, stdout=out, stderr=out, cwd=tmp_path)
        end = time.monotonic() + 5
        while not listens(port) and time.monotonic() < end:
            time.sleep(0.02)
        yield port, log
        driver.kill()
        driver.wait()


def test_kannel_takes_what_we_submit_and_we_take_what_it_delivers(kannel: tuple[int, Path]) -> None:
    port, log = kannel
    settings = Settings(
        host="127.0.0.1", port=port, system_id="tenggat", password="rahasia", source="PRAKERJA", bind="pair", window=4
    )
    told: list[Receipt] = []
    words = (
        f"submit_sm: short_message = <{TEXT}>",
        "PDU of type deliver_sm_resp",
        "PDU of type enquire_link_resp",
    )
    with SmppGateway(settings) as gateway:
        outcomes = by_outcome(gateway.send(letters(COUNT), at=NOW))
        soon(lambda: _grown(told, gateway) >= COUNT)
        soon(lambda: _counted(log, words) == [COUNT] * 3)  # it stops listening at the first good-bye
    assert outcomes[Outcome.ACCEPTED] == {f"r{i}" for i in range(COUNT)}
    assert {receipt.gateway_id for receipt in told} == {"receipted_message_id"}
    assert len(told) == COUNT
    assert _counted(log, words) == [COUNT] * 3
    soon(lambda: _counted(log, ["PDU of type unbind"]) > [0])
    assert "PDU of type unbind" in log.read_text("latin-1")
    assert "ERROR: Unhandled" not in log.read_text("latin-1")


def soon(true: Callable[[], bool]) -> None:
    """Return when it is, or after two seconds: the driver gives itself up a second later."""
    end = time.monotonic() + 2
    while not true() and time.monotonic() < end:
        time.sleep(0.02)


def _grown(told: list[Receipt], gateway: SmppGateway) -> int:
    told += gateway.receipts()
    return len(told)


def _counted(log: Path, words: Sequence[str]) -> list[int]:
    text = log.read_text("latin-1")
    return [text.count(word) for word in words]
