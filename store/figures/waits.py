"""How long a case that enters a queue will wait, learnt from how the queue moves.

The point estimate is the queue-length one: a case at place n waits for n departures, so
n x the mean gap between departures of a busy queue (QL in Ibrahim & Whitt, "Real-time delay
estimation based on delay history", M&SOM 2009; there the gap is 1 / (servers x rate), here it is
measured, because agents are shared between queues and take several cases).

Around it, a range. Were the gaps exponential, the wait would be gamma distributed with shape n, and
its cube root nearly normal (Wilson & Hilferty 1931):

    (wait / estimate) ** (1/3) = 1 - 1 / (9k) + z / (3 sqrt(k))

with k = n, lessened because the mean gap itself is known from m gaps only: 1/k = 1/n + 1/m.
They are not quite exponential, cases overtake, clients leave, agents come and go: so the two
quantiles of z are not taken from a table but learnt. Each wait that ends moves them a little, by
whether it ended below or above the range that was announced for it. A quantile that stays bounded
has then been missed, in the long run, by exactly the share it is meant to be, (1 - LEVEL) / 2 on
either side, whatever the waits are distributed like and however late they end (adaptive conformal
inference, Gibbs & Candes, NeurIPS 2021; in this form the quantile tracker of Angelopoulos, Candes
& Tibshirani, "Conformal PID control for time series prediction", NeurIPS 2023).
"""

from math import sqrt

from msgspec import Struct

from store.schema.figures import WaitRange

# Four out of five waits should end within their range.
LEVEL = 0.8
# Fewer gaps than this are no experience: nothing is said rather than a guess.
LEAST_GAPS = 12
# The weight of the newest gap: the mean follows the last thirty or so departures.
_NEWEST = 1 / 32
# How many gaps a mean of such weights is worth.
_MOST_WORTH = 2 / _NEWEST - 1
# The tenth and ninetieth percentile of a normal law, where learning begins.
_NORMAL = 1.2816
# How far one wait moves a quantile, in units of z.
_STEP = 0.05
_BEYOND = (1 - LEVEL) / 2
# A queue that has not moved for so many mean gaps has stopped: chance does that once in 60,000.
_STALLED_GAPS = 11
# Beyond this it is not a wait any more, and no range helps.
_LONGEST_MS = 4 * 3_600_000
_MINUTE_MS = 60_000
# Ranges above ten minutes are told in steps of five.
_COARSE_FROM_MS = 10 * _MINUTE_MS
_COARSE_MS = 5 * _MINUTE_MS


class Estimate(Struct, frozen=True, kw_only=True):
    """What was foreseen for one case when it entered its queue."""

    at_ms: int
    low_ms: float
    high_ms: float

    @property
    def announced(self) -> WaitRange:
        """What is told of it."""
        low, high = (_step(ms) for ms in (self.low_ms, self.high_ms))
        return WaitRange(
            low_ms=int(self.low_ms // low * low), high_ms=int(-(-self.high_ms // high) * high)
        )


class Pace(Struct, kw_only=True):
    """How fast one queue moves, and how far waits have been from what was foreseen."""

    gap_ms: float = 0.0
    gaps: int = 0
    # The last departure, or when the queue last began to be busy.
    moved_ms: int = 0
    low: float = -_NORMAL
    high: float = _NORMAL

    def begin(self, at_ms: int) -> None:
        """Note that somebody waits again after nobody did."""
        self.moved_ms = at_ms

    def depart(self, at_ms: int) -> None:
        """Learn from a case that had to wait and was given to somebody."""
        self.gaps += 1
        weight = max(1 / self.gaps, _NEWEST)
        self.gap_ms += weight * (at_ms - self.moved_ms - self.gap_ms)
        self.moved_ms = at_ms

    def estimate(self, place: int, at_ms: int) -> Estimate | None:
        """Return how long the case at `place` (1 is next) waits from now, if that is known."""
        if self.gaps < LEAST_GAPS or self.gap_ms <= 0:
            return None
        if at_ms - self.moved_ms > _STALLED_GAPS * self.gap_ms:
            return None
        mean_ms = place * self.gap_ms
        shape = 1 / (1 / place + 1 / min(self.gaps, _MOST_WORTH))
        # Where waits are all alike the two may meet, and pass each other by a step.
        low_ms, high_ms = sorted(mean_ms * _factor(z, shape) for z in (self.low, self.high))
        if high_ms > _LONGEST_MS:
            return None
        return Estimate(at_ms=at_ms, low_ms=low_ms, high_ms=high_ms)

    def learn(self, estimate: Estimate, waited_ms: int) -> None:
        """Move the quantiles by how a wait ended that was foreseen."""
        self.low += _STEP * (_BEYOND - (waited_ms < estimate.low_ms))
        self.high += _STEP * ((waited_ms > estimate.high_ms) - _BEYOND)


def _factor(z: float, shape: float) -> float:
    root = max(1 - 1 / (9 * shape) + z / (3 * sqrt(shape)), 0.0)
    return root * root * root


def _step(ms: float) -> int:
    return _MINUTE_MS if ms < _COARSE_FROM_MS else _COARSE_MS
