"""What is kept for one case or one agent: offers, waits for a preferred agent, earmarks."""

import heapq

from router.core.seekers import cause_of
from router.core.state import Agent, Case, Client
from router.core.turn import Turn
from store.schema import events as e
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import EarmarkCause, OfferOutcome

_ITSELF = AgentId("")

# Ending.


def let_go(turn: Turn, case: Case) -> None:
    """End what reserves a case that is about to move: its offer, its wait, its earmark."""
    if case.offer is not None:
        end_offer(turn, case, OfferOutcome.WITHDRAWN)
    end_preference(turn, case)
    end_earmark(turn, case)


def end_offer(turn: Turn, case: Case, outcome: OfferOutcome) -> None:
    """Record how the case's live offer ended."""
    offer = case.live_offer
    turn.record(
        e.OfferEnded(**turn.of(case), offer=offer.offer, agent=offer.agent, outcome=outcome)
    )


def end_preference(turn: Turn, case: Case) -> None:
    """Let anybody eligible take a case that waited for one agent."""
    if case.preferred is not None:
        turn.record(e.PreferenceEnded(**turn.of(case), agent=case.preferred))


def end_earmark(turn: Turn, case: Case) -> None:
    """Keep nobody free for the case any more."""
    if case.earmark is not None:
        turn.record(e.EarmarkEnded(**turn.of(case), agent=case.earmark))


def end_unfit(turn: Turn, agent: Agent) -> None:
    """End what the agent is awaited or kept free for and could not take any more."""
    for case in _awaiting(turn, agent):
        if not may_take_soon(turn, agent, case):
            end_preference(turn, case)
    case_kept = turn.state.cases.get(agent.earmarked) if agent.earmarked is not None else None
    if case_kept is not None and not _is_fit(turn, agent, case_kept):
        end_earmark(turn, case_kept)


def end_unfit_in(turn: Turn, queue: QueueId) -> None:
    """End what the queue's cases wait for and keep free, of agents who do not serve it any more."""
    reserved: set[AgentId | None] = set()
    for case in turn.state.cases.values():
        if case.queue == queue:
            reserved.update((case.preferred, case.earmark))
    for agent in turn.state.agents.values():
        if agent.agent in reserved:
            end_unfit(turn, agent)


# Waiting for a known agent.


def await_known_agent(turn: Turn, case: Case) -> None:
    """Hold a case just queued for the agent its client knows, if that one may take it soon."""
    client = turn.state.clients.get(case.client) or Client()
    rules = turn.state.policy
    known: list[tuple[AgentId | None, int, str]] = [
        (name, rules.named_agent_hold_ms, "named_agent") for name in client.named_agents
    ]
    known.append((client.last_agent, rules.last_agent_hold_ms, "last_agent"))
    for name, hold_ms, why in known:
        agent = turn.state.agents.get(name) if name is not None else None
        if hold_ms and agent is not None and may_take_soon(turn, agent, case):
            turn.record(
                e.CasePreferred(
                    **turn.of(case), agent=agent.agent, until_ms=turn.now_ms + hold_ms, why=why
                )
            )
            return


def may_take_soon(turn: Turn, agent: Agent, case: Case) -> bool:
    """Whether it is worth waiting for this agent."""
    return agent.earmarked in {None, case.case} and _is_fit(turn, agent, case)


def _is_fit(turn: Turn, agent: Agent, case: Case) -> bool:
    return (
        agent.is_receiving
        and case.units <= agent.capacity
        and turn.matching.serves(agent, case.queue)
    )


def _awaiting(turn: Turn, agent: Agent) -> list[Case]:
    """Return the waiting cases that prefer the agent, the first in order first."""
    cases = [turn.state.cases[name] for name in turn.matching.awaiting(agent.agent)]
    return sorted(cases, key=lambda case: case.rank)


# Keeping an agent free.


def keep_free(turn: Turn) -> None:
    """Find an agent for each case that wants one kept free and may find one now.

    As in giving: a case that is new to this comes by itself, an agent who is new to it names the
    first case that could have it. The first in order chooses first.
    """
    matching = turn.matching
    cases, agents = matching.seekers.news()
    new_names = {name for _, name in cases}
    nominations: list[tuple[int, CaseId, AgentId]] = [(*case, _ITSELF) for case in cases]
    asking = agents
    while True:
        for agent in asking:
            first = _first_seeker(turn, agent)
            if first is not None:
                heapq.heappush(nominations, (*first, agent))
        if not nominations:
            return
        _, name, nominator = heapq.heappop(nominations)
        asking = [] if nominator == _ITSELF else [nominator]
        if not matching.seekers.is_seeking(name):
            continue
        if _keep_for(turn, turn.state.cases[name], None if name in new_names else agents):
            # Somebody who waited for that agent may be given now, or comes before the others here.
            matching.seekers.renew([(rank, case) for rank, case, _ in nominations], agents)
            return


def _keep_for(turn: Turn, case: Case, agents: list[AgentId] | None) -> bool:
    """Keep the best agent free for the case. Whether that ended somebody's wait for them."""
    roster, cause = turn.matching.roster, cause_of(case)
    by_load = cause is EarmarkCause.DRAINING
    if agents is None:
        found = roster.spare(case, by_load=by_load)
    else:
        among = [turn.state.agents[name] for name in agents]
        found = roster.spare_among(case, among, by_load=by_load)
    if found is None:
        return False
    turn.record(e.CaseEarmarked(**turn.of(case), agent=found, cause=cause))
    waiting = _awaiting(turn, turn.state.agents[found])
    for each in waiting:
        end_preference(turn, each)
    return bool(waiting)


def _first_seeker(turn: Turn, name: AgentId) -> tuple[int, CaseId] | None:
    matching, agent = turn.matching, turn.state.agents[name]
    profile = matching.roster.of_agent[name]
    if not profile.can_be_kept(name):
        return None
    cases = turn.state.cases

    def fits(case: CaseId) -> bool:
        wanted = cases[case]
        return wanted.units <= agent.capacity and name not in wanted.excluded

    return matching.seekers.first(profile.queues, fits)
