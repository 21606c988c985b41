"""Handing over by gateways of the world: each answer, each death, and never a second time on a guess."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self
from uuid import UUID

import pytest
from django.db import connection
from proof.smsc.behaviour import Behaviour
from proof.smsc.running import simulated

from tenggat.messaging import receipts, suppressing, switches
from tenggat.messaging.delivery import deliver_by
from tenggat.messaging.gateways import Answer, Fate, GatewayUnusable, Outcome, Outgoing, Receipt
from tenggat.messaging.gateways.smpp import Settings, SmppGateway
from tenggat.messaging.handing import Delivered, Route
from tenggat.messaging.models import Attempt, Message, ReceiptRow
from tenggat.messaging.outbox import Claimed, Key, outward
from tenggat.messaging.pacing import Limits, Pace
from tenggat.messaging.retries import GAVE_UP, MOST_ATTEMPTS
from tenggat.messaging.sending import Times
from tenggat.messaging.wording import put_into_words
from tenggat.registry.models import Person
from tests.scene import AYU, BUDI, CITRA, KEYS, PRAKERJA, bought, catalogue, crowd, feed, wave
from tests.test_delivery import NOON, remind

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@dataclass
class Scripted:
    """A gateway that answers by the number, and keeps what it was given."""

    answers: dict[str, tuple[Outcome, str]] = field(default_factory=dict)
    given: list[Outgoing] = field(default_factory=list)
    tells: list[Receipt] = field(default_factory=list)
    silent: bool = False
    breaks_after: int | None = None
    kind: ClassVar[str] = "scripted"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def send(self, messages: Sequence[Outgoing], *, at: datetime) -> Iterator[Answer]:
        for number, message in enumerate(messages):
            if number == self.breaks_after:
                raise GatewayUnusable("It is gone.")
            self.given.append(message)
            if not self.silent:
                outcome, code = self.answers.get(message.to, (Outcome.ACCEPTED, ""))
                name = f"id-{message.reference}" if outcome is Outcome.ACCEPTED else ""
                yield Answer(message.reference, outcome, code, name)

    def receipts(self) -> Sequence[Receipt]:
        told, self.tells = self.tells, []
        return told


def send(*routes: Route | Scripted, now: datetime = NOON, pace: Pace | None = None) -> Delivered:
    ways = [one if isinstance(one, Route) else Route("scripted", one, ("sms", "email")) for one in routes]
    still = Pace(tick=lambda: 0.0, wait=lambda seconds: None)
    return deliver_by(ways, programme=PRAKERJA, keys=KEYS, times=Times(lambda: now, pace or still))


def number_of(who: UUID, phone: str) -> None:
    Person.objects.filter(person_id=who).update(phone=phone)


def test_an_accepted_message_has_the_gateways_name_and_says_nothing_of_whom_it_is_for() -> None:
    (ayu,) = wave(AYU)
    remind()
    gateway = Scripted()
    assert send(gateway).accepted == 1
    message = Message.objects.get()
    assert (message.state, message.route, message.attempt, message.sent_at) == ("accepted", "scripted", 1, NOON)
    assert message.gateway_id == f"id-{gateway.given[0].reference}"
    assert str(ayu) not in gateway.given[0].reference
    assert gateway.given[0].until == NOON.replace(hour=20)  # a slow gateway gives it up before night


def test_what_a_gateway_will_not_take_now_is_tried_again_later_and_in_the_end_given_up() -> None:
    wave(AYU)
    remind()
    busy = Scripted({"+6281234567890": (Outcome.BUSY, "RTHROTTLED")})
    assert send(busy).again == 1
    assert send(busy, now=NOON + timedelta(seconds=1)).again == 0  # not yet
    now = NOON
    for _ in range(MOST_ATTEMPTS):
        now += timedelta(hours=3) if now.hour < 17 else timedelta(hours=15)
        send(busy, now=now)
    assert len(busy.given) == MOST_ATTEMPTS
    message = Message.objects.get()
    assert (message.state, message.outcome) == ("rejected", GAVE_UP)
    told = list(Attempt.objects.order_by("attempt").values_list("attempt", "outcome", "code"))
    assert told[:2] == [(1, "busy", "RTHROTTLED"), (2, "busy", "RTHROTTLED")]
    assert told[-1] == (MOST_ATTEMPTS, "rejected", GAVE_UP)


def test_a_name_that_no_index_can_hold_does_not_lose_the_answers_of_a_batch() -> None:
    wave(AYU, BUDI)
    remind()

    class Lying(Scripted):
        def send(self, messages: Sequence[Outgoing], *, at: datetime) -> Iterator[Answer]:
            for answer in super().send(messages, at=at):
                yield answer._replace(gateway_id=secrets.token_hex(3000))

    assert send(Lying()).accepted == 2
    assert set(Message.objects.values_list("state", "gateway_id")) == {("accepted", "")}


def test_a_long_name_is_found_again_by_its_receipt() -> None:
    wave(AYU)
    remind()
    send(Scripted())
    Message.objects.update(gateway_id="w" * 200)
    receive(Receipt("w" * 200, Fate.DELIVERED))
    assert fate() == "delivered"


def test_a_batch_that_a_sleeping_machine_held_until_after_midnight_does_not_go_at_night() -> None:
    expires = (NOON + timedelta(days=7)).isoformat()
    row = Claimed(str(UUID(int=1)), 10, "h-7", "sms", 1, 1, "", expires, expires, "Ayu", "+628111", "Asia/Jakarta")
    night = NOON.replace(hour=2) + timedelta(days=1)
    [(message, _)] = put_into_words(PRAKERJA, KEYS, [row], plain=False, now=night).sendable
    assert message.until == night


def test_a_wrong_number_is_rejected_for_good() -> None:
    wave(AYU)
    remind()
    wrong = Scripted({"+6281234567890": (Outcome.REJECTED, "RINVDSTADR")})
    assert send(wrong).rejected == 1
    assert send(wrong, now=NOON + MINUTE).rejected == 0
    assert Message.objects.get().outcome == "RINVDSTADR"


@pytest.mark.parametrize("silent", [True, False])
def test_what_was_not_answered_is_unknown_and_never_sent_again(silent: bool) -> None:
    wave(AYU)
    remind()
    gateway = Scripted({"+6281234567890": (Outcome.UNKNOWN, "timeout")}, silent=silent)
    assert send(gateway).unknown == 1
    assert send(gateway, now=NOON + timedelta(hours=3)) == Delivered()
    assert len(gateway.given) == 1
    assert Message.objects.get().outcome == ("no_answer" if silent else "timeout")


def test_what_a_gateway_did_not_get_before_it_was_gone_waits() -> None:
    wave(AYU, BUDI, CITRA)
    remind()
    gateway = Scripted(breaks_after=1)
    done = send(gateway)
    assert (done.accepted, done.unknown, done.unusable) == (0, 0, {"scripted": "It is gone."})
    assert sorted(Message.objects.values_list("state", flat=True)) == ["accepted", "planned", "planned"]
    gateway.breaks_after = None
    assert send(gateway).accepted == 2
    assert len({message.reference for message in gateway.given}) == len(gateway.given) == 3


def test_what_was_given_back_had_no_try_and_is_not_given_up_for_it() -> None:
    wave(AYU)
    remind()
    for _ in range(MOST_ATTEMPTS):
        assert send(Scripted(breaks_after=0)).unusable
    assert send(Scripted({"+6281234567890": (Outcome.BUSY, "RTHROTTLED")})).again == 1
    assert Message.objects.get().attempt == 1


def test_a_route_that_cannot_be_used_is_tried_again_where_that_is_wanted() -> None:
    wave(AYU)
    remind()
    gateway = Scripted(breaks_after=0)
    told: list[tuple[str, str]] = []

    def unusable(route: str, why: str) -> bool:
        told.append((route, why))
        gateway.breaks_after = None
        return True

    times = Times(lambda: NOON, Pace(tick=lambda: 0.0, wait=lambda seconds: None), unusable=unusable)
    done = deliver_by([Route("scripted", gateway, ("sms", "email"))], programme=PRAKERJA, keys=KEYS, times=times)
    assert told == [("scripted", "It is gone.")]
    assert (done.accepted, done.unusable, len(gateway.given)) == (1, {}, 1)


def test_what_a_dead_sender_held_is_unknown_where_nobody_remembers() -> None:
    wave(AYU)
    remind()
    Message.objects.update(state="sending", claimed_at=NOON, route="scripted", sender=4711, attempt=1)
    gateway = Scripted()
    assert send(gateway).unknown == 1
    message = Message.objects.get()
    assert (message.state, message.outcome, gateway.given) == ("unknown", "sender_died", [])
    assert Attempt.objects.get().code == "sender_died"
    receive(Receipt("42", Fate.DELIVERED, to="+6281234567890"))  # it had gone, or another's answer is still to come
    receipts.apply(now=NOON + timedelta(hours=1))
    message.refresh_from_db()
    assert (message.state, message.fate, message.gateway_id) == ("accepted", "delivered", "42")


@pytest.mark.usefixtures("committed")
def test_what_a_living_sender_holds_is_left_to_it() -> None:
    wave(AYU)
    remind()
    Message.objects.update(state="sending", claimed_at=NOON, route="scripted", sender=4711, attempt=1)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7364212, 4711)")
        assert send(Scripted()) == Delivered()
        assert Message.objects.get().state == "sending"
    finally:
        other.close()
    assert send(Scripted()).unknown == 1


def test_numbers_go_by_the_route_that_names_them_most_closely() -> None:
    ayu, budi, citra = wave(AYU, BUDI, CITRA)
    number_of(ayu, "+628111111111")
    number_of(budi, "+628115555555")
    number_of(citra, "+628577777777")
    remind()
    telkomsel, test, others = Scripted(), Scripted(), Scripted()
    done = send(
        Route("telkomsel", telkomsel, ("sms",), prefixes=("+62811",)),
        Route("test", test, ("sms",), prefixes=("+628115555555",)),
        Route("others", others, ("sms", "email")),
    )
    assert done.accepted == 3
    went = [[message.to for message in gateway.given] for gateway in (telkomsel, test, others)]
    assert went == [["+628111111111"], ["+628115555555"], ["+628577777777"]]


def test_what_is_stopped_waits_until_it_is_started() -> None:
    wave(AYU)
    remind()
    stops: list[tuple[switches.Kind, str]] = [("step", "h-7"), ("channel", "sms"), ("route", "scripted")]
    for kind, name in stops:
        switches.stop(kind=kind, name=name, reason="a wrong text", by="Sari", programme=PRAKERJA, now=NOON)
        assert send(Scripted()).waiting == 1
        switches.start(kind=kind, name=name)
    assert send(Scripted()).accepted == 1


def test_only_what_exists_can_be_stopped_or_started() -> None:
    with pytest.raises(switches.NothingToStop, match="There is no step of that name; there are"):
        switches.stop(kind="step", name="h-70", reason="x", by="Sari", programme=PRAKERJA, now=NOON)
    with pytest.raises(switches.NothingToStart, match="h-7 is not stopped"):
        switches.start(kind="step", name="h-7")


def test_a_notice_of_the_law_goes_also_to_who_wants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wave(AYU)
    remind()
    suppressing.suppress(address="0812-3456-7890", reason="asked for it", programme=PRAKERJA, now=NOON)
    gateway = Scripted()
    assert send(gateway).accepted == 1  # h-7 is none that one may refuse
    suppressing.release(address="+62 812 3456 7890", programme=PRAKERJA)
    with pytest.raises(suppressing.NotSuppressed):
        suppressing.release(address="081234567890", programme=PRAKERJA)
    with pytest.raises(suppressing.AddressUnusable, match="nothing was changed"):
        suppressing.suppress(address="12", reason="x", programme=PRAKERJA, now=NOON)


def test_a_purchase_while_a_message_waits_for_another_try_cancels_it_where_the_step_says_so(tmp_path: Path) -> None:
    wave(AYU)
    catalogue(tmp_path)
    remind()
    Message.objects.update(skip_if_bought=True)
    busy = Scripted({"+6281234567890": (Outcome.BUSY, "")})
    send(busy)
    feed(tmp_path, bought(AYU), now=NOON)
    assert send(busy, now=NOON + timedelta(hours=1)) == Delivered()
    assert Message.objects.get().state == "cancelled"


def test_a_route_is_paced_by_a_bucket_and_stops_at_its_quota(tmp_path: Path) -> None:
    crowd(tmp_path, 30)
    remind()
    seconds = 0.0

    def wait(longer: float) -> None:
        nonlocal seconds
        seconds += longer

    gateway = Scripted()
    paced = Route("scripted", gateway, ("sms",), limits=Limits(rate=10, burst=5, per_day=25))
    done = send(paced, pace=Pace(lambda: seconds, wait))
    assert (done.accepted, done.waiting) == (25, 5)
    assert seconds == pytest.approx(2.0, abs=0.2)  # five at once, then ten a second
    assert send(paced, now=NOON + timedelta(days=1), pace=Pace(lambda: seconds, wait)).accepted == 5


def receive(*told: Receipt, now: datetime = NOON + MINUTE, route: str = "scripted") -> int:
    receipts.take_in(route, told, now=now)
    return receipts.apply(now=now)


def fate() -> str:
    return Message.objects.get().fate


def test_the_surest_word_of_the_receipts_counts_in_whatever_order_they_come() -> None:
    wave(AYU)
    remind()
    send(Scripted())
    name = Message.objects.get().gateway_id
    receive(Receipt(name, Fate.FAILED))
    assert fate() == "failed"
    receive(Receipt(name, Fate.READ), Receipt(name, Fate.DELIVERED), Receipt(name, Fate.UNDERWAY))
    assert fate() == "read"
    receive(Receipt(name, Fate.DELIVERED))
    assert fate() == "read"
    assert sorted(ReceiptRow.objects.values_list("found", flat=True)) == ["stale", "stale", "told", "told"]


def test_a_receipt_that_is_told_twice_is_kept_once() -> None:
    assert receipts.take_in("scripted", [Receipt("1", Fate.READ)] * 2, now=NOON) == 1
    assert receipts.take_in("scripted", [Receipt("1", Fate.READ)], now=NOON + MINUTE) == 0


def test_a_forged_receipt_changes_nothing_and_leaves_the_inbox() -> None:
    wave(AYU)
    remind()
    send(Scripted())
    forged = Receipt("somebody-elses", Fate.READ, to="+6281234567890")
    name = Message.objects.get().gateway_id
    assert receive(forged, Receipt(name, Fate.READ), route="another") == 0
    assert receipts.apply(now=NOON + timedelta(hours=1)) == 2
    assert set(ReceiptRow.objects.values_list("found", "address")) == {("nobody", "")}
    assert fate() == ""


@pytest.mark.parametrize("named", [True, False])
def test_a_receipt_tells_what_became_of_a_message_whose_answer_was_lost(named: bool) -> None:
    (ayu,) = wave(AYU)
    remind()
    send(Scripted({"+6281234567890": (Outcome.UNKNOWN, "timeout")}))
    reference = outward(Key(str(ayu), 10, "h-7", "sms", 1)) if named else ""
    receive(Receipt("42", Fate.DELIVERED, reference=reference, to="+6281234567890"))
    assert (Message.objects.get().state == "accepted") is named  # without, it may be another's that is under way
    receipts.apply(now=NOON + timedelta(hours=1))
    message = Message.objects.get()
    assert (message.state, message.fate, message.gateway_id) == ("accepted", "delivered", "42")
    assert message.sent_at == NOON


def test_a_receipt_that_could_mean_two_messages_means_none() -> None:
    wave(AYU, BUDI)  # with one phone
    remind()
    send(Scripted({"+6281234567890": (Outcome.UNKNOWN, "timeout")}))
    receive(Receipt("42", Fate.DELIVERED, to="+6281234567890"))
    assert set(Message.objects.values_list("state", flat=True)) == {"unknown"}


def test_receipts_with_letters_that_no_database_keeps_are_kept_as_far_as_they_go() -> None:
    assert receive(Receipt("a\0b\ud800" + "x" * 500, Fate.READ, to="\0")) == 0
    assert ReceiptRow.objects.count() == 1


def smpp(port: int) -> Route:
    settings = Settings(
        host="127.0.0.1", port=port, system_id="tenggat", password="", source="PRAKERJA", response_timeout=0.5
    )
    return Route("smsc", SmppGateway(settings), ("sms",), batch=50)


@pytest.mark.usefixtures("committed")
def test_every_message_arrives_once_at_an_smsc_that_drops_acknowledgements(tmp_path: Path) -> None:
    crowd(tmp_path, 200)
    for number, person in enumerate(Person.objects.order_by("person_id")):
        number_of(person.person_id, f"+6281100{number:05d}")
    remind()
    with simulated(Behaviour(seed=3, drop_acks=0.05, repeat_receipts=0.2, receipts_first=0.2)) as smsc:
        route = smpp(smsc.port)
        done = send(route)
        assert done.accepted + done.unknown == 200
        assert done.unknown > 0
        assert send(route, now=NOON + timedelta(hours=1)).accepted == 0  # the same gateway, connected once more
        receipts.apply(now=NOON + timedelta(hours=2))
        got = [row.to for row in smsc.ledger.delivered]
    assert len(got) == len(set(got)) == 200
    assert set(Message.objects.values_list("state", "fate")) == {("accepted", "delivered")}
