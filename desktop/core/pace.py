"""How fast one person may speak: a token bucket with time as an argument."""


class Pace:
    """Lets `per_minute` through in any minute, in a burst or one by one."""

    def __init__(self, per_minute: int, now_ms: int) -> None:
        self._per_minute = per_minute
        self._room = float(per_minute)
        self._seen_ms = now_ms

    def allows(self, now_ms: int) -> bool:
        """Count one and return whether it was within the limit."""
        passed_ms = max(0, now_ms - self._seen_ms)
        self._seen_ms = now_ms
        self._room = min(self._per_minute, self._room + passed_ms * self._per_minute / 60_000)
        if self._room < 1:
            return False
        self._room -= 1
        return True
