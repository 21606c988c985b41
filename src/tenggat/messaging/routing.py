"""`gateways.toml` of a home: by which gateways messages go, how fast, and which numbers never leave the machine.

Every mistake of the file is told at once, in words that name no secret. Without the file everything goes into a file.
"""

import dataclasses
import os
import re
import tomllib
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from tenggat.foundation.refusals import Refusal
from tenggat.messaging.gateways import Gateway, GatewayUnusable, Outcome, http, mail, smpp, whatsapp
from tenggat.messaging.gateways.file import FileGateway
from tenggat.messaging.handing import Route
from tenggat.messaging.incoming import Incoming
from tenggat.messaging.pacing import Limits
from tenggat.rules.programme import Programme

FILE_BATCH = 2000
"""Messages per claim by the file: it has no rate, and remembers what a crash leaves open."""

TEST_ROUTE = "test"
"""The name of the way that test numbers go: into the file."""

_KEYS = {"name", "kind", "channels", "prefixes", "rate", "burst", "per_day", "batch", "settings", "receipts"}
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
_MOST = 1_000_000_000  # of any number of the file: more than anybody's, and neither nan nor inf


class RoutesUnusable(Refusal):
    """The file of gateways has mistakes, or names what may not be used here."""

    code = "routes_unusable"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of gateway: what it carries, its settings, and how it is made of them."""

    channels: tuple[str, ...]
    settings: type
    make: Callable[[Any], Gateway]
    receipts: type[Incoming] | None = None


KINDS: Mapping[str, _Kind] = types.MappingProxyType({
    "smpp": _Kind(("sms",), smpp.Settings, smpp.SmppGateway),
    "http": _Kind(("sms",), http.Settings, http.HttpGateway, http.ReceiptSettings),
    "whatsapp": _Kind(("whatsapp",), whatsapp.Settings, whatsapp.WhatsAppGateway, whatsapp.WebhookSettings),
    "mail": _Kind(("email",), mail.Settings, mail.MailGateway),
})  # fmt: skip


def routes_of(home: Path, *, outbox: Path, sandbox: bool) -> list[Route]:
    """Read the routes of a home; without the file, the one into `outbox`. Raises RoutesUnusable.

    A sandbox has a clock that can be moved and people that do not exist: its gateways are on this machine.
    """
    path = home / "gateways.toml"
    if not path.exists():
        return [file_route(FileGateway(outbox))]
    reading = _Reading(home, sandbox=sandbox)
    try:
        written = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RoutesUnusable(f"{path} cannot be read: {error}") from None
    except RecursionError:
        raise RoutesUnusable(f"{path} cannot be read: its arrays or tables are nested too deeply") from None
    routes = reading.routes(written, outbox)
    if reading.faults:
        raise RoutesUnusable(f"{path} cannot be used:\n" + "\n".join(f"  {fault}" for fault in reading.faults))
    return routes


def names_of(home: Path) -> list[str] | None:
    """Names that the routes of a home have, whatever else is wrong with them; None where its file does not tell."""
    try:
        written = tomllib.loads((home / "gateways.toml").read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    tables = written.get("route")
    names = [str(table.get("name")) for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []
    return [*names, TEST_ROUTE] if "test" in written else names


def file_route(gateway: FileGateway, *, name: str = "file", prefixes: tuple[str, ...] | None = None) -> Route:
    """The way into a file: of everything where no gateway is named, and of test numbers."""
    channels = ("sms", "email", "whatsapp") if prefixes is None else ("sms", "whatsapp")
    return Route(name, gateway, channels, prefixes, batch=FILE_BATCH, knows=gateway.knows, plain=True)


def without_route(routes: Sequence[Route], programme: Programme) -> list[str]:
    """Give the channels that steps of the programme go by and no route carries."""
    carried = {channel for route in routes for channel in route.channels}
    return sorted({channel for step in programme.steps for channel in step.channels} - carried)


class _Reading:
    """One reading of the file; `faults` has every mistake, a sentence each."""

    def __init__(self, home: Path, *, sandbox: bool) -> None:
        self.home = home
        self.sandbox = sandbox
        self.faults: list[str] = []

    def routes(self, written: dict[str, Any], outbox: Path) -> list[Route]:
        for key in written.keys() - {"route", "test"}:
            self.faults.append(f"{key}: is not known here; a gateway is a [[route]], test numbers stand under [test]")
        tables = written.get("route", [])
        if not isinstance(tables, list) or not tables:
            self.faults.append("there is no [[route]]; write one, or take the file away to send into a file")
            return []
        found = [route for number, table in enumerate(tables, 1) if (route := self._route(number, table, outbox))]
        names = [route.name for route in found]
        self.faults += [
            f"{name}: two routes have this name" for name in sorted({n for n in names if names.count(n) > 1})
        ]
        if TEST_ROUTE in names:
            self.faults.append(f"{TEST_ROUTE}: this name is for test numbers; choose another")
        test = written.get("test", {})
        if not isinstance(test, dict) or test.keys() - {"numbers"}:
            self.faults.append('test: must be a table that has numbers alone, [test] and numbers = ["+62811"]')
            return found
        numbers = self._numbers("test", test.get("numbers", []))
        if numbers:
            found.append(file_route(FileGateway(outbox.with_name("test.jsonl")), name=TEST_ROUTE, prefixes=numbers))
        return found

    def _route(self, number: int, table: Any, outbox: Path) -> Route | None:
        if not isinstance(table, dict):
            self.faults.append(f"route {number}: must be a [[route]]")
            return None
        name = table.get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            self.faults.append(f'route {number}: name must be small letters, digits and dashes, such as "telkomsel"')
            return None
        for key in table.keys() - _KEYS:
            self.faults.append(f"{name}: {key} is not known; {_meant(key, _KEYS)}")
        before = len(self.faults)
        limits = Limits(
            rate=self._number(name, table, "rate", least=0.01),
            burst=int(self._number(name, table, "burst") or 500),
            per_day=None if (most := self._number(name, table, "per_day")) is None else int(most),
        )
        prefixes = self._numbers(name, table["prefixes"]) if "prefixes" in table else None
        batch = int(self._number(name, table, "batch") or 500)
        if table.get("kind") == "file":
            if "receipts" in table:
                self.faults.append(f"{name}: no gateway of this kind calls us; take [route.receipts] away")
            file = outbox.with_name(f"{name}.jsonl")
            return dataclasses.replace(file_route(FileGateway(file), name=name, prefixes=prefixes), limits=limits)
        kind = KINDS.get(str(table.get("kind")))
        if kind is None:
            self.faults.append(f"{name}: kind must be one of file, {', '.join(sorted(KINDS))}")
            return None
        channels = table.get("channels", list(kind.channels))
        if not (isinstance(channels, list) and channels and all(one in kind.channels for one in channels)):
            self.faults.append(f"{name}: this kind carries {', '.join(kind.channels)}")
        settings = self._settings(name, kind.settings, table.get("settings", {}))
        if settings is not None and self.sandbox and not _loopback(_host(settings)):
            self.faults.append(f"{name}: a sandbox sends to this machine only (127.0.0.1), or into a file")
        receipts = None
        if "receipts" in table and kind.receipts is None:
            self.faults.append(f"{name}: no gateway of this kind calls us; take [route.receipts] away")
        elif kind.receipts and "receipts" in table:
            receipts = self._settings(name, kind.receipts, table["receipts"], part="receipts")
        if settings is None or len(self.faults) > before:
            return None
        return Route(name, kind.make(settings), tuple(channels), prefixes, limits, batch, receipts=receipts)

    def _settings(self, name: str, shape: type, table: Any, *, part: str = "settings") -> Any:
        if not isinstance(table, dict):
            self.faults.append(f"{name}: {part} must be a table, [route.{part}]")
            return None
        fields = {field.name: field for field in dataclasses.fields(shape)}
        hints = get_type_hints(shape)
        for key in table.keys() - fields.keys():
            self.faults.append(f"{name}: {part}.{key} is not known; {_meant(key, fields)}")
        for key, field in fields.items():
            no_default = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            if no_default and key not in table:
                self.faults.append(f"{name}: {part}.{key} is missing")
        before = len(self.faults)
        values = {key: self._value(f"{name}: {part}.{key}", hints[key], table[key]) for key in table.keys() & fields}
        if len(self.faults) > before or any(name_ not in values for name_ in _needed(shape)):
            return None
        settings = shape(**values)
        try:
            if check := getattr(settings, "check", None):
                check()
        except GatewayUnusable as refusal:
            self.faults.append(f"{name}: {refusal.message}")
            return None
        return settings

    def _value(self, where: str, wanted: Any, written: Any) -> Any:
        """Give the value, or what an environment variable or a file of the home holds: no secret stands here."""
        if isinstance(written, dict) and written.keys() in ({"env"}, {"file"}):
            secret = self._secret(where, *next(iter(written.items())))
            return (secret,) if get_origin(wanted) is tuple else secret  # never a text where its letters would count
        if wanted is float and type(written) is int and abs(written) <= _MOST:
            return float(written)
        if not _fits(wanted, written) or (type(written) in (int, float) and not abs(written) <= _MOST):
            self.faults.append(f"{where}: {_described(wanted)} is needed")
            return None
        if isinstance(written, dict):
            return self._mapping(where, get_args(wanted), written)
        if isinstance(written, list):
            (each, *_) = get_args(wanted) if get_origin(wanted) in (tuple, frozenset) else (Any,)
            values = [self._value(f"{where}.{number}", each, one) for number, one in enumerate(written, 1)]
            return frozenset(values) if get_origin(wanted) is frozenset else tuple(values)
        return written

    def _secret(self, where: str, kind: str, name: Any) -> str | None:
        found = None
        if kind == "env":
            found = os.environ.get(str(name))
        else:
            with suppress(OSError, ValueError):  # no text, or no name that a file can have
                found = (self.home / str(name)).read_text("utf-8").strip()
        if found is None:
            place = f"the environment has no {name}" if kind == "env" else f"the file {name} cannot be read"
            self.faults.append(f"{where}: {place}")
        return found

    def _mapping(self, where: str, wanted: tuple[Any, Any], written: Mapping[str, Any]) -> dict[Any, Any]:
        """Give a table of the settings; a key may stand for a number, and a value for an Outcome, such as "busy"."""
        key, value = wanted
        try:
            if value is Outcome:
                return {key(name): Outcome(word) for name, word in written.items()}
        except ValueError:
            self.faults.append(f'{where}: is written like {{ 88 = "busy" }}; there are {", ".join(Outcome)}')
            return {}
        return {name: self._value(f"{where}.{name}", value, one) for name, one in written.items()}

    def _numbers(self, name: str, written: Any) -> tuple[str, ...]:
        good = isinstance(written, list) and all(isinstance(one, str) and _PREFIX.fullmatch(one) for one in written)
        if not good:
            self.faults.append(f'{name}: numbers are written with + and the country, in brackets: ["+62811"]')
            return ()
        return tuple(written)

    def _number(self, name: str, table: Mapping[str, Any], key: str, *, least: float = 1) -> float | None:
        value = table.get(key)
        if value is not None and (type(value) not in (int, float) or not least <= value <= _MOST):
            self.faults.append(f"{name}: {key} must be a number of at least {least:g} and at most {_MOST}")
            return None
        return value


def _meant(slip: str, known: Collection[str]) -> str:
    close = get_close_matches(slip, known, 1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"


def _needed(shape: type) -> list[str]:
    return [
        field.name
        for field in dataclasses.fields(shape)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]


def _fits(wanted: Any, written: Any) -> bool:
    origin = get_origin(wanted)
    if origin is Literal:
        return written in get_args(wanted)
    if origin in (Union, types.UnionType):
        return any(_fits(one, written) for one in get_args(wanted))
    if wanted is Any:
        return True
    if origin is not None:
        return isinstance(written, dict) if issubclass(origin, Mapping) else isinstance(written, list)
    if wanted is int:
        return type(written) is int
    return isinstance(written, wanted)


def _described(wanted: Any) -> str:
    words = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
    if get_origin(wanted) is Literal:
        return "one of " + ", ".join(map(str, get_args(wanted)))
    return words.get(wanted, "a table or an array, as its description says,")


def _host(settings: Any) -> str:
    """Give the name of the machine that is called, "" where the settings do not say, but a provider's backend."""
    if getattr(settings, "backend", mail.SMTP) != mail.SMTP:
        return ""
    options = getattr(settings, "options", {})
    where = getattr(settings, "host", "") or getattr(settings, "url", "") or getattr(settings, "endpoint", "")
    where = str(where or options.get("host", ""))
    return (urlsplit(where).hostname or "") if "://" in where else where


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
