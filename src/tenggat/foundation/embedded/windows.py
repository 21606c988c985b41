"""Windows has neither peer authentication nor the file locks that the embedded server relies on."""

from collections.abc import Callable
from pathlib import Path

from tenggat.foundation.embedded.unavailable import ServerUnavailable

_REFUSAL = "There is no embedded database on Windows; use WSL, or set DATABASE_URL to a server of your own."


def ensure(home: Path, *, say: Callable[[str], None]) -> str:
    """Raises ServerUnavailable."""
    raise ServerUnavailable(_REFUSAL)


def running_url(home: Path) -> str | None:
    """Raises ServerUnavailable."""
    raise ServerUnavailable(_REFUSAL)


def stop(home: Path) -> bool:
    """Raises ServerUnavailable."""
    raise ServerUnavailable(_REFUSAL)
