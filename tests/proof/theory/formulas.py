"""What queueing theory says of a floor with one skill and one case at a time.

Rates are per unit of time; a wait is in the same unit.
"""

import math
from typing import NamedTuple

# States whose weight is below this share of the sum change no digit that is compared.
_NEGLIGIBLE = 1e-16


class Waiting(NamedTuple):
    """p_wait: the share of clients who wait. mean_wait: over all, those who do not wait too."""

    p_wait: float
    mean_wait: float


class Abandoning(NamedTuple):
    """As above, and the share of clients who give up."""

    p_wait: float
    mean_wait: float
    p_abandon: float


def erlang_b(servers: int, offered: float) -> float:
    """Return the share of calls lost: A. K. Erlang (1917), by the usual recursion.

    Erlang, "Solution of some problems in the theory of probabilities of significance in
    automatic telephone exchanges", Elektroteknikeren 13. offered: arrival rate / service rate.
    """
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = offered * blocked / (server + offered * blocked)
    return blocked


def erlang_c(servers: int, arrival_rate: float, service_rate: float) -> Waiting:
    """Return how clients wait in M/M/c, first come first served: Erlang (1917), second formula."""
    offered = arrival_rate / service_rate
    occupancy = offered / servers
    blocked = erlang_b(servers, offered)
    p_wait = blocked / (1 - occupancy * (1 - blocked))
    return Waiting(p_wait, p_wait / (servers * service_rate - arrival_rate))


def erlang_a(
    servers: int, arrival_rate: float, service_rate: float, impatience_rate: float
) -> Abandoning:
    """Return how clients wait and give up in M/M/c+M: C. Palm (1957).

    Palm, "Research on telephone traffic carried by full availability groups", Tele. The number of
    clients is a birth and death process, with deaths at rate min(n, c) mu + max(n - c, 0) theta;
    by Little's law, theta times the mean number of waiting clients is the rate of giving up.
    """
    weight, weights = 1.0, [1.0]
    total = 1.0
    while len(weights) <= servers or weight > _NEGLIGIBLE * total:
        number = len(weights)
        deaths = min(number, servers) * service_rate + max(0, number - servers) * impatience_rate
        weight *= arrival_rate / deaths
        weights.append(weight)
        total += weight
    waiting = sum(
        (number - servers) * each for number, each in enumerate(weights[servers:], servers)
    )
    mean_waiting = waiting / total
    return Abandoning(
        p_wait=sum(weights[servers:]) / total,
        mean_wait=mean_waiting / arrival_rate,
        p_abandon=impatience_rate * mean_waiting / arrival_rate,
    )


def two_classes(
    servers: int, first_rate: float, second_rate: float, service_rate: float
) -> tuple[float, float]:
    """Return the mean waits of two classes, the first always before the second, in M/M/c.

    A. Cobham (1954), "Priority assignment in waiting line problems", Operations Research 2; for
    several servers with one service rate also O. Kella and U. Yechiali (1985), "Waiting times in
    the non-preemptive priority M/M/c queue", Stochastic Models 1.
    """
    p_wait = erlang_c(servers, first_rate + second_rate, service_rate).p_wait
    capacity = servers * service_rate
    of_first = first_rate / capacity
    of_both = (first_rate + second_rate) / capacity
    first = p_wait / (capacity * (1 - of_first))
    return first, first / (1 - of_both)


def student_two_sided(t: float, freedom: int) -> float:
    """Return the chance that Student's t is at least so far from 0.

    The finite series for a whole number of degrees of freedom: M. Abramowitz and I. Stegun (1964),
    "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
    """
    angle = math.atan2(abs(t), math.sqrt(freedom))
    cosine = math.cos(angle)
    is_odd = freedom % 2 == 1
    term = cosine if is_odd else 1.0
    total = 0.0
    for power in range(1 if is_odd else 0, freedom - 1, 2):
        total += term
        term *= cosine * cosine * (power + 1) / (power + 2)
    inside = math.sin(angle) * total
    if is_odd:
        inside = (angle + inside) * 2 / math.pi
    return 1 - inside
