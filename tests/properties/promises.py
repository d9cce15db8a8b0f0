"""The promises of the router as checks of its state, each by brute force."""

from router.core.router import Router
from router.core.state import WORKED_ON, State
from store.schema import events as e
from store.schema.codec import decode_events, encode
from store.schema.ids import AgentId
from store.schema.terms import CaseStatus
from tests.properties.facts import Facts


def check_promises(state: State) -> None:
    """Assert every promise that a state alone can show."""
    _one_holder(state)
    _loads_add_up(state)
    assert state.offers == {
        case.offer.offer: case.case for case in state.cases.values() if case.offer is not None
    }


def check_same(state: State, facts: Facts) -> None:
    """Assert that the router remembers what the events said, and no more cases than that."""
    assert state.cases.keys() == facts.cases.keys()
    for name, case in state.cases.items():
        fact = facts.cases[name]
        assert (case.status, case.holder, case.queue) == (fact.status, fact.holder, fact.queue)
        assert set(case.excluded) == fact.excluded
        assert case.terms == fact.terms
        assert case.preferred == (None if fact.preferred is None else fact.preferred.agent)
        if case.is_waiting:
            assert case.key == fact.key
    for agent in state.agents.values():
        fact_of_agent = facts.agents[agent.agent]
        assert agent.load == facts.load(agent.agent)
        assert agent.idle_since_ms == fact_of_agent.idle_since_ms


def replayed(log: list[e.AnyEvent]) -> Router:
    """Return a router rebuilt from the log as it is stored."""
    router = Router()
    for event in decode_events(encode(log)):
        router.apply(event)
    return router


def _one_holder(state: State) -> None:
    holders: dict[str, list[AgentId]] = {}
    for agent in state.agents.values():
        for name in agent.cases:
            holders.setdefault(name, []).append(agent.agent)
    for case in state.cases.values():
        assert holders.get(case.case, []) == ([] if case.holder is None else [case.holder])
        is_held = case.status in {*WORKED_ON, CaseStatus.WAITING_CLIENT}
        assert is_held == (case.holder is not None)
        assert (case.status is CaseStatus.OFFERED) == (case.offer is not None)
    assert not state.cases.keys() & state.closed.keys()


def _loads_add_up(state: State) -> None:
    for agent in state.agents.values():
        mine = [case for case in state.cases.values() if case.worker == agent.agent]
        assert agent.load == sum(case.units for case in mine)
        assert agent.exclusives == sum(case.is_exclusive for case in mine)
        assert agent.offers == {case.case for case in mine if case.offer is not None}
