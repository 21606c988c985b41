"""E-mail against a real SMTP server, in good and bad moods."""

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tenggat.messaging.gateways import Gateway, GatewayUnusable, Outcome, Outgoing
from tenggat.messaging.gateways.mail import MailGateway, Settings
from tenggat.messaging.tests.gateways.letters import NOW, TEXT, by_outcome, letters
from tenggat.messaging.tests.gateways.web_server import Said, provider

Mood = Callable[[str, SMTP, str], str]


def kind(step: str, server: SMTP, to: str) -> str:
    """It takes everything."""
    return "250 OK"


class Box:
    """A server's handler. `letters` is what was taken or, at the end of DATA, might have been."""

    def __init__(self, mood: Mood) -> None:
        self.mood = mood
        self.letters: dict[str, EmailMessage] = {}

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.mood("mail", server, "")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.mood("rcpt", server, address)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (to,) = envelope.rcpt_tos
        assert to not in self.letters, "sent twice"
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters[to] = email.message_from_bytes(content, policy=email.policy.default)
        return self.mood("data", server, to)


@contextmanager
def server(mood: Mood = kind) -> Iterator[tuple[Controller, Box]]:
    box = Box(mood)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, server_hostname="mail.contoh.id")
    controller.start()
    try:
        yield controller, box
    finally:
        stop(controller)


def stop(controller: Controller) -> None:
    """Once is enough."""
    if controller.loop.is_running():
        controller.stop(no_assert=True)


def settings_for(controller: Controller, **changed: Any) -> Settings:
    usual: dict[str, Any] = {
        "sender": "Kartu Prakerja <kabar@contoh.id>",
        "domain": "contoh.id",
        "options": {"host": "127.0.0.1", "port": controller.port},
        "timeout": 2.0,
    }
    return Settings(**{**usual, **changed})


@contextmanager
def meeting(mood: Mood = kind) -> Iterator[tuple[MailGateway, Box]]:
    with server(mood) as (controller, box), MailGateway(settings_for(controller)) as gateway:
        yield gateway, box


def post(count: int) -> list[Outgoing]:
    return letters(count, channel="email")


def hang_up(server: SMTP) -> str:
    assert server.transport is not None
    server.transport.abort()  # type: ignore[attr-defined]
    return "250 OK"


def test_a_letter_is_plain_text_under_our_reference() -> None:
    with meeting() as (gateway, box):
        way_out: Gateway = gateway
        answers = list(way_out.send(post(4), at=NOW))
        assert way_out.receipts() == ()
    assert by_outcome(answers)[Outcome.ACCEPTED] == {"r0", "r1", "r2", "r3"}
    letter = box.letters["orang2@contoh.id"]
    assert {a.reference: a.gateway_id for a in answers}["r2"] == letter["Message-ID"] == gateway.message_id("r2")
    assert letter["From"] == "Kartu Prakerja <kabar@contoh.id>"
    assert (letter["To"], letter["Subject"]) == ("orang2@contoh.id", "Tenggat")
    assert letter["Date"].datetime - NOW < timedelta(minutes=1)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().strip() == TEXT


def test_a_message_id_is_the_same_at_every_attempt_and_tells_nothing() -> None:
    (letter,) = post(1)
    with meeting() as (gateway, _):
        names = {gateway.message_id(reference) for reference in ("r0", "r1", "r0", "a b<>@\n")}
        (answer,) = gateway.send([letter._replace(reference="p.11.revoked.email.1")], at=NOW)
    assert len(names) == 3
    assert "revoked" not in answer.gateway_id


@pytest.mark.parametrize(
    ("step", "said", "outcome", "code"),
    [
        ("rcpt", "550 no such user", Outcome.REJECTED, "smtp_550"),
        ("rcpt", "450 greylisted", Outcome.BUSY, "smtp_450"),
        ("rcpt", "421 going", Outcome.BUSY, "smtp_421"),
        ("data", "554 spam", Outcome.REJECTED, "smtp_554"),
        ("data", "452 full", Outcome.BUSY, "smtp_452"),
        ("mail", "553 who are you", Outcome.BUSY, "smtp_553"),
        ("mail", "552 too large", Outcome.REJECTED, "smtp_552"),
    ],
)
def test_what_a_server_says_is_about_that_letter_only(step: str, said: str, outcome: Outcome, code: str) -> None:
    words = {step: [said]}

    def mood(at: str, server: SMTP, to: str) -> str:
        return words.get(at, []).pop() if words.get(at) else "250 OK"

    with meeting(mood) as (gateway, _):
        answers = {a.reference: (a.outcome, a.code) for a in gateway.send(post(3), at=NOW)}
    assert answers["r0"] == (outcome, code)
    assert answers["r1"] == answers["r2"] == (Outcome.ACCEPTED, "")


def test_a_connection_lost_after_data_is_unknown_and_the_rest_goes_over_another() -> None:
    def mood(step: str, server: SMTP, to: str) -> str:
        return hang_up(server) if step == "data" and to.startswith("orang1@") else "250 OK"

    with meeting(mood) as (gateway, box):
        outcomes = by_outcome(gateway.send(post(4), at=NOW))
    assert outcomes[Outcome.UNKNOWN] == {"r1"}
    assert outcomes[Outcome.ACCEPTED] == {"r0", "r2", "r3"}
    assert len(box.letters) == 4


