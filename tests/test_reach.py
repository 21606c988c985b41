"""The next channel for whom a message did not reach, and the figure that matters: reached before the deadline."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tenggat.deadlines.fallback import OperatorReceipts, operator_receipts, plan_fallbacks
from tenggat.figures.calling import plain
from tenggat.figures.reach import NothingToCount, Reach, reach, write_unreached
from tenggat.messaging import receipts
from tenggat.messaging.gateways import Fate, Outcome, Receipt
from tenggat.messaging.models import Message
from tenggat.registry.models import Person
from tenggat.rules.programme import read
from tenggat.rules.toml_source import read_toml
from tests.scene import AYU, BUDI, CITRA, DEADLINE, PRAKERJA, WIB, bought, catalogue, crowd, feed, wave
from tests.test_delivery import NOON, remind
from tests.test_sending import Scripted, send

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WRONG = Scripted({"+6281234567890": (Outcome.REJECTED, "RINVDSTADR")})


def mail_of(who: UUID) -> None:
    Person.objects.filter(person_id=who).update(email="ayu@contoh.id")


def fallbacks(now: object = NOON + HOUR) -> int:
    return plan_fallbacks(programme=PRAKERJA, now=now)["h-7"]  # type: ignore[arg-type]


def waits_by(who: UUID, channel: str) -> bool:
    return Message.objects.filter(person_id=who, channel=channel, step="h-7", state="planned").exists()


def told(fate: Fate, names: Sequence[str], *, after: timedelta = HOUR) -> None:
    receipts.take_in("scripted", [Receipt(name, fate) for name in names], now=NOON + after)
    receipts.apply(now=NOON + after)


def names() -> list[str]:
    return list(Message.objects.exclude(gateway_id="").values_list("gateway_id", flat=True))


def test_after_a_lasting_failure_the_next_channel_is_taken_once() -> None:
    ayu, budi = wave(AYU, BUDI)
    mail_of(ayu)
    remind()
    send(WRONG)
    assert fallbacks() == 1  # Budi has no mail
    assert waits_by(ayu, "email")
    assert fallbacks(NOON + 2 * HOUR) == 0
    assert not waits_by(budi, "email")
    mail = Message.objects.get(channel="email")
    assert (mail.not_before, mail.expires_at) == (NOON + HOUR, Message.objects.filter(channel="sms")[0].expires_at)


def test_a_failure_that_a_receipt_tells_counts_too() -> None:
    (ayu,) = wave(AYU)
    mail_of(ayu)
    remind()
    send(Scripted())
    assert fallbacks() == 0
    told(Fate.FAILED, names())
    assert fallbacks(NOON + 2 * HOUR) == 1


def test_an_unknown_one_is_not_moved_elsewhere_by_itself() -> None:
    (ayu,) = wave(AYU)
    mail_of(ayu)
    remind()
    send(Scripted({"+6281234567890": (Outcome.UNKNOWN, "timeout")}))
    assert fallbacks(NOON + 48 * HOUR) == 0


def test_who_is_revoked_or_has_no_time_left_gets_no_reminder_by_another_channel() -> None:
    (ayu,) = wave(AYU)
    mail_of(ayu)
    remind()
    send(WRONG)
    assert fallbacks(DEADLINE) == 0


def test_whoever_has_bought_is_not_nagged_by_another_channel(tmp_path: Path) -> None:
    text = (Path("src/tenggat/rules/programmes/prakerja.toml")).read_text("utf-8")
    start = text.index('name = "h-7"')
    step = text[start:].replace('audience = "all"', 'audience = "not_bought"', 1)
    (tmp_path / "own.toml").write_text(text[:start] + step, "utf-8")
    programme = read(read_toml(tmp_path / "own.toml"))
    (ayu,) = wave(AYU)
    mail_of(ayu)
    remind()
    send(WRONG)
    catalogue(tmp_path)
    feed(tmp_path, bought(AYU), now=NOON)
    assert plan_fallbacks(programme=programme, now=NOON + HOUR)["h-7"] == 0


@pytest.mark.parametrize(
    ("lately", "told_lately", "before", "told_before", "usual"),
    [
        (100, 90, 1000, 900, True),
        (100, 82, 1000, 900, True),  # three standard errors below 90 % of 100 are 81 %
        (100, 80, 1000, 900, False),
        (29, 29, 1000, 900, False),  # too few to say anything
        (100, 90, 29, 29, False),
        (100, 45, 1000, 450, False),  # it seldom tells anything: no silence means something
        (100, 100, 1000, 1000, True),
        (100, 99, 1000, 1000, True),  # a record without a miss is no promise of none
        (100, 97, 1000, 1000, False),
    ],
)
def test_silence_means_something_only_where_receipts_come_as_usual(
    lately: int, told_lately: int, before: int, told_before: int, usual: bool
) -> None:
    assert OperatorReceipts(lately, told_lately, before, told_before).as_usual is usual


def test_where_receipts_come_as_usual_silence_takes_the_next_channel(tmp_path: Path) -> None:
    text = (Path("src/tenggat/rules/programmes/prakerja.toml")).read_text("utf-8")
    (tmp_path / "own.toml").write_text(
        text.replace("days_before = 7", "days_before = 7\nfallback_after = 24", 1), "utf-8"
    )
    programme = read(read_toml(tmp_path / "own.toml"))
    crowd(tmp_path, 80)
    remind()
    send(Scripted())
    silent, *others = names()
    earlier = others[:40]
    Message.objects.filter(gateway_id__in=earlier).update(sent_at=NOON - timedelta(days=3))
    told(Fate.DELIVERED, others)
    who = Message.objects.get(gateway_id=silent).person_id
    mail_of(who)
    assert plan_fallbacks(programme=programme, now=NOON + 23 * HOUR)["h-7"] == 0  # it may just be slow
    later = NOON + 25 * HOUR
    found = operator_receipts(programme=programme, hours=24, now=later)["Telkomsel"]
    assert (found.lately, found.told_lately, found.before, found.told_before) == (40, 39, 40, 40)
    assert plan_fallbacks(programme=programme, now=later)["h-7"] == 1
    assert waits_by(who, "email")


def figures(**only: object) -> dict[tuple[str | None, str | None], Reach]:
    return {(one.operator, one.province): one for one in reach(programme=PRAKERJA, **only)}  # type: ignore[arg-type]


def test_reached_is_who_got_it_before_the_deadline() -> None:
    ayu, budi, citra = wave(AYU, BUDI, CITRA)
    Person.objects.filter(person_id=citra).update(phone="+628577777777", province="91")
    remind()
    send(Scripted({"+628577777777": (Outcome.UNKNOWN, "timeout")}))
    name_of = dict(Message.objects.values_list("person_id", "gateway_id"))
    told(Fate.DELIVERED, [name_of[ayu]])
    told(Fate.DELIVERED, [name_of[budi]], after=DEADLINE - NOON)  # too late to do anything
    all_of_them = figures()[None, None]
    assert (all_of_them.people, all_of_them.handed, all_of_them.reached, all_of_them.unknown) == (3, 3, 1, 1)
    assert all_of_them.share == pytest.approx(1 / 3)
    assert figures()["Telkomsel", None].people == 2
    assert figures()["Indosat", None].unknown == 1
    assert figures()[None, "91"].people == 1
    assert figures(step="h-3") == {}
    for slip in ({"wave": 11}, {"step": "h3"}):
        with pytest.raises(NothingToCount):
            figures(**slip)


def test_the_call_centre_gets_whom_it_can_still_help(tmp_path: Path) -> None:
    ayu, budi, _ = wave(AYU, BUDI, CITRA)
    Person.objects.filter(person_id=budi).update(name="=cmd()")
    catalogue(tmp_path)
    feed(tmp_path, bought(CITRA), now=NOON)
    remind()
    send(Scripted())
    told(Fate.DELIVERED, [Message.objects.get(person_id=ayu).gateway_id])
    path = tmp_path / "calls.csv"
    assert write_unreached(path=path, programme=PRAKERJA, now=NOON + 2 * HOUR) == 1
    (row,) = csv.DictReader(path.open(encoding="utf-8"))
    assert (row["person_id"], row["name"], row["why"]) == (str(budi), "'=cmd()", "no_receipt")
    assert path.stat().st_mode & 0o077 == 0
    assert write_unreached(path=path, programme=PRAKERJA, now=DEADLINE) == 0


@pytest.mark.parametrize("cell", ["=1", "-1+1", "@SUM(A1)", "\t=1", "+cmd|' /C calc'!A0", "+1+1", "+628111\n", "+"])
def test_what_a_spreadsheet_would_compute_is_written_as_text(cell: str) -> None:
    assert plain(cell, WIB) == f"'{cell}"


@pytest.mark.parametrize("cell", ["+6281234567890", "Ayu", "", 10, None])
def test_a_number_and_a_name_stay_as_they_are(cell: object) -> None:
    assert plain(cell, WIB) == cell
