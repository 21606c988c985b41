"""The files of a replay: a wave's participants, and what each platform delivers when."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Literal, TextIO

from tenggat.replay import people, purchases
from tenggat.replay.facts import PLATFORMS
from tenggat.replay.people import BLOCK
from tenggat.replay.purchases import CORRECTION, Market

_BUFFER = 1 << 18


class Files:
    """Names the files in a folder, and writes those of a wave in one pass, a block of people at a time."""

    def __init__(self, folder: Path, *, deliveries: tuple[datetime, ...]) -> None:
        self.folder, self.deliveries = folder, deliveries
        self._begun: set[Path] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def courses(self) -> Path:
        """The catalogue."""
        return self.folder / "courses.csv"

    def participants(self, *, wave: int) -> Path:
        """The accepted people of a wave."""
        return self.folder / f"participants-{wave}.csv"

    def told(self, *, delivery: int, platform: int, wave: int = 0) -> Path | None:
        """What a platform delivers at a moment, or had missed before the run of a `wave`; None: nothing."""
        path = self._feed(delivery, platform, wave)
        return path if path in self._begun else None

    def write(self, market: Market, *, progress: Callable[[int], None]) -> None:
        """Write the participants of a wave, and add what they buy to the feeds. `progress`: people written."""
        crowd = market.crowd
        with ExitStack() as stack:
            lines = stack.enter_context(_opened(self.participants(wave=crowd.wave), "w"))
            lines.write(people.HEADER)
            feeds = _Feeds(lambda delivery, platform: stack.enter_context(self._begin(delivery, platform, crowd.wave)))
            for first in range(0, crowd.size, BLOCK):
                niks, written = people.people(crowd, first=first)
                lines.writelines(written)
                for delivery, platform, row in market.told(niks, first=first):
                    feeds[delivery, platform].write(row)
                progress(first + len(niks))

    def _feed(self, delivery: int, platform: int, wave: int) -> Path:
        day = f"correction-{wave}" if delivery == CORRECTION else f"{self.deliveries[delivery]:%Y-%m-%d}"
        return self.folder / f"{day}-{PLATFORMS[platform]}.csv"

    def _begin(self, delivery: int, platform: int, wave: int) -> TextIO:
        """Open a feed's file; the first wave to sell there writes the header."""
        path = self._feed(delivery, platform, wave)
        file = _opened(path, "a" if path in self._begun else "w")
        if path not in self._begun:
            self._begun.add(path)
            file.write(purchases.HEADER)
        return file


class _Feeds(defaultdict[tuple[int, int], TextIO]):
    """Files by delivery and platform, opened when the first row comes."""

    def __init__(self, begin: Callable[[int, int], TextIO]) -> None:
        super().__init__()
        self.begin = begin

    def __missing__(self, key: tuple[int, int]) -> TextIO:
        self[key] = self.begin(*key)
        return self[key]


def _opened(path: Path, mode: Literal["w", "a"]) -> TextIO:
    return path.open(mode, encoding="utf-8", newline="", buffering=_BUFFER)
