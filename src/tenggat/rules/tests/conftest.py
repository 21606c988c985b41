"""What the tests of programme files share."""

from pathlib import Path

import pytest

from tenggat.rules.programme import Problem, ProgrammeError, load
from tenggat.rules.tests.demo_file import Mistakes


@pytest.fixture
def mistakes(tmp_path: Path) -> Mistakes:
    """Give a function that writes a file and gives the mistakes that loading it reports."""

    def find(text: str | bytes) -> tuple[Problem, ...]:
        file = tmp_path / "demo.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ProgrammeError) as caught:
            load(file)
        return caught.value.problems

    return find
