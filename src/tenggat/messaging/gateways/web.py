"""Messages handed over by HTTP requests: several at once, each sent once, and what may have left is unknown."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from itertools import islice
from types import TracebackType
from typing import NamedTuple, Protocol, Self
from urllib.parse import urlsplit

import httpx

from tenggat.messaging.gateways import Answer, GatewayUnusable, Outcome, Outgoing, Receipt, nothing

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # below that they log addresses: with them, whom we write to

_MOST = 65_536  # octets of an answer that are read
_PAUSE = 0.1  # seconds without an answer after which others may write down what they know
_IDLE = 5.0  # seconds after which a connection is not used again: servers close idle ones without a word
_PATIENCE = 5  # refusals in a row, for reasons that are none of the message's, after which a batch is given up
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


class Heard(NamedTuple):
    """An answer, its text cut after 64 KiB."""

    status: int
    headers: httpx.Headers
    text: str


class WebSettings(Protocol):
    """What the settings of every such gateway say."""

    @property
    def connections(self) -> int:
        """Requests at once."""

    @property
    def timeout(self) -> float:
        """Seconds for a whole answer."""

    def check(self) -> None:
        """Raises GatewayUnusable."""


class Web(ABC):
    """A gateway of one server that takes one message per request. Its receipts come by webhook."""

    def __init__(self, settings: WebSettings) -> None:
        self._limits = settings
        self._refusals = 0

    @abstractmethod
    def request(self, client: httpx.Client, message: Outgoing) -> httpx.Request | Answer:
        """Make a message's request, or the answer of one that cannot be sent."""

    @abstractmethod
    def judge(self, reference: str, heard: Heard) -> Answer:
        """Say what was heard of a message."""

    def __enter__(self) -> Self:
        self._limits.check()
        connections = self._limits.connections
        limits = httpx.Limits(max_connections=connections, keepalive_expiry=_IDLE)
        self._client = httpx.Client(limits=limits, timeout=self._limits.timeout, follow_redirects=False)
        self._pool = ThreadPoolExecutor(connections, thread_name_prefix="web")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        self._client.close()

    def receipts(self) -> Sequence[Receipt]:
        """None come over the connection."""
        return ()

    def send(
        self, messages: Iterable[Outgoing], *, at: datetime, pause: Callable[[], None] = nothing
    ) -> Iterator[Answer]:
        """See Gateway.send."""
        self._refusals, began = 0, time.monotonic()
        waiting, connections = iter(messages), self._limits.connections
        under_way: set[Future[Answer]] = set()
        while under_way or (more := list(islice(waiting, connections))):
            if not under_way:
                under_way = {self._pool.submit(self._one, message, at, began) for message in more}
            done, under_way = wait(under_way, timeout=_PAUSE, return_when=FIRST_COMPLETED)
            if not done:
                pause()
            under_way |= {self._pool.submit(self._one, message, at, began) for message in islice(waiting, len(done))}
            yield from (future.result() for future in done)

    def _one(self, message: Outgoing, at: datetime, began: float) -> Answer:
        if self._refusals >= _PATIENCE:
            return Answer(message.reference, Outcome.BUSY, "given_up")
        if message.until and message.until <= at + timedelta(seconds=time.monotonic() - began):
            return Answer(message.reference, Outcome.BUSY, "late")  # whoever plans knows whether it still may
        request = self.request(self._client, message)
        if isinstance(request, Answer):
            return request
        answer = self._exchange(message.reference, request)
        self._refusals = self._refusals + 1 if answer.outcome is Outcome.BUSY else 0
        return answer

    def _exchange(self, reference: str, request: httpx.Request) -> Answer:
        try:
            heard = self._listen(request)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
        ):
            return Answer(reference, Outcome.BUSY, "unreachable")  # no octet of it has left
        except httpx.TimeoutException:
            return Answer(reference, Outcome.UNKNOWN, "timeout")
        except httpx.HTTPError:
            return Answer(reference, Outcome.UNKNOWN, "lost")
        return self.judge(reference, heard)

    def _listen(self, request: httpx.Request) -> Heard:
        end = time.monotonic() + self._limits.timeout  # for the whole answer: httpx's own is for each piece
        response = self._client.send(request, stream=True)
        try:
            octets = b""
            for piece in response.iter_bytes():
                octets += piece
                if len(octets) > _MOST:
                    break
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("", request=request)
        finally:
            response.close()
        text = octets[:_MOST].decode("utf-8", "replace")
        return Heard(response.status_code, response.headers, text)


def by_status(status: int) -> Outcome:
    """What a status says of a message where nothing else does.

    Refused for good: the request itself is wrong. Not taken: too much, too early, elsewhere, or our credentials.
    Anything that a server or proxy says when it breaks in the middle: unknown.
    """
    if 200 <= status < 300:
        return Outcome.ACCEPTED
    if status in (401, 402, 403, 407, 408, 409, 425, 429, 503) or status < 400:
        return Outcome.BUSY
    return Outcome.REJECTED if status < 500 else Outcome.UNKNOWN


def named(heard: Heard) -> str:
    """The short code of a status: http_429, or http_429:30 where it is said when to come again (seconds)."""
    after = heard.headers.get("retry-after", "")
    return f"http_{heard.status}" + (f":{after}" if after.isdecimal() and len(after) <= 5 else "")


def check_url(url: str) -> None:
    """Raises GatewayUnusable where messages would travel in the open."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)):
        raise GatewayUnusable("The address of a gateway must begin with https://; only this machine may do without.")
