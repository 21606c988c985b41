"""What must fit together between the keys of a programme file."""

import re
from datetime import date
from itertools import pairwise

from tenggat.rules.reading import Reader

_COUNTDOWN = re.compile(r"h-([0-9]+)")
_EVENTS = {
    "revoked": "a participation is revoked",
    "reinstated": "a revocation is undone",
    "otp": "somebody asks for a code to sign in",
    "answer": "a question is answered",
    "contact": "a phone or an e-mail is changed: the old one is told",
}
_HOURS = ("first_day", "last_day", "opens", "closes")
_DATED = ("first_purchase", "settlement", "brake", "withdrawal", "window", "benefit")


def check(reader: Reader) -> None:
    """Note what does not fit together; keys that are wrong by themselves are left out."""
    for rule in _DATED:
        _dates_ascend(reader, rule)
    _names_differ(reader)
    _contact_can_be_used(reader)
    _windows_open(reader)
    _brakes_leave_a_band(reader)
    _spending_ends_make_sense(reader)
    _households_are_limited(reader)
    _provinces_have_one_zone(reader)
    _operators_share_no_number(reader)
    _steps_make_sense(reader)
    _steps_have_one_cause(reader)
    _variants_share_everybody(reader)


def _dates_ascend(reader: Reader, rule: str) -> None:
    days = [(number, row["from"]) for number, row in enumerate(reader.values[rule]) if "from" in row]
    for (_, before), (number, since) in pairwise(days):
        if since <= before:
            reader.problem((rule, number, "from"), _out_of_order(before, since))


def _out_of_order(before: date, since: date) -> str:
    if since == before:
        return f"{since} is there twice: one value can be in force"
    return f"{since} comes after {before}: write the oldest value first"


def _names_differ(reader: Reader) -> None:
    seen: set[str] = set()
    for number, row in enumerate(reader.values["step"]):
        if "name" in row and row["name"] in seen:
            reader.problem(("step", number, "name"), f'"{row["name"]}" is there twice')
        seen.add(row.get("name", ""))
    for benefit, row in enumerate(reader.values["benefit"]):
        names = [part.get("name") for part in row["part"]]
        for number, name in enumerate(names):
            if name is not None and name in names[:number]:
                reader.problem(("benefit", benefit, "part", number, "name"), f'"{name}" is there twice')


def _contact_can_be_used(reader: Reader) -> None:
    for row in reader.values["contact"]:
        given = reader.source.data["contact"].keys()  # a wrong value is a mistake of its own
        if not given & {"phone", "email", "form"}:
            reader.problem(("contact",), "names no way: give at least one of phone, email, form")
        hours = [key for key in _HOURS if key in given]
        if hours and len(hours) < len(_HOURS):
            reader.problem(("contact", hours[0]), f"{', '.join(_HOURS)} stand together, or not at all")
        if row.keys() >= {"opens", "closes"} and row["opens"] >= row["closes"]:
            reader.problem(("contact", "closes"), "must be later than opens")


def _windows_open(reader: Reader) -> None:
    for number, row in enumerate(reader.values["window"]):
        if row.keys() >= {"opens", "closes"} and row["opens"] >= row["closes"]:
            reader.problem(("window", number, "closes"), "must be later than opens")


def _brakes_leave_a_band(reader: Reader) -> None:
    for number, row in enumerate(reader.values["brake"]):
        if row.keys() >= {"least_percent", "most_percent"} and row["least_percent"] > row["most_percent"]:
            reader.problem(("brake", number, "most_percent"), "must not be less than least_percent")


def _spending_ends_make_sense(reader: Reader) -> None:
    taken: date | None = None
    for number, row in enumerate(reader.values["spend_until"]):
        since, until = row.get("announced_from"), row.get("announced_until")
        if since and taken and since <= taken:
            message = f"{since} is not after {taken}: a wave has one end, write the oldest first"
            reader.problem(("spend_until", number, "announced_from"), message)
        if since and until and until < since:
            reader.problem(("spend_until", number, "announced_until"), "must not be before announced_from")
        if until and "last_day" in row and row["last_day"] < until:
            message = "must not be before announced_until: a wave announced later could spend nothing"
            reader.problem(("spend_until", number, "last_day"), message)
        taken = until or taken


