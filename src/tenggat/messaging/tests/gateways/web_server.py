"""A provider's server on this machine: it keeps what it was asked, and answers as the test has it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class Asked(NamedTuple):
    """One request, whole."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}


class Said(NamedTuple):
    """An answer; `silent` closes the connection instead, `halting` sends half of it and waits."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = {}
    silent: bool = False
    halting: bool = False


class Provider(ThreadingHTTPServer):
    """`asked` is what has arrived whole, in order."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answer: Callable[[Asked], Said]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.asked: list[Asked] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Provider

    def _serve(self) -> None:
        provider = self.server
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        asked = Asked(self.command, self.path, dict(self.headers.items()), body)
        with provider.lock:
            provider.asked.append(asked)
            provider.at_once += 1
            provider.most_at_once = max(provider.most_at_once, provider.at_once)
        said = provider.answer(asked)
        with provider.lock:
            provider.at_once -= 1
        if said.silent:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        with suppress(BrokenPipeError):  # whoever asked has lost patience, which is what is tested
            self._say(said)

    def _say(self, said: Said) -> None:
        octets = said.body.encode()
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(octets) + (10 if said.halting else 0)))
        self.end_headers()
        self.wfile.write(octets)
        if said.halting:
            self.wfile.flush()
            self.server.over.wait(5)

    do_POST = do_GET = _serve  # noqa: N815 -- the names that http.server looks for

    def log_message(self, *words: Any) -> None:
        """Nothing on the screen."""


@contextmanager
def provider(answer: Callable[[Asked], Said]) -> Iterator[Provider]:
    """A server while the block lasts."""
    running = Provider(answer)
    thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.over.set()
        running.shutdown()
        running.server_close()
