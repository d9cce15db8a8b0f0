"""Times as people write them, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.policy.durations import read_duration, write_duration


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("90 s", 90_000),
        ("90s", 90_000),
        ("2 min", 120_000),
        ("1 h 30 min", 5_400_000),
        ("1h 30min", 5_400_000),
        ("-5 min", -300_000),
        ("- 5 min", -300_000),
        ("150 ms", 150),
        ("1 d", 86_400_000),
        ("0 s", 0),
        (" 1 s ", 1_000),
    ],
)
def test_reads(text: str, milliseconds: int) -> None:
    assert read_duration(text) == milliseconds


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "90", "90 sec", "1.5 min", "min", "5 min 5", "5 s 1 h", "1 s 1 s", "--5 s"),
        *("5 minutes", "+5 s", "1 h,30 min", "9999999999999 s", "1 h  30 min", "٣ s"),
    ],
)
def test_refuses(text: str) -> None:
    assert read_duration(text) is None


@given(st.integers(-(2**50), 2**50))
def test_what_is_written_reads_as_the_same(milliseconds: int) -> None:
    assert read_duration(write_duration(milliseconds)) == milliseconds
