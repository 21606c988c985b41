"""How the simulated SMSC behaves: honest unless told otherwise, and the same for the same seed."""

from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Shares are from 0 to 1 of the messages; delays in seconds; numbers without a plus sign."""

    seed: int = 0
    password: str = ""  # when given, a bind needs it
    delay: float = 0.0  # before an acknowledgement
    rate: float = 0.0  # messages per second; what comes faster is ESME_RTHROTTLED
    drop_acks: float = 0.0  # delivered, never acknowledged
    vanish: float = 0.0  # acknowledged, never delivered, and the receipt says DELIVRD
    belittle: float = 0.0  # delivered, and the receipt says UNDELIV
    close_after: int = 0  # submits per connection; the last is delivered and not acknowledged
    lose_receipts: float = 0.0
    repeat_receipts: float = 0.0
    receipts_first: float = 0.0  # before the acknowledgement
    receipt_delay: float = 0.0
    receipt_spread: float = 0.0  # up to so much later still, by chance: out of order
    bad: tuple[str, ...] = ()  # numbers that start so are ESME_RINVDSTADR
    down: tuple[str, ...] = ()  # acknowledged, neither delivered nor receipted: that operator is down
    text_receipts: bool = True  # the fields as text, Appendix B of the standard
    optional_receipts: bool = True  # receipted_message_id, message_state, and our mark given back
    markless: tuple[str, ...] = ()  # receipts of numbers that start so do not give our mark back
    clock: float = 0.0  # what its clock shows from now on, in seconds since 1970 (UTC); 0: no moment, and a fixed date
    receipt_ids: str = "same"  # or "hex", "decimal": in another base than the acknowledgement's


@dataclass(slots=True)
class Dice:
    """What happens to one message, thrown once in a fixed order: a seed means the same for any timing of receipts."""

    behaviour: Behaviour
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.behaviour.seed)

    def throw(self, share: float) -> bool:
        """True for that share of the throws."""
        return share > 0 and self._random.random() < share

    def spread(self, most: float) -> float:
        """A delay of up to that."""
        return self._random.random() * most if most else 0.0
