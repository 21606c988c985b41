"""Load a programme file and ask it for the value that is in force on a day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from tenggat.rules.checking import check
from tenggat.rules.problems import NotInForce, Problem, ProgrammeError
from tenggat.rules.reading import Reader, Row
from tenggat.rules.toml_source import TomlSource, read_toml
from tenggat.rules.values import (
    Benefit,
    BenefitPart,
    Brake,
    Contact,
    Dated,
    FirstPurchaseRule,
    IdentityRules,
    Operator,
    SendingWindow,
    SpendingEnd,
    Step,
    Variant,
    Withdrawal,
)

__all__ = [
    "Benefit", "BenefitPart", "Brake", "Contact", "FirstPurchaseRule", "IdentityRules", "NotInForce", "Operator",
    "Problem", "Programme", "ProgrammeError", "SendingWindow", "SpendingEnd", "Step", "Variant", "Withdrawal", "load",
    "shipped",
]  # fmt: skip

T = TypeVar("T")

_SHIPPED = Path(__file__).with_name("programmes")


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme's rules. `digest` (SHA-256 of the file's bytes) is the rule version that decisions cite."""

    name: str
    title: str
    currency: str
    time_zone: str
    clock_starts: Literal["announcement", "balance"]
    language: Literal["id", "en"]
    digest: str
    source_text: str
    identity: IdentityRules
    steps: tuple[Step, ...]
    first_purchases: Dated[FirstPurchaseRule]
    settlements: Dated[timedelta]
    brakes: Dated[Brake]
    withdrawals: Dated[Withdrawal]
    benefits: Dated[Benefit]
    windows: Dated[SendingWindow]
    spending_ends: tuple[SpendingEnd, ...] = ()
    operators: tuple[Operator, ...] = ()
    domain: str = ""
    contact: Contact | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the programme counts days."""
        return ZoneInfo(self.time_zone)

    def first_purchase(self, on: date) -> FirstPurchaseRule:
        """Give the rule in force on the day the clock starts. NotInForce: a day before the first rule."""
        return self.first_purchases.on(on)

    def settlement(self, on: date) -> timedelta:
        """Give how long to wait after a deadline for purchases under way. NotInForce."""
        return self.settlements.on(on)

    def brake(self, on: date) -> Brake | None:
        """Give what a run on a day is expected to be; None: the programme has no brake on that day."""
        return next((brake for since, brake in reversed(self.brakes.values) if since <= on), None)

    def withdrawal(self, on: date) -> Withdrawal | None:
        """Give what a withdrawal on a day means; None: nobody can withdraw on that day."""
        return next((rule for since, rule in reversed(self.withdrawals.values) if since <= on), None)

    def benefit(self, on: date) -> Benefit:
        """Give what a person accepted on a day receives. NotInForce."""
        return self.benefits.on(on)

    def window(self, on: date) -> SendingWindow:
        """Give the hours in which people may be written to on a day, on their own clock. NotInForce."""
        return self.windows.on(on)

    def spending_end(self, announced_on: date) -> SpendingEnd | None:
        """Give the end of spending for a wave announced on a day; None: the programme sets none for it."""
        of_then = (end for end in self.spending_ends if end.announced_from <= announced_on <= end.announced_until)
        return next(of_then, None)

    def step(self, name: str) -> Step:
        """Give a step by name. KeyError: the programme has none of that name."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(f"{self.name} has no step {name!r}")

    def zone_of(self, province: str) -> str:
        """Give the IANA zone of a province code; the programme's own where the code is unknown."""
        return self.identity.regions.get(province, self.time_zone)


def shipped() -> tuple[str, ...]:
    """Give the names of the programmes that come with Tenggat."""
    return tuple(sorted(file.stem for file in _SHIPPED.glob("*.toml")))


def load(source: str | Path) -> Programme:
    """Load a shipped programme by name, or a file. ProgrammeError has every mistake at once."""
    name = str(source)
    if name in shipped():
        return read(read_toml(_SHIPPED / f"{name}.toml"))
    if isinstance(source, str) and not name.endswith(".toml"):
        message = f"is no shipped programme ({', '.join(shipped())}); a file's name ends in .toml"
        raise ProgrammeError(name, [Problem(None, "", message)])
    return read(read_toml(Path(source)))


def read(source: TomlSource) -> Programme:
    """Make a programme of a TOML source. ProgrammeError has every mistake at once."""
    reader = Reader(source)
    check(reader)
    if reader.problems:
        raise ProgrammeError(source.name, reader.problems)
    values, head = reader.values, reader.values["programme"][0]
    return Programme(
        **head,
        digest=source.digest,
        source_text=source.text,
        identity=_identity(values["identity"][0], values["zone"]),
        steps=tuple(_step(row) for row in values["step"]),
        first_purchases=_dated("first_purchase", values, lambda row: FirstPurchaseRule(**row)),
        settlements=_dated("settlement", values, lambda row: timedelta(minutes=row["minutes"])),
        brakes=_dated("brake", values, lambda row: Brake(**row)),
        withdrawals=_dated("withdrawal", values, lambda row: Withdrawal(**row)),
        benefits=_dated("benefit", values, _benefit),
        windows=_dated("window", values, lambda row: SendingWindow(**row)),
        spending_ends=tuple(SpendingEnd(**row) for row in values["spend_until"]),
        operators=tuple(Operator(**row) for row in values["operator"]),
        contact=next((Contact(**row) for row in values["contact"]), None),
    )


def _dated(rule: str, values: Row, make: Callable[[Row], T]) -> Dated[T]:
    rows = [dict(row) for row in values[rule]]
    return Dated(rule, tuple((row.pop("from"), make(row)) for row in rows))


def _benefit(row: Row) -> Benefit:
    parts = tuple(BenefitPart(**part) for part in row["part"])
    total = row["training"] + sum(part.count * part.amount for part in parts)
    return Benefit(row["training"], parts, total, row["reference"])


def _step(row: Row) -> Step:
    same: Row = {"days_before": None}
    same |= {key: value for key, value in row.items() if key not in {"from", "variant"}}
    return Step(**same, since=row.get("from"), variants=tuple(Variant(**variant) for variant in row["variant"]))


def _identity(row: Row, zones: list[Row]) -> IdentityRules:
    regions = {province: zone["time_zone"] for zone in zones for province in zone["provinces"]}
    optional: Row = {"household_scheme": None, "household_limit": 0}
    return IdentityRules(**optional | row, regions=regions)
