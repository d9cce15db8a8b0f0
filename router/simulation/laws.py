"""Draws durations, in whole milliseconds, from the laws of a scenario."""

import math
from collections.abc import Callable, Iterator
from random import Random

from router.simulation.scenario import (
    HOURS_OF_DAY,
    NORMAL_P90,
    AnyLaw,
    Exponential,
    Fixed,
    Law,
    LogNormal,
    Never,
)

HOUR_MS = 3_600_000
DAY_MS = HOURS_OF_DAY * HOUR_MS

Draw = Callable[[], int]


def stream(seed: int, *names: str) -> Random:
    """Return a source of randomness of its own for one purpose.

    So that another policy or staffing meets the very same clients: what one purpose draws does
    not move what another gets.
    """
    return Random("/".join((str(seed), *names)))  # noqa: S311 - a simulation, not a secret


def draws(law: Law, random: Random) -> Draw:
    """Return what draws one duration of the law."""
    match law:
        case Exponential():
            per_ms = 1 / (law.mean_s * 1000)
            exponential = random.expovariate
            return lambda: round(exponential(per_ms))
        case LogNormal():
            sigma = _sigma(law)
            mu = math.log(law.mean_s * 1000) - sigma * sigma / 2
            log_normal = random.lognormvariate
            return lambda: round(log_normal(mu, sigma))
        case Fixed():
            fixed_ms = round(law.mean_s * 1000)
            return lambda: fixed_ms


def draws_or_never(law: AnyLaw, random: Random) -> Draw | None:
    """Return what draws one duration of the law; None when it never happens."""
    return None if isinstance(law, Never) else draws(law, random)


def arrivals(
    rates: float | tuple[float, ...], random: Random, starts_ms: int, ends_ms: int
) -> Iterator[int]:
    """Yield the arrival times of a Poisson stream, or of one whose rate changes each hour.

    Without memory, a stream may begin anew where its rate changes.
    """
    if isinstance(rates, tuple):
        for hour_ms in range(starts_ms - starts_ms % HOUR_MS, ends_ms, HOUR_MS):
            rate = rates[hour_ms % DAY_MS // HOUR_MS]
            within = max(starts_ms, hour_ms), min(ends_ms, hour_ms + HOUR_MS)
            yield from arrivals(rate, random, *within)
        return
    if not rates:
        return
    per_ms = rates / HOUR_MS
    at_ms = starts_ms + random.expovariate(per_ms)
    while at_ms < ends_ms:
        yield int(at_ms)
        at_ms += random.expovariate(per_ms)


def _sigma(law: LogNormal) -> float:
    """Return sigma; from a p90, the root of ln(p90 / mean) = z sigma - sigma²/2 that is less."""
    if law.sigma is not None:
        return law.sigma
    assert law.p90_s is not None
    apart = math.log(law.p90_s / law.mean_s)
    return NORMAL_P90 - math.sqrt(max(0.0, NORMAL_P90 * NORMAL_P90 - 2 * apart))
