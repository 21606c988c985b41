"""The home of one installation: its database, secrets and files. Two homes never touch each other."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tenggat.foundation.refusals import Refusal


class HomeMissing(Refusal):
    """There is no home where one was looked for."""

    code = "no_home"


class HomeUnusable(Refusal):
    """The folder cannot be a home."""

    code = "home_unusable"


@dataclass(frozen=True, slots=True)
class Home:
    """A home that exists. `programme` is a shipped name, or a file kept inside the home."""

    path: Path
    programme: str
    sandbox: bool

    @property
    def keys_file(self) -> Path:
        """Where the secrets lie."""
        return self.path / "secrets" / "keys.json"

    @property
    def outbox(self) -> Path:
        """Where the file gateway writes."""
        return self.path / "outbox" / "messages.jsonl"

    @property
    def programme_source(self) -> str | Path:
        """What rules.programme.load takes."""
        return self.path / self.programme if self.programme.endswith(".toml") else self.programme


def default_path(environment: Mapping[str, str] = os.environ) -> Path:
    """TENGGAT_HOME, else `var/` of the checkout, else the user's data folder."""
    if configured := environment.get("TENGGAT_HOME"):
        return Path(configured).expanduser().absolute()
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    data = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "tenggat"


def open_home(path: Path) -> Home:
    """Read a home. Raises HomeMissing, HomeUnusable."""
    try:
        raw = json.loads((path / "home.json").read_text("utf-8"))
        if not isinstance(raw["sandbox"], bool):
            raise TypeError("sandbox")
        return Home(path, str(raw["programme"]), raw["sandbox"])
    except (FileNotFoundError, NotADirectoryError):
        raise HomeMissing(f"There is no home in {path}; make one with: tenggat init") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise HomeUnusable(f"{path / 'home.json'} cannot be read; restore it from its backup.") from None


def write_home(home: Home) -> None:
    """Write down what this home is, in one step."""
    draft = home.path / "home.json.new"
    draft.write_text(json.dumps({"programme": home.programme, "sandbox": home.sandbox}) + "\n", "utf-8")
    draft.replace(home.path / "home.json")
