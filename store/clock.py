"""Time and ids: the only file that asks the machine for either."""

import secrets
import time
import uuid
from collections.abc import Callable
from typing import Protocol

_NS_PER_MS = 1_000_000
# RFC 9562, section 5.7: 48 bits of time, 4 of version, 12 random, 2 of variant, 62 random.
_RANDOM_BITS = 74
_RANDOM_MASK = (1 << _RANDOM_BITS) - 1
_LOW_BITS = 62
_LOW_MASK = (1 << _LOW_BITS) - 1
_VERSION = 7 << 76
_VARIANT = 2 << _LOW_BITS
# Ids of one millisecond are this many random bits apart: in order, and still not to be guessed.
_STEP_BYTES = 4


class Clock(Protocol):
    """The only source of time."""

    def now_ms(self) -> int:
        """Return Unix time in milliseconds; never goes back."""
        ...


class SystemClock:
    """The machine's clock, held still while the machine sets it back."""

    def __init__(self) -> None:
        self._last_ms = 0

    def now_ms(self) -> int:
        """Return Unix time in milliseconds; never goes back."""
        self._last_ms = max(self._last_ms, time.time_ns() // _NS_PER_MS)
        return self._last_ms


class Ids:
    """New names: a kind prefix and a UUIDv7, each greater than the one before."""

    def __init__(
        self, clock: Clock, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._clock = clock
        self._random_bytes = random_bytes
        self._last = 0

    def new(self, prefix: str) -> str:
        """Return `prefix_` and a UUIDv7."""
        fresh = (self._clock.now_ms() << _RANDOM_BITS) | (self._random(10) & _RANDOM_MASK)
        if fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
            fresh = self._last + 1 + self._random(_STEP_BYTES)
        self._last = fresh
        return f"{prefix}_{_uuid7(fresh)}"

    def _random(self, size_bytes: int) -> int:
        return int.from_bytes(self._random_bytes(size_bytes), "big")


def _uuid7(count: int) -> uuid.UUID:
    high, low = count >> _LOW_BITS, count & _LOW_MASK
    time_ms, middle = high >> 12, high & 0xFFF
    return uuid.UUID(int=(time_ms << 80) | _VERSION | (middle << 64) | _VARIANT | low)