def _households_are_limited(reader: Reader) -> None:
    for row in reader.values["identity"]:
        if ("household_scheme" in row) != ("household_limit" in row):
            key = "household_scheme" if "household_scheme" in row else "household_limit"
            reader.problem(("identity", key), "household_scheme and household_limit stand together")


def _provinces_have_one_zone(reader: Reader) -> None:
    seen: set[str] = set()
    for number, row in enumerate(reader.values["zone"]):
        for province in row.get("provinces", ()):
            if province in seen:
                reader.problem(("zone", number, "provinces"), f'"{province}" already has a zone above')
            seen.add(province)


def _operators_share_no_number(reader: Reader) -> None:
    seen: set[str] = set()
    for number, row in enumerate(reader.values["operator"]):
        for prefix in row.get("prefixes", ()):
            if prefix in seen:
                reader.problem(("operator", number, "prefixes"), f'"{prefix}" already has an operator above')
            if seen and len(prefix) != len(next(iter(seen))):
                reader.problem(("operator", number, "prefixes"), f'"{prefix}" is not as long as the others')
            seen.add(prefix)


def _steps_make_sense(reader: Reader) -> None:
    shortest = min((row["days"] for row in reader.values["first_purchase"] if "days" in row), default=None)
    for number, row in enumerate(reader.values["step"]):
        for key in ("days_before", "days_after"):
            if key in row and shortest is not None and row[key] >= shortest:
                reader.problem(("step", number, key), f"must be less than the {shortest} days to buy")
        counted = _COUNTDOWN.fullmatch(row.get("name", ""))
        if counted and row.get("days_before") != int(counted[1]):
            reader.problem(("step", number, "days_before"), f"must be {counted[1]}, as the name says")
        channels = row.get("channels", ())
        if "whatsapp" in channels and "sms" not in channels[: channels.index("whatsapp")]:
            reader.problem(("step", number, "channels"), 'must have "sms" before "whatsapp", which is only a fallback')
        if row.get("audience") == "all" and row.get("skip_if_bought"):
            message = 'contradicts audience = "all": use "not_bought", or false here'
            reader.problem(("step", number, "skip_if_bought"), message)


def _steps_have_one_cause(reader: Reader) -> None:
    """Days before the deadline, days after the announcement, or an event: one of them sends a step."""
    for number, row in enumerate(reader.values["step"]):
        given = reader.source.data["step"][number].keys()  # a wrong value is a mistake of its own
        days = [key for key in ("days_before", "days_after") if key in given]
        name = row.get("name")
        if name in _EVENTS:
            for key in (*days, *(key for key in ("from", "variant") if key in given)):
                reader.problem(("step", number, key), f'cannot stand here: "{name}" is sent when {_EVENTS[name]}')
        elif len(days) > 1:
            reader.problem(("step", number, "days_after"), "cannot stand beside days_before: choose one")
        elif not days and name is not None:
            message = f"is missing, and days_after too; only {', '.join(_EVENTS)} are sent by an event"
            reader.problem(("step", number, "days_before"), message)


def _variants_share_everybody(reader: Reader) -> None:
    for step, row in enumerate(reader.values["step"]):
        names = [variant.get("name") for variant in row["variant"]]
        for number, name in enumerate(names):
            if name is not None and name in names[:number]:
                reader.problem(("step", step, "variant", number, "name"), f'"{name}" is there twice')
        shares = [variant.get("share") for variant in row["variant"]]
        if shares and None not in shares and sum(shares) != 100:
            message = f"the shares of all variants must add up to 100 percent, not {sum(shares)}"
            reader.problem(("step", step, "variant", len(shares) - 1, "share"), message)
