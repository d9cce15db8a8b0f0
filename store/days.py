"""When days begin and end, by the clock on a site's wall."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_MS = 1000


class Days:
    """The days of one time zone. A day in which clocks change has 23 or 25 hours."""

    def __init__(self, time_zone: str) -> None:
        """Take an IANA name. Raises ZoneInfoNotFoundError."""
        self.time_zone = time_zone
        self._zone = ZoneInfo(time_zone)

    def around(self, at_ms: int) -> tuple[int, int]:
        """Return the first millisecond of the day of `at_ms`, and of the next day."""
        today = datetime.fromtimestamp(at_ms / _MS, self._zone).date()
        return self._begin(today), self._begin(today + timedelta(days=1))

    def _begin(self, day: date) -> int:
        # Where midnight is skipped by a change of clocks, the day begins at the change.
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        return int(midnight.astimezone(UTC).timestamp()) * _MS