def test_a_connection_lost_before_data_has_taken_nothing() -> None:
    def mood(step: str, server: SMTP, to: str) -> str:
        return hang_up(server) if step == "rcpt" and to.startswith("orang1@") else "250 OK"

    with meeting(mood) as (gateway, box):
        answers = {a.reference: (a.outcome, a.code) for a in gateway.send(post(3), at=NOW)}
    assert answers == {
        "r0": (Outcome.ACCEPTED, ""),
        "r1": (Outcome.BUSY, "lost"),
        "r2": (Outcome.ACCEPTED, ""),
    }
    assert set(box.letters) == {"orang0@contoh.id", "orang2@contoh.id"}


def test_an_idle_connection_that_the_server_closed_costs_no_letter() -> None:
    seen: list[SMTP] = []

    def mood(step: str, server: SMTP, to: str) -> str:
        seen.append(server)
        return "250 OK"

    with meeting(mood) as (gateway, box):
        list(gateway.send(post(1), at=NOW))
        loop = seen[0].loop
        assert loop is not None
        loop.call_soon_threadsafe(seen[0].transport.abort)  # type: ignore[union-attr]
        outcomes = by_outcome(gateway.send([m._replace(to=f"lain{m.to}") for m in post(3)], at=NOW))
    assert len(outcomes[Outcome.ACCEPTED]) == 3
    assert len(box.letters) == 4


def test_when_the_server_goes_for_good_the_rest_waits() -> None:
    with server() as (controller, _), MailGateway(settings_for(controller)) as gateway:
        answers = gateway.send(post(5), at=NOW)
        first = next(answers)
        stop(controller)
        rest = by_outcome(answers)
    assert first.outcome is Outcome.ACCEPTED
    assert rest[Outcome.BUSY] | rest[Outcome.UNKNOWN] == {"r1", "r2", "r3", "r4"}
    assert len(rest[Outcome.UNKNOWN]) <= 1


def test_what_is_no_letter_is_rejected_and_holds_up_nobody() -> None:
    first, second, third, fourth = post(4)
    odd = [
        first._replace(to="628120000000"),
        second._replace(subject="a\nBcc: x@y.id"),
        third._replace(text="\ud800"),
        fourth,
    ]
    with meeting() as (gateway, box):
        answers = {a.reference: (a.outcome, a.code) for a in gateway.send(odd, at=NOW)}
    assert answers["r0"] == answers["r1"] == answers["r2"] == (Outcome.REJECTED, "unsendable")
    assert answers["r3"] == (Outcome.ACCEPTED, "")
    assert set(box.letters) == {"orang3@contoh.id"}


def test_a_letter_whose_time_is_over_does_not_leave() -> None:
    with meeting() as (gateway, box):
        (answer,) = gateway.send([post(1)[0]._replace(until=NOW)], at=NOW)
    assert (answer.outcome, answer.code, box.letters) == (Outcome.BUSY, "late", {})


def test_another_backend_of_djangos_can_be_named() -> None:
    from django.core import mail

    settings = Settings(sender="a@b.id", domain="b.id", backend="django.core.mail.backends.locmem.EmailBackend")
    with MailGateway(settings) as gateway:
        outcomes = by_outcome(gateway.send(post(2), at=NOW))
    assert len(outcomes[Outcome.ACCEPTED]) == 2
    assert [letter.to for letter in mail.outbox[-2:]] == [["orang0@contoh.id"], ["orang1@contoh.id"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "Kartu"},
        {"sender": "a@b.id\nBcc: x@y.id"},
        {"domain": "contoh"},
        {"domain": "a b.id"},
        {"backend": "anymail.backends.nowhere.EmailBackend"},
        {"backend": "nonsense"},
        {"options": {"host": "127.0.0.1", "port": 1}},
        {"options": {"hots": "127.0.0.1", "use_tls": True, "use_ssl": True}},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with server() as (controller, _), pytest.raises(GatewayUnusable):
        MailGateway(settings_for(controller, **wrong)).__enter__()


@pytest.mark.parametrize(
    ("said", "outcome", "code"),
    [
        (
            Said(200, '{"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc-1", "To": "orang0@contoh.id"}'),
            "accepted",
            "",
        ),
        (Said(422, '{"ErrorCode": 300, "Message": "Invalid from"}'), "rejected", "http_422"),
        (Said(429, "{}"), "busy", "http_429"),
        (Said(500, "{}"), "unknown", "http_500"),
        (Said(silent=True), "unknown", "lost"),
    ],
)
def test_a_provider_through_anymail(said: Said, outcome: str, code: str) -> None:
    pytest.importorskip("anymail", reason="the optional part `providers` is not installed")
    with provider(lambda _: said) as there:
        options = {"server_token": "rahasia", "api_url": f"{there.url}/"}
        backend = "anymail.backends.postmark.EmailBackend"
        with MailGateway(Settings(sender="a@b.id", domain="b.id", backend=backend, options=options)) as gateway:
            (answer,) = gateway.send(post(1), at=NOW)
            name = gateway.message_id("r0")
    assert (answer.outcome, answer.code) == (outcome, code)
    assert answer.gateway_id == ("b7bc-1" if outcome == "accepted" else "")
    assert there.asked[0].headers["X-Postmark-Server-Token"] == "rahasia"
    assert {"Name": "Message-ID", "Value": name} in there.asked[0].json["Headers"]


def test_a_provider_that_cannot_be_reached_has_taken_nothing() -> None:
    pytest.importorskip("anymail", reason="the optional part `providers` is not installed")
    with provider(lambda _: Said()) as there:
        options = {"server_token": "rahasia", "api_url": f"{there.url}/"}
    backend = "anymail.backends.postmark.EmailBackend"
    with MailGateway(Settings(sender="a@b.id", domain="b.id", backend=backend, options=options)) as gateway:
        outcomes = by_outcome(gateway.send(post(2), at=NOW))
    assert outcomes[Outcome.BUSY] == {"r0", "r1"}
