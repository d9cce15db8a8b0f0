"""Time and ids: the one file that reads the machine's clock and its randomness."""

import secrets
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """The only source of time."""

    def now_ms(self) -> int:
        """Return Unix time in milliseconds; never goes back."""
        ...


class SystemClock:
    """The machine's clock, held still while the machine's is set back."""

    def __init__(self) -> None:
        self._last_ms = 0

    def now_ms(self) -> int:
        """Return Unix time in milliseconds; never goes back."""
        self._last_ms = max(self._last_ms, time.time_ns() // 1_000_000)
        return self._last_ms


class Ids:
    """Makes ids: a kind prefix and a UUIDv7 (RFC 9562, 5.7), later ones greater."""

    def __init__(
        self, clock: Clock, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._clock = clock
        self._random_bytes = random_bytes
        self._last = 0

    def new(self, prefix: str) -> str:
        """Return a new id such as `case_0192f0c1-...`."""
        random = int.from_bytes(self._random_bytes(10))
        # 48 bits of time, then 74 random ones: a plain number that grows with time.
        self._last = max(self._last + 1, (self._clock.now_ms() << 74) | (random >> 6))
        high, low = self._last >> 62, self._last & ((1 << 62) - 1)
        time_ms, rand_a = high >> 12, high & 0xFFF
        text = f"{(time_ms << 80) | (7 << 76) | (rand_a << 64) | (0b10 << 62) | low:032x}"
        return f"{prefix}_{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
