"""A jitter buffer: packets come when they like, frames go out every 20 ms (RFC 3550).

Sans-IO: the arrival and playing times are arguments. It keeps encoded payloads, so that they are
decoded in order and once. What is missing when its time comes is lost; whoever plays conceals it.
"""

from collections import deque
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

P = TypeVar("P")
_TIMESTAMPS = 1 << 32
# A stream that jumps by so much is another one: a source that began anew.
_JUMP_FRAMES = 50
# As many packets in a row from the past are no stragglers, RFC 3550, appendix A.1.
_STRAGGLERS_MAX = 5
# Two seconds: long enough to have seen the worst of a network, short enough to forget it.
_MEMORY_PACKETS = 100
# One packet in so many may come too late: waiting for it would cost everybody delay.
_LATE_ONE_IN = 50
# Between two corrections of the delay, so that one cannot hear them as a stutter.
_CORRECTION_FRAMES = 5


class JitterRules(Struct, frozen=True, kw_only=True):
    """How patient a buffer is. ticks_per_frame: of the RTP clock, 960 at 48 kHz, 160 at 8 kHz.

    delay_ms_min: what is waited at least, delay_ms_max: at most. idle_frames: so many frames
    missing in a row are silence, and what comes then begins anew.
    """

    ticks_per_frame: int = 960
    frame_ms: int = 20
    delay_ms_min: int = 20
    delay_ms_max: int = 200
    idle_frames: int = 25


class Played(StrEnum):
    """What a frame's time brought. IDLE: nothing is being sent."""

    FRAME = "frame"
    LOST = "lost"
    STRETCHED = "stretched"
    IDLE = "idle"


class Counts(Struct, kw_only=True):
    """What became of packets and frames. skipped: left out to be on time again."""

    received: int = 0
    played: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    skipped: int = 0
    stretched: int = 0
    resets: int = 0


class JitterBuffer(Generic[P]):
    """Puts packets of one RTP stream into order and plays them on time."""

    def __init__(self, rules: JitterRules | None = None) -> None:
        self.counts = Counts()
        self._rules = rules or JitterRules()
        self._ssrc: int | None = None
        self._frames: dict[int, P] = {}
        self._last_timestamp = 0
        self._last_index = 0
        self._next: int | None = None
        self._idle_from = 0
        self._starts_ms = 0
        self._transits_ms: deque[int] = deque(maxlen=_MEMORY_PACKETS)
        self._missing = 0
        self._stragglers = 0
        self._since_correction = 0

    @property
    def target_ms(self) -> int:
        """Return how long packets should wait here, by how unevenly they came of late."""
        rules = self._rules
        if len(self._transits_ms) < 2:
            return 2 * rules.frame_ms
        ordered = sorted(self._transits_ms)
        late_ms = ordered[-1 - len(ordered) // _LATE_ONE_IN] - ordered[0]
        return min(max(late_ms, rules.delay_ms_min), rules.delay_ms_max)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being played."""
        return self._next is None

    def delay_ms(self, now_ms: int) -> int:
        """Return by how much what is to play next is behind the fastest packet."""
        if self._next is None or not self._transits_ms:
            return 0
        return now_ms - self._next * self._rules.frame_ms - min(self._transits_ms)

    def put(self, ssrc: int, timestamp: int, payload: P, now_ms: int) -> None:
        """Take in a packet as it arrives, in whatever order, however often."""
        self.counts.received += 1
        if ssrc != self._ssrc:
            self._begin(ssrc, timestamp)
        index = self._index_of(timestamp)
        first = self._next if self._next is not None else self._idle_from
        is_ahead = self._next is not None and index - first > _JUMP_FRAMES
        if is_ahead or self._is_of_another_past(index, first):
            self._begin(ssrc, timestamp)
            index = 0
        elif index < first:
            self.counts.late += 1
            # It came too late to be heard, not to teach how late packets come.
            self._note_transit(index, now_ms)
            return
        if index in self._frames:
            self.counts.duplicate += 1
            return
        self._note_transit(index, now_ms)
        self._frames[index] = payload
        if self._next is None:
            self._start(index, now_ms)

    def get(self, now_ms: int) -> tuple[Played, P | None]:
        """Return what is played now. Call every `frame_ms`."""
        if self._next is None or now_ms < self._starts_ms:
            return Played.IDLE, None
        self._since_correction += 1
        if self._since_correction >= _CORRECTION_FRAMES:
            self._since_correction = 0
            off_ms = self.delay_ms(now_ms) - self.target_ms
            if off_ms < 0:
                self.counts.stretched += 1
                return Played.STRETCHED, None
            # The half frame keeps a target that moves a little from undoing what it has just done.
            if 2 * off_ms > 3 * self._rules.frame_ms:
                self.counts.skipped += self._frames.pop(self._next, None) is not None
                self._next += 1
        return self._play()

    def _play(self) -> tuple[Played, P | None]:
        assert self._next is not None, "it has started"
        payload = self._frames.pop(self._next, None)
        self._next += 1
        if payload is not None:
            self._missing = 0
            self.counts.played += 1
            return Played.FRAME, payload
        self._missing += 1
        if self._missing >= self._rules.idle_frames:
            self._idle_from = self._next
            self._next = min(self._frames, default=None)
            self._missing = 0
        self.counts.lost += 1
        return Played.LOST, None

    def _begin(self, ssrc: int, timestamp: int) -> None:
        """Forget the stream before; what is played next is what comes now."""
        if self._ssrc is not None:
            self.counts.resets += 1
        self._ssrc = ssrc
        self._frames.clear()
        self._transits_ms.clear()
        self._last_timestamp, self._last_index = timestamp, 0
        self._next = None
        self._idle_from = 0
        self._missing = self._stragglers = 0

    def _start(self, index: int, now_ms: int) -> None:
        self._next = index
        self._starts_ms = now_ms + self.target_ms
        self._since_correction = 0

    def _index_of(self, timestamp: int) -> int:
        """Return the frame's place in the stream: timestamps wrap round, places do not."""
        ahead = (timestamp - self._last_timestamp) % _TIMESTAMPS
        if ahead >= _TIMESTAMPS // 2:
            ahead -= _TIMESTAMPS
        index = self._last_index + round(ahead / self._rules.ticks_per_frame)
        if index > self._last_index:
            self._last_timestamp, self._last_index = timestamp, index
        return index

    def _is_of_another_past(self, index: int, first: int) -> bool:
        is_old = index < first - _JUMP_FRAMES
        self._stragglers = self._stragglers + 1 if is_old else 0
        return self._stragglers >= _STRAGGLERS_MAX

    def _note_transit(self, index: int, now_ms: int) -> None:
        self._transits_ms.append(now_ms - index * self._rules.frame_ms)
