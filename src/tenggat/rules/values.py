"""The values that a programme file gives, each in force from a day on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Generic, Literal, TypeVar

from tenggat.rules.problems import NotInForce

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FirstPurchaseRule:
    """Within how many days the first training must be bought, and until which minute of the last day.

    `until` is a whole minute in the programme's zone; that whole minute is still in time.
    """

    days: int
    counting: Literal["inclusive", "exclusive"]
    until: time
    reference: str


@dataclass(frozen=True, slots=True)
class BenefitPart:
    """A part of the benefit paid in money: `count` payments of `amount` (whole units of the currency)."""

    name: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Benefit:
    """What an accepted person is given, in whole units of the currency; `total` is committed at once."""

    training: int
    parts: tuple[BenefitPart, ...]
    total: int
    reference: str


@dataclass(frozen=True, slots=True)
class SendingWindow:
    """When people may be written to, on their own clock: from `opens` on, and before `closes`."""

    opens: time
    closes: time
    reference: str


@dataclass(frozen=True, slots=True)
class SpendingEnd:
    """Until when the training balance of waves announced from one day to another can be spent.

    `until` is a whole minute of `last_day` in the programme's zone; that whole minute is still in time.
    """

    announced_from: date
    announced_until: date
    last_day: date
    until: time
    reference: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What it means to give a place back before the deadline: `blacklists` bars the person from ever coming back."""

    blacklists: bool
    reference: str


@dataclass(frozen=True, slots=True)
class Brake:
    """What a run is expected to be; a run outside it waits for two people.

    `least_percent` to `most_percent` of a wave of at least `smallest_wave` people lapse; no run revokes more than
    `people`.
    """

    least_percent: int
    most_percent: int
    smallest_wave: int
    people: int
    reference: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several texts of a step, for `share` percent of its people; None: the step's own text."""

    name: str
    share: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One message of the programme: planned by days (a reminder), or sent by an event of its name (a notice).

    `days_before` is n of "H-n", `days_after` is counted from the announcement; at most one of them is given.
    `audience` is who it is planned for, `skip_if_bought` whether a purchase cancels it while unsent, and
    `channels` the ways to send it in order of preference: the next one is taken after a lasting failure, and where
    nothing was heard for `fallback_after` hours although the operator's receipts come as usual. `text` is the
    message; None: the one that ships. An `urgent` one is asked for by its reader: it goes before all others, at any
    hour. `may_opt_out`: one may refuse it.
    `since`: only waves announced on that day or later get it; None: all. `variants` share its people, or are none.
    """

    name: str
    days_before: int | None
    audience: Literal["all", "not_bought"]
    skip_if_bought: bool
    channels: tuple[str, ...]
    reference: str
    text: str | None = None
    fallback_after: int | None = None
    urgent: bool = False
    may_opt_out: bool = False
    days_after: int | None = None
    since: date | None = None
    variants: tuple[Variant, ...] = ()

    @property
    def by_days(self) -> bool:
        """Whether days say when it is sent, and not an event."""
        return self.days_before is not None or self.days_after is not None

    def is_for_wave(self, announced_on: date) -> bool:
        """Whether a wave announced on a day gets it."""
        return self.since is None or self.since <= announced_on


@dataclass(frozen=True, slots=True)
class Operator:
    """A mobile operator, by the beginnings of its numbers (E.164); numbers are not portable in Indonesia."""

    name: str
    prefixes: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Where people ask a person of the office. The hours of the phone are on the programme's clock, all or none."""

    reference: str
    phone: str | None = None
    email: str | None = None
    form: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """How people, families, cards and places are numbered.

    `household_limit` is the number of live participations per household, 0 without a household scheme;
    `regions` maps a province code to its IANA time zone.
    """

    scheme: str
    household_scheme: str | None
    household_limit: int
    phone_region: str
    minimum_age: int
    card_prefix: str
    card_length: int
    regions: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """The values of one rule over the years, oldest first."""

    rule: str
    values: tuple[tuple[date, T], ...]

    def on(self, day: date) -> T:
        """Give the newest value whose first day is not after `day`. NotInForce: the rule begins later."""
        for since, value in reversed(self.values):
            if since <= day:
                return value
        raise NotInForce(self.rule, day, self.values[0][0])
