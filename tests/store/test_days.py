"""Days begin at midnight on the site's wall, whatever its clocks do."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from store.days import Days

HOUR_MS = 3_600_000


def at(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


@pytest.mark.parametrize(
    ("zone", "moment", "begins", "hours"),
    [
        ("Europe/Paris", "2026-06-10T14:30", "2026-06-10T00:00", 24),
        ("Europe/Paris", "2026-03-29T12:00", "2026-03-29T00:00", 23),
        ("Europe/Paris", "2026-10-25T12:00", "2026-10-25T00:00", 25),
        ("Asia/Kolkata", "2026-01-01T00:00", "2026-01-01T00:00", 24),
        ("UTC", "2026-12-31T23:59", "2026-12-31T00:00", 24),
    ],
)
def test_day_around_a_moment(zone: str, moment: str, begins: str, hours: int) -> None:
    day_ms, ends_ms = Days(zone).around(at(moment, zone))
    assert day_ms == at(begins, zone)
    assert ends_ms - day_ms == hours * HOUR_MS


def test_a_day_whose_midnight_is_skipped_begins_at_the_change() -> None:
    # In Beirut the clocks go from 00:00 to 01:00 on the last Sunday of March.
    days = Days("Asia/Beirut")
    day_ms, _ = days.around(at("2026-03-29T12:00", "Asia/Beirut"))
    assert days.around(at("2026-03-28T12:00", "Asia/Beirut"))[1] == day_ms
    assert day_ms == at("2026-03-29T01:00", "Asia/Beirut")


def test_each_day_ends_where_the_next_begins() -> None:
    days = Days("Europe/Paris")
    end_ms = days.around(at("2026-01-01T12:00", "Europe/Paris"))[1]
    for _ in range(400):
        begin_ms, end_ms, former_ms = *days.around(end_ms), end_ms
        assert begin_ms == former_ms
