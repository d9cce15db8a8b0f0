"""Skill graphs: who serves whom, against the exact rates of Adan and Weiss."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from itertools import permutations, product

import pytest

from router.simulation.jobs import CaseTrace
from router.simulation.scenario import AgentGroup, CaseClass, Exponential, QueueRules, Scenario
from store.schema.ids import QueueId
from tests.proof.theory.matching import Graph, State, matching_shares, weight
from tests.proof.theory.trials import (
    PER_HOUR,
    PLAIN,
    UNIT_S,
    Check,
    Effort,
    assert_all,
    simulated,
    skills,
)


def graph(arrivals: dict[str, str], services: dict[str, str], edges: dict[str, str]) -> Graph:
    """Return a graph; edges: for each type the servers, one letter each."""
    return Graph(
        {kind: Fraction(rate) for kind, rate in arrivals.items()},
        {server: Fraction(rate) for server, rate in services.items()},
        frozenset((kind, server) for kind, servers in edges.items() for server in servers),
    )


# In mean handling times.
WARM_UP = 30
GRAPHS = {
    "N": graph({"one": "0.5", "two": "0.9"}, {"a": "1", "b": "1"}, {"one": "a", "two": "ab"}),
    "W": graph(
        {"one": "0.4", "two": "0.6", "three": "0.3"},
        {"a": "1", "b": "0.8"},
        {"one": "a", "two": "ab", "three": "b"},
    ),
    "chain": graph(
        {"one": "0.5", "two": "0.7", "three": "0.9"},
        {"a": "1", "b": "0.8", "c": "1.25"},
        {"one": "ab", "two": "bc", "three": "c"},
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_product_form_balances_every_state(name: str) -> None:
    """What flows into each state flows out of it, exactly: the formula needs no trust."""
    among = GRAPHS[name]
    waiting_most = 3
    into: dict[State, Fraction] = defaultdict(Fraction)
    states = list(_states(among, waiting_most))
    for state in states:
        for rate, following in _moves(among, state):
            into[following] += rate * weight(among, state)
    checked = [state for state in states if sum(state.waiting) < waiting_most]
    assert len(checked) > 10
    for state in checked:
        out = sum(rate for rate, _ in _moves(among, state))
        assert into[state] == out * weight(among, state), state


@pytest.mark.parametrize("name", GRAPHS)
def test_who_serves_whom_on_a_skill_graph(effort: Effort, name: str) -> None:
    among = GRAPHS[name]
    theory = matching_shares(among)
    assert sum(theory.values()) == 1
    pairs: dict[int, Counter[tuple[str, str]]] = {
        seed: Counter() for seed in range(1, effort.runs + 1)
    }

    def keep(seed: int, trace: CaseTrace) -> None:
        if trace.agent is not None and trace.arrived_s >= WARM_UP * UNIT_S:
            server = trace.agent.removeprefix("agent_").partition("-")[0]
            pairs[seed][trace.line, server] += 1

    simulated(_scenario(among), effort, (WARM_UP, 150), keep)
    assert {pair for found in pairs.values() for pair in found} == among.edges
    assert_all(list(_checks(among, theory, pairs.values())))


def _checks(
    among: Graph,
    theory: Mapping[tuple[str, str], Fraction],
    runs: Collection[Counter[tuple[str, str]]],
) -> Iterator[Check]:
    """Yield, for each type with a choice, who served it: how many came varies by itself."""
    for kind in among.arrivals:
        servers = sorted(among.servers_of(kind))
        # The last one serves the rest.
        for server in servers[:-1]:
            of_kind = sum(theory[kind, each] for each in servers)
            yield Check(
                f"{kind} by {server}",
                float(theory[kind, server] / of_kind),
                [run[kind, server] / sum(run[kind, each] for each in servers) for run in runs],
            )


def _scenario(among: Graph) -> Scenario:
    """Return a queue and a skill for each type, and an agent for each server."""
    return Scenario(
        queues=tuple(
            QueueRules(queue=QueueId(f"queue_{kind}"), required=skills(kind))
            for kind in among.arrivals
        ),
        agents=tuple(
            AgentGroup(
                name=server,
                count=1,
                capacity=1,
                pace=float(1 / rate),
                skills=skills(*(kind for kind, by in sorted(among.edges) if by == server)),
            )
            for server, rate in among.services.items()
        ),
        classes=tuple(
            CaseClass(
                name=kind,
                queue=QueueId(f"queue_{kind}"),
                arrivals_per_hour=float(rate) * PER_HOUR,
                handling=Exponential(mean_s=UNIT_S),
            )
            for kind, rate in among.arrivals.items()
        ),
        duration_h=1,
        policy=PLAIN,
    )


# The chain itself, told as what happens and not as a formula.


def _states(among: Graph, waiting_most: int) -> list[State]:
    found = []
    for order in permutations(among.services):
        for count in range(len(order) + 1):
            busy, idle = order[:count], order[count:]
            for waiting in product(range(waiting_most + 1), repeat=count):
                gaps = zip(waiting, range(1, count + 1), strict=True)
                is_possible = all(not number or among.only(busy[:upto]) for number, upto in gaps)
                if is_possible and sum(waiting) <= waiting_most:
                    found.append(State(busy, waiting, idle))
    return found


def _moves(among: Graph, state: State) -> list[tuple[Fraction, State]]:
    moves = [_arrival(among, state, kind) for kind in among.arrivals]
    for place, server in enumerate(state.busy):
        moves += [
            (among.services[server] * chance, following)
            for chance, following in _ends(among, state, place)
        ]
    return moves


def _arrival(among: Graph, state: State, kind: str) -> tuple[Fraction, State]:
    busy, waiting, idle = state
    able = [server for server in idle if (kind, server) in among.edges]
    if able:
        rest = tuple(server for server in idle if server != able[-1])
        return among.arrivals[kind], State((*busy, able[-1]), (*waiting, 0), rest)
    return among.arrivals[kind], State(busy, (*waiting[:-1], waiting[-1] + 1), idle)


def _ends(among: Graph, state: State, place: int) -> list[tuple[Fraction, State]]:
    """Return what may follow when the server at this place ends: whom it takes, or nobody."""
    busy, waiting, idle = state
    server = busy[place]
    found = []
    passed_by = Fraction(1)
    for gap in range(place, len(busy)):
        here = among.only(busy[: gap + 1])
        able = sum(among.only_and_by(busy[: gap + 1], server).values(), Fraction(0))
        share = able / here if here else Fraction(0)
        for before in range(waiting[gap]):
            after = waiting[gap] - before - 1
            order = [*zip(busy, waiting, strict=True)]
            order[gap] = (busy[gap], before)
            order.insert(gap + 1, (server, after))
            if passed_by * share:
                found.append((passed_by * share, State(*_without(order, place), idle)))
            passed_by *= 1 - share
    if passed_by:
        order = [*zip(busy, waiting, strict=True)]
        found.append((passed_by, State(*_without(order, place), (server, *idle))))
    return found


def _without(order: list[tuple[str, int]], place: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Take a server out; who waited after it waits after the one before it."""
    _, moved = order[place]
    if place:
        server, count = order[place - 1]
        order[place - 1] = (server, count + moved)
    else:
        assert not moved, "the first server can serve all who wait for it alone"
    del order[place]
    return tuple(server for server, _ in order), tuple(count for _, count in order)
