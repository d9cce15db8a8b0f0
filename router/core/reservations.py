"""What is kept for one case or one agent: offers, waits for a preferred agent, earmarks."""

from router.core.seekers import cause_of
from router.core.state import Agent, Case, Client
from router.core.turn import Turn
from store.schema import events as e
from store.schema.ids import AgentId
from store.schema.terms import CaseStatus, EarmarkCause, OfferOutcome

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
    """Find an agent for each case that wants one kept free and may find one now."""
    matching = turn.matching
    roster = matching.roster
    names, new_names, new_agents = matching.seekers.news()
    among = [turn.state.agents[agent] for agent in new_agents]
    for place, name in enumerate(names):
        case = turn.state.cases[name]
        cause = cause_of(case)
        by_load = cause is EarmarkCause.DRAINING
        if name in new_names:
            found = roster.spare(case, by_load=by_load)
        else:
            found = roster.spare_among(case, among, by_load=by_load)
        if found is None:
            continue
        turn.record(e.CaseEarmarked(**turn.of(case), agent=found, cause=cause))
        # Whoever is kept free is in nobody's reach: the index must know before the next case.
        matching.refresh(turn.floor.moved, turn.now_ms)
        waiting = _awaiting(turn, turn.state.agents[found])
        for each in waiting:
            end_preference(turn, each)
        if waiting:
            # They may be given now, or come before the others here: all that is left begins anew.
            matching.seekers.renew(new_names.intersection(names[place + 1 :]), new_agents)
            return


def is_to_come(case: Case) -> bool:
    """Whether the case is an appointment that is not due yet."""
    return case.status is CaseStatus.SCHEDULED
