"""How fast one person may speak: a token bucket with time as an argument."""

# More people than this at once, and those who have rested are forgotten.
_FORGET_FROM = 10_000


class Pace:
    """Lets `per_minute` through in any minute, in a burst or one by one."""

    def __init__(self, per_minute: int, now_ms: int) -> None:
        self._per_minute = per_minute
        self._room = float(per_minute)
        self._seen_ms = now_ms

    def allows(self, now_ms: int) -> bool:
        """Count one and return whether it was within the limit."""
        self._rest(now_ms)
        if self._room < 1:
            return False
        self._room -= 1
        return True

    def is_rested(self, now_ms: int) -> bool:
        """Return whether nothing of the last minute counts any more."""
        self._rest(now_ms)
        return self._room >= self._per_minute

    def _rest(self, now_ms: int) -> None:
        passed_ms = max(0, now_ms - self._seen_ms)
        self._seen_ms = now_ms
        self._room = min(self._per_minute, self._room + passed_ms * self._per_minute / 60_000)


class Paces:
    """The pace of each person, whatever their sockets and requests."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}
        self._forget_from = _FORGET_FROM

    def allows(self, person: str, per_minute: int, now_ms: int) -> bool:
        """Count one for the person and return whether it was within the limit."""
        pace = self._paces.get(person)
        if pace is None:
            self._forget(now_ms)
            pace = self._paces[person] = Pace(per_minute, now_ms)
        return pace.allows(now_ms)

    def _forget(self, now_ms: int) -> None:
        if len(self._paces) < self._forget_from:
            return
        busy = {who: pace for who, pace in self._paces.items() if not pace.is_rested(now_ms)}
        self._paces = busy
        self._forget_from = max(_FORGET_FROM, 2 * len(busy))
