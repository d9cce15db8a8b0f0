"""The promises of the router as checks of its state, each by brute force."""

from router.core.router import Router
from router.core.state import WORKED_ON, Agent, Case, State
from store.schema import events as e
from store.schema.codec import decode_events, encode
from store.schema.ids import AgentId, QueueId
from store.schema.terms import CaseStatus


def check_promises(router: Router, now_ms: int) -> None:
    """Assert every promise that a state alone can show, right after `tick(now_ms)`."""
    state = router.state
    _one_holder(state)
    _loads_add_up(state)
    _deadlines_are_ahead(state, now_ms)
    _nobody_waits_for_nothing(state, now_ms)


def check_decisions(router: Router, events: list[e.AnyEvent], units: int = 1) -> None:
    """Assert that no decision of the router passed the cap (G3)."""
    for event in events:
        if isinstance(event, e.CaseDecided):
            assert event.load + units <= router.state.agents[event.agent].capacity


def replayed(log: list[e.AnyEvent]) -> Router:
    """Return a router rebuilt from the log as it is stored."""
    router = Router()
    for event in decode_events(encode(log)):
        router.apply(event)
    return router


def eligible(state: State, agent: Agent, case: Case, now_ms: int) -> bool:
    """Whether the agent may be given the case by the router: the plain definition."""
    if not (agent.is_receiving and agent.has_room(case)) or agent.agent in case.excluded:
        return False
    queue = state.queues[case.queue]
    opened = [ring.queue for ring in queue.rings if case.enqueued_at_ms + ring.after_ms <= now_ms]
    return any(_is_skilled(state, agent, name) for name in (case.queue, *opened))


def _is_skilled(state: State, agent: Agent, name: QueueId) -> bool:
    queue = state.queues.get(name)
    levels = {level.skill: level.level for level in agent.skills}
    return queue is not None and all(
        levels.get(need.skill, 0) >= need.level for need in queue.required
    )


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


def _deadlines_are_ahead(state: State, now_ms: int) -> None:
    for case in state.cases.values():
        assert case.offer is None or case.offer.deadline_ms > now_ms
        assert case.closes_at_ms is None or case.closes_at_ms > now_ms
        if case.preferred is not None and case.is_waiting:
            assert case.preferred_until_ms > now_ms
            assert state.agents[case.preferred].is_receiving
    for agent in state.agents.values():
        assert agent.grace_ends_ms is None or agent.grace_ends_ms > now_ms
    assert state.offers == {
        case.offer.offer: case.case for case in state.cases.values() if case.offer is not None
    }


def _nobody_waits_for_nothing(state: State, now_ms: int) -> None:
    for case in state.cases.values():
        if case.is_waiting:
            free = [
                agent.agent
                for agent in state.agents.values()
                if case.preferred in {None, agent.agent} and eligible(state, agent, case, now_ms)
            ]
            assert not free, (case, free)
