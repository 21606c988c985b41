"""`tenggat up`, started as an operator does: web and worker until it is told to end."""

import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from tenggat.messaging.tests.gateways.web_server import Asked, Said, provider
from tests.conftest import Tenggat
from tests.scene import AYU
from tests.test_cli import MORNING, NOON, accepted

GATEWAYS = """
[[route]]
name = "agregator"
kind = "http"
channels = ["sms"]
[route.settings]
url = "{url}"
fields = {{ to = "{{to}}", text = "{{text}}" }}
id_at = "id"
[route.receipts]
secrets = ["rahasia"]
signature_header = "X-Signature"
timestamp_header = "X-Timestamp"
id_at = "id"
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def until(true: Callable[[], bool], *, within: float = 30) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(home: Tenggat, port: int) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", "from tenggat.cli.main import main; main()", "up", "--port", str(port)],
        env={**os.environ, "TENGGAT_HOME": str(home.home), "DATABASE_URL": home.url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: answers(port) or process.poll() is not None)
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def post(port: int, body: bytes, secret: str = "rahasia") -> int:
    stamp = str(int(time.time()))
    proof = hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256").hex()
    headers = {"X-Signature": proof, "X-Timestamp": stamp}
    return httpx.post(f"http://127.0.0.1:{port}/receipts/agregator", content=body, headers=headers).status_code


@pytest.mark.slow
@pytest.mark.timeout(90)
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_receipt_by_webhook_tells_the_fate_of_a_message(home: Tenggat, tmp_path: Path, sign: signal.Signals) -> None:
    def takes(asked: Asked) -> Said:
        reminder = b"Lewat+itu" in asked.body  # the other one tells of the acceptance
        return Said(200, '{"id": "m-1"}' if reminder else '{"id": "m-0"}')

    def fates() -> list[str]:
        with psycopg.connect(home.url) as session:
            asked = "SELECT fate FROM messaging_message WHERE step = 'h-7' AND channel = 'sms'"
            return [row[0] for row in session.execute(asked)]

    with provider(takes) as there:
        (home.home / "gateways.toml").write_text(GATEWAYS.format(url=there.url), "utf-8")
        accepted(home, tmp_path, AYU)
        home.run("remind", "--now", MORNING, check=0)
        assert home.json("deliver", "--now", NOON)["accepted"] == 2
        told = json.dumps({"id": "m-1", "status": "delivered"}).encode()
        port = free_port()
        with running(home, port) as process:
            assert post(port, told, secret="tebakan") == 403
            assert post(port, b"x" * (256 * 1024 + 1)) == 413
            assert httpx.post(f"http://127.0.0.1:{port}/receipts/agregator", content=iter([told])).status_code == 411
            assert fates() == [""]
            assert post(port, told) == 200
            until(lambda: fates() == ["delivered"])
            process.send_signal(sign)
            out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (0, "Ended in good order. Planned 0 messages, handed over 0.\n"), err
        assert "Traceback" not in err
        assert not answers(port)
        assert len(there.asked) == 2


@pytest.mark.slow
@pytest.mark.timeout(90)
def test_a_port_in_use_is_told(home: Tenggat) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = home.run("up", "--port", port, check=2)
    assert done.stderr == f"tenggat: Port {port} of this machine is in use; choose another: --port {port + 1}\n"


@pytest.mark.slow
@pytest.mark.timeout(90)
def test_without_its_web_the_command_ends_and_without_the_command_the_web(home: Tenggat) -> None:
    port = free_port()
    with running(home, port) as process:
        (web,) = (child for child in psutil.Process(process.pid).children() if "tenggat.webhooks" in child.cmdline())
        web.terminate()
        _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "The web has ended by itself" in err
    with running(home, port) as process:
        process.kill()
        until(lambda: not answers(port))
