"""Moments, amounts and counts in the reader's form: Indonesian or English, whichever language is active.

A moment always has its day, hour and zone. The programme's own clock comes first, since that is what was announced;
where the reader's clock differs it stands behind, with the day where that differs too.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIXED = "\N{NO-BREAK SPACE}"  # an amount is not broken at the end of a line


def count(value: int) -> str:
    """373.745, and in English 373,745."""
    written = f"{value:,}"
    return written if _in_english() else written.replace(",", ".")


def money(amount: int, currency: str) -> str:
    """Rp 3.550.000, and in English Rp 3,550,000; other currencies by their code."""
    return f"{'Rp' if currency == 'IDR' else currency}{_FIXED}{count(amount)}"


def day(on: date) -> str:
    """31 Oktober 2020."""
    return date_format(on, "j F Y")


def moment(at: datetime, zone: ZoneInfo, reader: ZoneInfo | None = None) -> str:
    """Sabtu, 31 Oktober 2020 pukul 23.59 WIB (Minggu, 1 November 2020 pukul 00.59 WITA).

    `zone` is the programme's, `reader` the reader's; what stands in brackets is left out where the clocks agree.
    """
    there = at.astimezone(zone)
    said = gettext("%(day)s at %(clock)s") % {"day": date_format(there, "l, j F Y"), "clock": _clock(there)}
    here = at.astimezone(reader or zone)
    if here.utcoffset() == there.utcoffset():
        return said
    if here.date() == there.date():
        return f"{said} ({_clock(here)})"
    other = gettext("%(day)s at %(clock)s") % {"day": date_format(here, "l, j F Y"), "clock": _clock(here)}
    return f"{said} ({other})"


def last_moment(deadline: datetime, zone: ZoneInfo, reader: ZoneInfo | None = None) -> str:
    """The last minute that is in time; `deadline` is the first instant that is too late."""
    return moment(deadline - timedelta(minutes=1), zone, reader)


def days_left(deadline: datetime, now: datetime, zone: ZoneInfo) -> str:
    """How long until a deadline by the programme's calendar: 9 hari lagi, besok hari terakhir; or that it is over."""
    if now >= deadline:
        return gettext("already over")
    last = (deadline - timedelta(minutes=1)).astimezone(zone).date()
    days = (last - now.astimezone(zone).date()).days
    if days == 0:
        return gettext("today is the last day")
    if days == 1:
        return gettext("tomorrow is the last day")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": count(days)}


def clock(hour: int, minute: int) -> str:
    """23.59, and in English 23:59."""
    return f"{hour:02d}{':' if _in_english() else '.'}{minute:02d}"


def office_hours(first_day: str, last_day: str, opens: time, closes: time) -> str:
    """Senin sampai Jumat, pukul 08.00 sampai 19.00; days as a programme file names them."""
    days = [str(WEEKDAYS[DAYS.index(one)]) for one in (first_day, last_day)]
    hours = {"opens": clock(opens.hour, opens.minute), "closes": clock(closes.hour, closes.minute)}
    if first_day == last_day:
        return gettext("%(day)s, %(opens)s to %(closes)s") % {"day": days[0], **hours}
    return gettext("%(first)s to %(last)s, %(opens)s to %(closes)s") % {"first": days[0], "last": days[1], **hours}


def _clock(local: datetime) -> str:
    return f"{clock(local.hour, local.minute)}{_FIXED}{local:%Z}"


def _in_english() -> bool:
    return (translation.get_language() or "").startswith("en")
