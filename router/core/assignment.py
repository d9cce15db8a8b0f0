"""Giving cases to agents and taking them back: by the router's choice and by hand."""

import heapq

from router.core.matching import Matching
from router.core.reservations import (
    end_earmark,
    end_offer,
    keep_free,
    let_go,
)
from router.core.scores import score, terms_in
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
    ChoiceCause,
    OfferOutcome,
    Presence,
    QueueCause,
    RunnerUp,
)

_ITSELF = AgentId("")
Nomination = tuple[int, CaseId, AgentId]

# By the router's choice.


def give_what_can_be_given(turn: Turn) -> None:
    """Bring cases and agents together, then keep agents free, until nothing moves."""
    matching = turn.matching
    while matching.cases or matching.agents:
        _match(turn, matching)
        keep_free(turn)
        matching = turn.matching


def _match(turn: Turn, matching: Matching) -> None:
    """Serve the first case in order that has an eligible agent, as long as there is one.

    Before the turn no waiting case had one, so only the cases and agents that moved are looked
    at: a case that moved comes by itself, an agent that moved names the case it wants.
    """
    nominations: list[Nomination] = []
    asking: dict[AgentId, None] = {}
    while True:
        for name in matching.cases:
            case = turn.state.cases.get(name)
            if case is not None and case.is_waiting:
                heapq.heappush(nominations, (case.rank, name, _ITSELF))
        asking.update(matching.agents)
        matching.cases.clear()
        matching.agents.clear()
        for agent in asking:
            best = matching.best_case(turn.state.agents[agent])
            if best is not None:
                heapq.heappush(nominations, (*best, agent))
        asking.clear()
        if not nominations:
            return
        _, name, nominator = heapq.heappop(nominations)
        if nominator != _ITSELF:
            asking[nominator] = None
        case = turn.state.cases[name]
        if case.is_waiting and not _give_to_best(turn, matching, case):
            matching.put_case(case, turn.now_ms)
        matching.refresh(turn.floor.moved, turn.now_ms)


def _give_to_best(turn: Turn, matching: Matching, case: Case) -> bool:
    cause, candidates = matching.candidates(case, turn.now_ms)
    if not candidates:
        return False
    chosen, *runners_up = candidates
    if case.earmark is not None:
        end_earmark(turn, case)
        matching.refresh(turn.floor.moved, turn.now_ms)
    _record_decision(turn, matching, case, cause, (chosen, *runners_up))
    rule = scoring.channel_rule(turn.state.policy, case.channel)
    if rule.is_offered:
        _offer(turn, case, chosen.agent, rule.offer_ms)
    else:
        give(turn, case, turn.state.agents[chosen.agent], AssignCause.AUTOMATIC)
    return True


def _offer(turn: Turn, case: Case, agent: AgentId, offer_ms: int) -> None:
    attempt = case.attempts + 1
    turn.record(
        e.CaseOffered(
            **turn.of(case),
            offer=OfferId(f"offer_{case.number}-{attempt}"),
            agent=agent,
            deadline_ms=turn.now_ms + offer_ms,
            attempt=attempt,
        )
    )


def _record_decision(
    turn: Turn,
    matching: Matching,
    case: Case,
    cause: ChoiceCause,
    ranked: tuple[RunnerUp, ...],
) -> None:
    chosen = ranked[0]
    is_compared = cause is ChoiceCause.BEST
    queues = matching.queues(case, turn.now_ms)
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
            runners_up=ranked[1:],
            excluded=matching.roster.excluded(case, queues) if is_compared else (),
            cause=cause,
        )
    )


# Steps that several commands share.


def give(
    turn: Turn, case: Case, agent: Agent, cause: AssignCause, *, starts_by_ms: int | None = None
) -> None:
    """Make the agent the holder. A case given above the cap is marked."""
    end_earmark(turn, case)
    holds_slot = case.worker == agent.agent
    is_counted = case.status is not CaseStatus.WAITING_CLIENT
    turn.record(
        e.CaseAssigned(
            **turn.of_holder(case, agent.agent),
            agent_name=agent.name,
            cause=cause,
            is_over_capacity=is_counted and not holds_slot and not agent.has_room(case),
            former=case.holder,
            starts_by_ms=starts_by_ms,
        )
    )


def put_back(
    turn: Turn,
    case: Case,
    cause: QueueCause,
    *,
    queue: QueueId | None = None,
    former: AgentId | None = None,
) -> None:
    """Put a case in a queue, its own unless told. It keeps its age, an appointment its time."""
    place, former = queue or case.queue, former or case.holder
    if case.due_at_ms is not None and turn.now_ms < case.due_at_ms:
        turn.record(
            e.CaseScheduled(
                **turn.of_holder(case, None),
                queue=place,
                due_at_ms=case.due_at_ms,
                former=former,
                cause=cause,
            )
        )
    else:
        enter_queue(turn, case, place, cause, former=former)


def enter_queue(
    turn: Turn,
    case: Case,
    queue: QueueId,
    cause: QueueCause,
    *,
    former: AgentId | None = None,
) -> None:
    """Queue a case that nobody holds any more, scored if it never was."""
    rules = turn.state.queues[queue]
    if not case.terms:
        score(turn, case, terms_in(turn, case, queue))
    enqueued_at_ms = _enqueued_at(turn, case)
    turn.record(
        e.CaseQueued(
            **turn.of_holder(case, None),
            queue=queue,
            enqueued_at_ms=enqueued_at_ms,
            key=enqueued_at_ms - case.head_start_ms,
            cause=cause,
            former=former,
            is_held=cause is QueueCause.OPENED and not rules.is_in_hours,
        )
    )


def _enqueued_at(turn: Turn, case: Case) -> int:
    if case.service_level_ms is not None:
        return case.enqueued_at_ms
    # Never in a queue before: it counts from now, an appointment from its time.
    return turn.now_ms if case.due_at_ms is None else case.due_at_ms


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
    if not case.is_waiting and not case.is_to_come:
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
