"""When a message is tried again: by codes that gateways really give."""

from datetime import timedelta

import pytest

from tenggat.messaging.gateways.smpp import statuses
from tenggat.messaging.retries import FIRST, GATEWAYS_OWN, MOST_ATTEMPTS, delay


def test_the_table_has_codes_that_gateways_give() -> None:
    by_smpp = {statuses.meaning(status, {})[0] for status in range(0x100)}
    others = {code for code in FIRST if code not in by_smpp}
    assert others == {"http_429", "http_503", "smtp_451"}


@pytest.mark.parametrize(
    ("code", "attempt", "seconds"),
    [
        ("RTHROTTLED", 1, 2),
        ("RTHROTTLED", 3, 8),
        ("smtp_451", 1, 300),
        ("http_429", 1, 5),
        ("http_429:90", 1, 90),  # it says itself when to come again
        ("http_429:1", 2, 10),
        ("unreachable", 1, 60),
        ("smtp_451", MOST_ATTEMPTS - 1, 7200),
    ],
)
def test_each_wait_doubles_from_the_codes_own(code: str, attempt: int, seconds: int) -> None:
    assert delay(code, attempt=attempt) == timedelta(seconds=seconds)


def test_after_the_last_try_there_is_none() -> None:
    assert delay("RSYSERR", attempt=MOST_ATTEMPTS) is None


@pytest.mark.parametrize("code", [*sorted(GATEWAYS_OWN), "http_429:30"])
def test_a_gateway_that_has_too_much_to_do_is_asked_to_the_end(code: str) -> None:
    for attempt in (MOST_ATTEMPTS, 1000):
        wait = delay(code, attempt=attempt)
        assert wait is not None
        assert wait <= timedelta(hours=2)
