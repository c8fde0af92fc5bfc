"""What is tried again, and how long to wait: hostile values of Retry-After included."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cagraph.crawl.backoff import is_trouble, jittered, seconds_of, trouble

NOW = datetime(2026, 11, 25, 6, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 501, 502, 503, 504, 520, 529, 599])
def test_a_server_in_trouble(status: int) -> None:
    assert is_trouble(status)


@pytest.mark.parametrize("status", [200, 204, 206, 304, 400, 401, 403, 404, 410, 418, 451, 600, 999])
def test_an_answer_for_good(status: int) -> None:
    assert not is_trouble(status)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("0", 0),
        ("Wed, 25 Nov 2026 06:01:30 GMT", 90),
        ("Wed, 25 Nov 2026 07:01:30 +0100", 90),
        ("Wednesday, 25-Nov-26 06:01:30 GMT", 90),
        ("Wed, 25 Nov 2026 05:00:00 GMT", 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("1.5", 0),
        ("٣", 0),
        ("9" * 400, 1e9),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 1e9),
        ("Wed, 25 Nov 2026 06:01:30 +99999999999999", 0),
        ("Wed, 99 Nov 2026 99:99:99 GMT", 0),
    ],
)
def test_retry_after(text: str, seconds: float) -> None:
    assert seconds_of(text, NOW) == seconds


DATE_LIKE = st.from_regex(
    r"\A\w{0,9},? ?-?\d{1,9}[ -]\w{3}[ -]\d{1,12} \d{1,9}:\d{1,9}(:\d{1,9})? ?.{0,12}\Z"
)


@given(st.text() | DATE_LIKE | st.integers().map(str))
def test_any_retry_after_is_a_number_of_seconds(text: str) -> None:
    assert 0 <= seconds_of(text, NOW) <= 1e9


@given(st.integers(1, 60), st.floats(0, 100), st.floats(0, 1000), st.integers())
def test_pauses_are_within_their_bounds(tries: int, base: float, cap: float, seed: int) -> None:
    assert 0 <= jittered(tries, base, cap, random.Random(seed)) <= min(cap, base * 2.0 ** (tries - 1))


def test_pauses_spread_over_the_whole_range() -> None:
    rng = random.Random(1)
    pauses = sorted(jittered(3, 5, 120, rng) for _ in range(1000))
    assert pauses[100] < 3
    assert pauses[900] > 17
    assert pauses[-1] <= 20


def test_what_asks_for_too_long_is_final() -> None:
    assert trouble(503, "900", 900).again
    failed = trouble(503, "901", 900)
    assert not failed.again
    assert str(failed) == "HTTP 503, and asks to wait 901 s, which is too long"
