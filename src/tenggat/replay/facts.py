"""What is publicly known of the waves of 2020: the replay's only knowledge of how many there were.

Sources, as read in 2026: accepted and announcements from Tribunnews 5 Sep 2020 (waves 1-3, hours of waves 6 and 7),
kumparan 23 Sep (wave 5), tirto and bisnis 19 Sep (wave 8), CNN Indonesia 21 Sep and Tribunnews 24 Sep (wave 9),
liputan6 and suara.com 2 Oct (wave 10). Revoked: Kompas and galuh.id 28 Sep (waves 1-4 and 5), Kompas 15 Oct (6-7),
Tribunnews 19 Oct (8), Republika 26 Oct and Sindonews 29 Oct (9), kompas.com 10 Nov (10).
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")

PLATFORMS = ("tokopedia", "bukalapak", "pintaria", "pijar-mahir", "maubelajarapa", "sekolahmu", "sisnaker")
"""The digital platforms of 2020-21 as sources of purchases (Tribunnews 3 May 2022)."""


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """A wave as it was: how many were accepted (its quota was as large), and when it was announced."""

    number: int
    accepted: int
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """Waves whose revocations were published as one figure: how many, and as of which moment's news."""

    waves: tuple[int, ...]
    revoked: int

    @property
    def name(self) -> str:
        """Such as "1-4" or "5"."""
        first, last = self.waves[0], self.waves[-1]
        return str(first) if first == last else f"{first}-{last}"


def _at(month: int, day: int, hour: int = 12) -> datetime:
    """A moment of 2020 in WIB; noon, the usual hour of an announcement, where no hour was published."""
    return datetime(2020, month, day, hour, tzinfo=WIB)


WAVES = (
    WaveFacts(1, 168_111, _at(4, 20, 10)),
    WaveFacts(2, 288_154, _at(4, 29)),
    WaveFacts(3, 224_615, _at(5, 6)),  # assumed: no date was found; registration had closed on 30 April
    WaveFacts(4, 800_000, _at(8, 16)),
    WaveFacts(5, 800_000, _at(8, 29, 8)),
    WaveFacts(6, 800_000, _at(9, 3)),
    WaveFacts(7, 800_000, _at(9, 10)),
    WaveFacts(8, 800_000, _at(9, 17)),
    WaveFacts(9, 800_000, _at(9, 24)),
    WaveFacts(10, 116_261, _at(10, 2)),
)

GROUPS = (
    GroupFacts((1, 2, 3, 4), 189_436),
    GroupFacts((5,), 47_818),
    GroupFacts((6, 7), 72_958),
    GroupFacts((8,), 34_747),
    GroupFacts((9,), 28_786),
    GroupFacts((10,), 9_123),  # 382,868 of 10 November less 373,745
)

MATURED = 5
"""How many of the groups make the figure that was published after wave 9's deadline, 23 October 2020."""

PUBLISHED = 373_745
"""Participations of waves 1-9 that had been revoked by then."""

PUBLISHED_RETURNED = 1_326_794_750_000
"""Rupiah that came back with them: 3,550,000 each."""
