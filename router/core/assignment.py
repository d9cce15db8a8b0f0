"""Giving cases to agents and taking them back: by the router's choice and by hand."""

import heapq

from router.core.state import Agent, Case
from router.core.turn import Turn
from store.schema import commands as c
from store.schema import events as e
from store.schema import scoring
from store.schema.commands import Refusal, Refused
from store.schema.ids import AgentId, CaseId, OfferId, QueueId
from store.schema.terms import (
    AssignCause,
    CaseStatus,
    OfferOutcome,
    Presence,
    QueueCause,
    RunnerUp,
)

_ITSELF = AgentId("")

# By the router's choice.


def match(turn: Turn) -> None:
    """Give what can be given.

    Before the turn no waiting case had a free agent, so only the cases and agents that the turn
    moved are looked at. The first case in order is always served before the next.
    """
    # A case that moved comes by itself; each agent that moved names the case it wants.
    nominations: list[tuple[tuple[int, ...], CaseId, AgentId]] = []
    for name in turn.moved_cases:
        case = turn.state.cases.get(name)
        if case is not None and case.is_waiting:
            nominations.append(((case.key, case.number), name, _ITSELF))
    heapq.heapify(nominations)
    asking: list[AgentId] = list(turn.moved_agents)
    turn.moved_cases.clear()
    turn.moved_agents.clear()
    while True:
        for agent in asking:
            best = turn.matching.best_case(turn.state.agents[agent])
            if best is not None:
                heapq.heappush(nominations, (*best, agent))
        if not nominations:
            break
        _, name, nominator = heapq.heappop(nominations)
        case = turn.state.cases[name]
        if case.is_waiting:
            _give_to_best(turn, case)
        asking = [] if nominator == _ITSELF else [nominator]
    turn.moved_cases.clear()
    turn.moved_agents.clear()


def _give_to_best(turn: Turn, case: Case) -> None:
    candidates = turn.matching.candidates(case)
    if not candidates:
        return
    chosen, *runners_up = candidates
    _record_decision(turn, case, chosen, tuple(runners_up))
    rule = scoring.channel_rule(turn.state.policy, case.channel)
    if not rule.is_offered:
        give(turn, case, turn.state.agents[chosen.agent], AssignCause.AUTOMATIC)
        return
    attempt = case.attempts + 1
    turn.record(
        e.CaseOffered(
            **turn.of(case),
            offer=OfferId(f"offer_{case.number}-{attempt}"),
            agent=chosen.agent,
            deadline_ms=turn.now_ms + rule.offer_ms,
            attempt=attempt,
        )
    )


def _record_decision(
    turn: Turn, case: Case, chosen: RunnerUp, runners_up: tuple[RunnerUp, ...]
) -> None:
    turn.record(
        e.CaseDecided(
            **turn.of(case),
            agent=chosen.agent,
            queue=case.queue,
            key=case.key,
            terms=case.terms,
            skill_level=chosen.skill_level,
            load=chosen.load,
            idle_since_ms=chosen.idle_since_ms,
            waited_ms=turn.now_ms - case.enqueued_at_ms,
            runners_up=runners_up,
            excluded=turn.matching.roster.excluded(case, case.queue),
        )
    )


# Steps that several commands share.


def give(turn: Turn, case: Case, agent: Agent, cause: AssignCause) -> None:
    """Make the agent the holder. A case given above the cap is marked."""
    holds_slot = case.worker == agent.agent
    is_counted = case.status is not CaseStatus.WAITING_CLIENT
    turn.record(
        e.CaseAssigned(
            **turn.of_holder(case, agent.agent),
            agent_name=agent.name,
            cause=cause,
            is_over_capacity=is_counted and not holds_slot and not agent.has_room(case),
            former=case.holder,
        )
    )


def let_go(turn: Turn, case: Case) -> None:
    """End what reserves a case that is about to move: its offer, its wait for one agent."""
    if case.offer is not None:
        end_offer(turn, case, OfferOutcome.WITHDRAWN)
    if case.preferred is not None:
        turn.record(e.PreferenceEnded(**turn.of(case), agent=case.preferred))


def end_offer(turn: Turn, case: Case, outcome: OfferOutcome) -> None:
    """Record how the case's live offer ended."""
    offer = case.live_offer
    turn.record(
        e.OfferEnded(**turn.of(case), offer=offer.offer, agent=offer.agent, outcome=outcome)
    )


def put_back(
    turn: Turn,
    case: Case,
    cause: QueueCause,
    *,
    queue: QueueId | None = None,
    former: AgentId | None = None,
) -> None:
    """Put a case in a queue, its own unless told. It keeps its age."""
    turn.record(
        e.CaseQueued(
            **turn.of_holder(case, None),
            queue=queue or case.queue,
            enqueued_at_ms=case.enqueued_at_ms,
            key=case.enqueued_at_ms - case.head_start_ms,
            cause=cause,
            former=former or case.holder,
        )
    )


def end_reservation(turn: Turn, case: Case, outcome: OfferOutcome, cause: QueueCause) -> None:
    """End an offer that was not accepted and put the case back."""
    agent = case.live_offer.agent
    end_offer(turn, case, outcome)
    let_go(turn, case)
    put_back(turn, case, cause, former=agent)


# By hand.


def pull_case(turn: Turn, command: c.PullCase) -> None:
    """Take a given waiting case oneself."""
    turn.require_staff()
    case = turn.open_case(command.case)
    agent = turn.agent(turn.actor.id)
    if not case.is_waiting:
        raise Refused(Refusal.CASE_NOT_WAITING)
    check_receiver(turn, case, agent)
    give(turn, case, agent, AssignCause.PULLED)


def assign_case(turn: Turn, command: c.AssignCase) -> None:
    """Give a case to an agent by hand."""
    case = turn.held_case(command.case)
    agent = turn.agent(command.agent)
    check_receiver(turn, case, agent)
    hand_over(turn, case, agent, AssignCause.BY_HAND)


def take_back(turn: Turn, command: c.TakeBack) -> None:
    """Take a case from its holder, or from whom it is offered to, back to its queue."""
    turn.require_leader()
    case = turn.open_case(command.case)
    former = case.offer.agent if case.offer is not None else case.holder
    if former is None:
        raise Refused(Refusal.NOT_HOLDER)
    let_go(turn, case)
    put_back(turn, case, QueueCause.TAKEN_BACK, former=former)


def check_receiver(turn: Turn, case: Case, agent: Agent) -> None:
    """Refuse an agent who cannot be given the case by this actor."""
    if not agent.is_active or agent.presence is Presence.LEAVE:
        raise Refused(Refusal.AGENT_NOT_AVAILABLE)
    if turn.is_leader or agent.agent in {case.holder, case.worker}:
        return
    if not agent.has_room(case):
        raise Refused(Refusal.AGENT_AT_CAPACITY)


def hand_over(turn: Turn, case: Case, agent: Agent, cause: AssignCause) -> None:
    """Give a case to an agent, whoever holds it or is offered it now."""
    if case.holder == agent.agent:
        return
    let_go(turn, case)
    give(turn, case, agent, cause)
