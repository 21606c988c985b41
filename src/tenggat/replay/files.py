"""The files of a replay: a wave's participants, and what each platform delivers when."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TextIO

from tenggat.replay import people, purchases
from tenggat.replay.facts import PLATFORMS
from tenggat.replay.people import BLOCK
from tenggat.replay.purchases import CORRECTION, Market

_BUFFER = 1 << 18


class Files:
    """Names files, and writes those of a wave in one pass, a block of people at a time."""

    def __init__(self, folder: Path, deliveries: tuple[datetime, ...]) -> None:
        self.folder, self.deliveries = folder, deliveries
        self._begun: set[Path] = set()
        for name in ("participants", "feeds"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def courses(self) -> Path:
        """The catalogue."""
        return self.folder / "courses.csv"

    def participants(self, wave: int) -> Path:
        """The accepted people of a wave."""
        return self.folder / "participants" / f"wave-{wave}.csv"

    def feed(self, delivery: int, platform: int) -> Path | None:
        """What a platform delivers at a moment; None where it has nothing to tell."""
        return self._told(f"{self.deliveries[delivery]:%Y-%m-%d}-{PLATFORMS[platform]}.csv")

    def correction(self, wave: int, platform: int) -> Path | None:
        """What a platform had missed before the run of a wave; None where it had missed nothing."""
        return self._told(f"correction-{wave}-{PLATFORMS[platform]}.csv")

    def write(self, market: Market, *, progress: Callable[[int], None]) -> None:
        """Write the participants of a wave, and add what they buy to the feeds. `progress`: people written."""
        crowd = market.crowd
        with ExitStack() as stack:
            lines = stack.enter_context(_opened(self.participants(crowd.wave), "w"))
            lines.write(people.HEADER)
            feeds = _Feeds(self, crowd.wave, stack)
            for first in range(0, crowd.size, BLOCK):
                niks, written = people.people(crowd, first=first)
                lines.writelines(written)
                for delivery, platform, row in market.told(niks, first=first):
                    feeds[delivery, platform].write(row)
                progress(first + len(niks))

    def _told(self, name: str) -> Path | None:
        path = self.folder / "feeds" / name
        return path if path in self._begun else None

    def begin(self, delivery: int, platform: int, wave: int) -> TextIO:
        """Open a feed's file; the first wave to sell there writes the header."""
        day = f"correction-{wave}" if delivery == CORRECTION else f"{self.deliveries[delivery]:%Y-%m-%d}"
        path = self.folder / "feeds" / f"{day}-{PLATFORMS[platform]}.csv"
        file = _opened(path, "a" if path in self._begun else "w")
        if path not in self._begun:
            self._begun.add(path)
            file.write(purchases.HEADER)
        return file


class _Feeds(defaultdict[tuple[int, int], TextIO]):
    """The files that the people of one wave have rows for, opened when the first row comes."""

    def __init__(self, files: Files, wave: int, stack: ExitStack) -> None:
        super().__init__()
        self.files, self.wave, self.stack = files, wave, stack

    def __missing__(self, key: tuple[int, int]) -> TextIO:
        self[key] = self.stack.enter_context(self.files.begin(*key, self.wave))
        return self[key]


def _opened(path: Path, mode: str) -> TextIO:
    return path.open(mode, encoding="utf-8", newline="", buffering=_BUFFER)
