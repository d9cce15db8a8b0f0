"""Announced waits hold as often as they say, on queues whose law is known and when it changes."""

import random
from collections import deque
from itertools import pairwise

import pytest
from msgspec import Struct

from store.figures.waits import LEAST_GAPS, LEVEL, Estimate, Pace

MINUTE_MS = 60_000


class Ended(Struct):
    """One wait that was foreseen, and how long it was."""

    estimate: Estimate
    waited_ms: float

    @property
    def is_inside(self) -> bool:
        return self.estimate.low_ms <= self.waited_ms <= self.estimate.high_ms


class Waiting(Struct):
    arrived_ms: float
    patience_ms: float
    estimate: Estimate | None


class Hall:
    """An M/M/c(+M) queue: first come, first served, everything exponential."""

    def __init__(self, seed: int, *, patience_ms: float = 0) -> None:
        self.pace = Pace()
        self.ended: list[Ended] = []
        self.silent = 0
        self.patience_ms = patience_ms
        self._random = random.Random(seed)  # noqa: S311 - chance for a simulation
        self._now_ms = 0.0
        self._waiting: deque[Waiting] = deque()
        self._busy_until: list[float] = []

    def run(self, arrivals: int, *, servers: int, load: float, service_ms: float) -> None:
        """Let so many arrive at `load` times what the servers can do."""
        gap_ms = service_ms / (servers * load)
        for _ in range(arrivals):
            next_ms = self._now_ms + self._random.expovariate(1 / gap_ms)
            while self._busy_until and min(self._busy_until) <= next_ms:
                self._free(service_ms)
            self._now_ms = next_ms
            if len(self._busy_until) < servers:
                self._serve(service_ms)
            else:
                self._line_up()

    def _line_up(self) -> None:
        patience = self._random.expovariate(1 / self.patience_ms) if self.patience_ms else 1e18
        if not self._waiting:
            self.pace.begin(round(self._now_ms))
        estimate = self.pace.estimate(len(self._waiting) + 1, round(self._now_ms))
        self.silent += estimate is None
        self._waiting.append(Waiting(self._now_ms, patience, estimate))

    def _free(self, service_ms: float) -> None:
        self._now_ms = min(self._busy_until)
        self._busy_until.remove(self._now_ms)
        while self._waiting:
            first = self._waiting.popleft()
            waited_ms = self._now_ms - first.arrived_ms
            if waited_ms > first.patience_ms:
                self._end(first, first.patience_ms, is_served=False)
                continue
            self.pace.depart(round(self._now_ms))
            self._end(first, waited_ms, is_served=True)
            self._serve(service_ms)
            return

    def _serve(self, service_ms: float) -> None:
        self._busy_until.append(self._now_ms + self._random.expovariate(1 / service_ms))

    def _end(self, one: Waiting, waited_ms: float, *, is_served: bool) -> None:
        if one.estimate is None or not (is_served or waited_ms > one.estimate.high_ms):
            return
        self.pace.learn(one.estimate, round(waited_ms))
        self.ended.append(Ended(one.estimate, waited_ms))


def coverage(ended: list[Ended]) -> float:
    return sum(one.is_inside for one in ended) / len(ended)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.8), (5, 0.9), (20, 0.95), (100, 0.97)])
def test_ranges_hold_as_often_as_they_say(servers: int, load: float) -> None:
    hall = Hall(seed=servers)
    hall.run(20_000, servers=servers, load=load, service_ms=5 * MINUTE_MS)
    assert coverage(hall.ended) == pytest.approx(LEVEL, abs=0.01)


@pytest.mark.parametrize("patience_min", [4, 30])
def test_ranges_hold_when_clients_leave(patience_min: int) -> None:
    hall = Hall(seed=3, patience_ms=patience_min * MINUTE_MS)
    hall.run(20_000, servers=10, load=1.2, service_ms=5 * MINUTE_MS)
    assert coverage(hall.ended) == pytest.approx(LEVEL, abs=0.01)


