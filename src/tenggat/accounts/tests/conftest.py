"""The people of these tests, in a registry of their own."""

import pytest

from tenggat.accounts.tests.people import register


@pytest.fixture
def people(db: None) -> None:
    """Ayu has a phone and an e-mail; Budi and Citra share a phone; Dewi has neither."""
    register()
