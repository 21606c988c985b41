"""Short units leave at once, and looking for the sockets leaves nothing open."""

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from proof.smsc import simulated

from tenggat.messaging.gateways.smpp import Settings, SmppGateway
from tenggat.messaging.gateways.smpp.sockets import send_at_once

OPEN = Path("/proc/self/fd")

pytestmark = pytest.mark.skipif(not OPEN.is_dir(), reason="this system does not show open files")


def nodelay(port: int) -> list[bool]:
    """The option of each connection of this process to that port."""
    found = []
    for file in OPEN.iterdir():
        with suppress(OSError):
            if str(file.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(file.name))) as one:
                    if one.family == socket.AF_INET and one.getpeername()[1] == port:
                        found.append(bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
    return found


@pytest.mark.parametrize(("bind", "count"), [("transceiver", 1), ("pair", 2)])
def test_the_connections_of_a_gateway_send_at_once(bind: Literal["transceiver", "pair"], count: int) -> None:
    with simulated() as smsc:
        settings = Settings(host="127.0.0.1", port=smsc.port, system_id="a", password="b", source="s", bind=bind)
        with SmppGateway(settings):
            assert nodelay(smsc.port) == [True] * count


def test_looking_for_them_leaves_nothing_open_and_others_alone() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        socket.create_server(("127.0.0.1", 0)) as other,
        socket.create_connection(door.getsockname()),
        socket.create_connection(other.getsockname()),
    ):
        before = len(list(OPEN.iterdir()))
        assert send_at_once(door.getsockname()[1]) == 1
        assert len(list(OPEN.iterdir())) == before
        assert nodelay(other.getsockname()[1]) == [False]