def test_ranges_hold_through_changes_of_staff() -> None:
    hall = Hall(seed=5)
    soon: list[Ended] = []
    for servers in (20, 10, 20, 10):
        hall.run(5_000, servers=servers, load=0.93, service_ms=5 * MINUTE_MS)
        before = len(hall.ended)
        # Half of them leave, and the queue grows for the rest of the hour.
        hall.run(300, servers=servers // 2, load=1.5, service_ms=5 * MINUTE_MS)
        soon += hall.ended[before:]
    assert coverage(hall.ended) == pytest.approx(LEVEL, abs=0.01)
    assert coverage(soon) > 0.6


def test_ranges_are_not_wider_than_chance_makes_them() -> None:
    hall = Hall(seed=7)
    hall.run(20_000, servers=20, load=0.95, service_ms=5 * MINUTE_MS)
    gap_ms = 5 * MINUTE_MS / 20
    late = [one.estimate for one in hall.ended[-2_000:]]
    widths = sorted((x.high_ms - x.low_ms) / gap_ms for x in late)
    # Of twenty cases ahead, a gamma law of shape 20 holds four fifths within 11.5 gaps.
    assert widths[len(widths) // 2] < 20


def moving(gaps: int, gap_ms: int = MINUTE_MS) -> Pace:
    """A queue that was busy all the time and moved so often."""
    pace = Pace()
    for number in range(gaps):
        pace.depart((number + 1) * gap_ms)
    return pace


def test_nothing_is_said_without_experience() -> None:
    ready = moving(LEAST_GAPS)
    assert moving(LEAST_GAPS - 1).estimate(1, ready.moved_ms) is None
    assert ready.estimate(1, ready.moved_ms) is not None


def test_nothing_is_said_of_a_queue_that_has_stopped() -> None:
    pace = moving(20)
    assert pace.estimate(3, pace.moved_ms + 11 * MINUTE_MS) is not None
    assert pace.estimate(3, pace.moved_ms + 11 * MINUTE_MS + 1) is None


def test_nothing_is_said_of_waits_beyond_hours_or_of_no_time() -> None:
    pace = moving(20)
    assert pace.estimate(120, pace.moved_ms) is not None
    assert pace.estimate(240, pace.moved_ms) is None
    assert moving(20, gap_ms=0).estimate(3, 0) is None


def test_the_first_ranges_are_those_of_the_gamma_law() -> None:
    # Percentiles 10 and 90 of a gamma law of shape 4: 1.745 and 6.681; 30 gaps blur them.
    pace = moving(1_000)
    estimate = pace.estimate(4, pace.moved_ms)
    assert estimate is not None
    assert estimate.low_ms == pytest.approx(1.745 * MINUTE_MS, rel=0.06)
    assert estimate.high_ms == pytest.approx(6.681 * MINUTE_MS, rel=0.06)


def test_further_back_waits_longer() -> None:
    pace = moving(50)
    found = [pace.estimate(place, pace.moved_ms) for place in range(1, 60)]
    ranges = [x for x in found if x is not None]
    assert len(ranges) == 59
    for near, far in pairwise(ranges):
        assert near.low_ms < far.low_ms
        assert near.high_ms < far.high_ms


@pytest.mark.parametrize(
    ("low_ms", "high_ms", "told"),
    [
        (0.0, 30_000.0, (0, 60_000)),
        (59_999.0, 60_000.0, (0, 60_000)),
        (125_000.0, 240_001.0, (120_000, 300_000)),
        (540_000.0, 660_000.0, (540_000, 900_000)),
        (800_000.0, 1_300_000.0, (600_000, 1_500_000)),
    ],
)
def test_announced_ranges_are_round_and_never_narrower(
    low_ms: float, high_ms: float, told: tuple[int, int]
) -> None:
    announced = Estimate(at_ms=0, low_ms=low_ms, high_ms=high_ms).announced
    assert (announced.low_ms, announced.high_ms) == told


def test_alike_waits_narrow_the_range_until_it_turns() -> None:
    pace = moving(100)
    ranges = []
    for _ in range(3_000):
        estimate = pace.estimate(2, pace.moved_ms)
        assert estimate is not None
        pace.learn(estimate, 2 * MINUTE_MS)
        ranges.append((estimate.low_ms, estimate.high_ms))
    assert all(low_ms <= high_ms for low_ms, high_ms in ranges)
    assert ranges[-1] == pytest.approx((2 * MINUTE_MS, 2 * MINUTE_MS), rel=0.05)
