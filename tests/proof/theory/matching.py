"""Who serves whom on a skill graph, first come first served and longest idle first, exactly.

I. Adan and G. Weiss (2014), "A skill based parallel service system under FCFS-ALIS - steady state,
overloads, and abandonments", Stochastic Systems 4; the matching rates are those of their (2012)
"Exact FCFS matching rates for two infinite multi-type sequences", Operations Research 60, for
Poisson arrivals and exponential servers. `test_matching.py` checks the product form by the
balance equations themselves.

A state: the busy servers in the order in which their clients arrived, after each the number of
clients who arrived later and wait, up to the next busy server's; then the idle servers, the
longest idle last. A client who waits between two busy servers can be served by those before it
only, and which of the types of such clients it is of is as likely as that type arrives.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import permutations
from math import prod
from typing import NamedTuple


class Graph(NamedTuple):
    """Types of clients and servers by name, with their rates, and who can serve whom."""

    arrivals: Mapping[str, Fraction]
    services: Mapping[str, Fraction]
    edges: frozenset[tuple[str, str]]

    def only(self, servers: tuple[str, ...]) -> Fraction:
        """Return the rate of clients whom nobody but these can serve."""
        return self._rate({kind for kind in self.arrivals if self.servers_of(kind) <= set(servers)})

    def any_of(self, servers: tuple[str, ...]) -> Fraction:
        """Return the rate of clients whom some of these can serve."""
        return self._rate({kind for kind, server in self.edges if server in servers})

    def only_and_by(self, servers: tuple[str, ...], server: str) -> dict[str, Fraction]:
        """Return the rates of types that nobody but these can serve, and this one can."""
        return {
            kind: rate
            for kind, rate in self.arrivals.items()
            if server in self.servers_of(kind) <= set(servers)
        }

    def servers_of(self, kind: str) -> set[str]:
        """Return who can serve clients of the type."""
        return {server for each, server in self.edges if each == kind}

    def _rate(self, kinds: set[str]) -> Fraction:
        return sum((self.arrivals[kind] for kind in kinds), Fraction(0))


class State(NamedTuple):
    """Busy servers, the clients who wait after each, and the idle servers."""

    busy: tuple[str, ...]
    waiting: tuple[int, ...]
    idle: tuple[str, ...]


def weight(graph: Graph, state: State) -> Fraction:
    """Return the chance of a state, but for a factor that all have in common."""
    loads = _loads(graph, state.busy)
    queues = prod(
        (load**count for load, count in zip(loads, state.waiting, strict=True)), start=Fraction(1)
    )
    return queues * _empty_weight(graph, state.busy, state.idle)


def matching_shares(graph: Graph) -> dict[tuple[str, str], Fraction]:
    """Return, for each type and server, the share of all clients that are such a pair.

    A pair is made when a client finds the server idle, or when the server ends and finds the
    client to be the first that it can serve.
    """
    rates: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for busy, idle in _orders(graph):
        loads = _loads(graph, busy)
        chance = _empty_weight(graph, busy, idle)
        for kind, rate in graph.arrivals.items():
            able = [server for server in idle if (kind, server) in graph.edges]
            if able:
                rates[kind, able[-1]] += rate * chance * prod(1 / (1 - load) for load in loads)
        for place, server in enumerate(busy):
            for kind, share in _next_served(graph, busy, place, loads).items():
                rates[kind, server] += graph.services[server] * chance * share
    total = sum(rates.values())
    return {pair: rate / total for pair, rate in sorted(rates.items())}


def _next_served(
    graph: Graph, busy: tuple[str, ...], place: int, loads: list[Fraction]
) -> dict[str, Fraction]:
    """Return the weight of each type of client whom the server at this place may take next.

    Summed over all queue lengths. In each gap the clients whom it can serve are a share p of those
    who wait there: it finds none among n with chance (1 - p)^n, and the sum of load^n (1 - p)^n
    over n is 1 / (1 - load (1 - p)).
    """
    server = busy[place]
    taken: dict[str, Fraction] = defaultdict(Fraction)
    # Those who wait before this server's own client cannot be served by it.
    none_before = prod((1 / (1 - load) for load in loads[:place]), start=Fraction(1))
    for gap in range(place, len(busy)):
        able = graph.only_and_by(busy[: gap + 1], server)
        after = prod((1 / (1 - load) for load in loads[gap + 1 :]), start=Fraction(1))
        waiting_rate = graph.only(busy[: gap + 1])
        p = sum(able.values(), Fraction(0)) / waiting_rate if waiting_rate else Fraction(0)
        none_here = 1 / (1 - loads[gap] * (1 - p))
        some_here = 1 / (1 - loads[gap]) - none_here
        for kind, rate in able.items():
            taken[kind] += none_before * some_here * after * rate / sum(able.values())
        none_before *= none_here
    return taken


def _orders(graph: Graph) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for order in permutations(graph.services):
        for count in range(len(order) + 1):
            yield order[:count], order[count:]


def _loads(graph: Graph, busy: tuple[str, ...]) -> list[Fraction]:
    """Return, for each gap, the rate of clients who join it over the rate at which they go."""
    return [
        graph.only(busy[: place + 1]) / _speed(graph, busy[: place + 1])
        for place in range(len(busy))
    ]


def _empty_weight(graph: Graph, busy: tuple[str, ...], idle: tuple[str, ...]) -> Fraction:
    """Return the weight of these servers with nobody waiting."""
    working = prod(
        (1 / _speed(graph, busy[: place + 1]) for place in range(len(busy))), start=Fraction(1)
    )
    resting = prod(
        (1 / graph.any_of(idle[place:]) for place in range(len(idle))), start=Fraction(1)
    )
    return working * resting


def _speed(graph: Graph, servers: tuple[str, ...]) -> Fraction:
    return sum((graph.services[server] for server in servers), Fraction(0))
