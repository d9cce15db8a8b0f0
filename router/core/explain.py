"""Why a case waits and why an agent is given nothing, from the state of now: for whoever asks."""

from router.core.matching import Matching
from router.core.state import Agent, Case
from router.core.turn import Floor
from store.schema import questions as q
from store.schema.commands import Refusal, Refused
from store.schema.ids import QueueId
from store.schema.terms import Exclusion

# More agents than anybody reads.
_AGENTS = 100
# Who could have a case soonest, from those who could at once to those who never will.
_NEARNESS = (
    None,
    Exclusion.JOINING,
    Exclusion.HAS_OFFER,
    Exclusion.AT_CAPACITY,
    Exclusion.EARMARKED,
    Exclusion.REFUSED_BEFORE,
    Exclusion.NOT_AVAILABLE,
    Exclusion.NOT_CONNECTED,
    Exclusion.SKILL_MISSING,
)


def answer(floor: Floor, question: q.AnyQuestion, now_ms: int) -> q.AnyAnswer:
    """Answer a question. Raises Refused for a case or an agent that is not there."""
    matching = floor.refresh(now_ms)
    if isinstance(question, q.ExplainAgent):
        agent = floor.state.agents.get(question.agent)
        if agent is None:
            raise Refused(Refusal.AGENT_UNKNOWN)
        return _agent_explained(matching, agent, now_ms)
    case = floor.state.cases.get(question.case)
    if case is None:
        is_closed = question.case in floor.state.closed
        raise Refused(Refusal.CASE_CLOSED if is_closed else Refusal.CASE_UNKNOWN)
    return _case_explained(matching, case, now_ms)


def _case_explained(matching: Matching, case: Case, now_ms: int) -> q.CaseExplained:
    reason, until_ms = _why_waiting(matching, case, now_ms)
    is_scored = not case.is_to_come
    queues = matching.queues(case, now_ms) if is_scored else (case.queue,)
    waits_for_anybody = reason is q.WaitReason.NO_AGENT
    return q.CaseExplained(
        at_ms=now_ms,
        case=case.case,
        status=case.status,
        reason=reason,
        until_ms=until_ms,
        queue=case.queue,
        queues=queues,
        enqueued_at_ms=case.enqueued_at_ms,
        key=case.key,
        terms=case.terms,
        place=matching.place(case) if waits_for_anybody else None,
        preferred=case.preferred,
        earmark=case.earmark,
        earmark_cause=case.earmark_cause,
        agents=_agents_for(matching, case, queues),
        excluded=matching.roster.excluded(case, queues),
    )


def _why_waiting(matching: Matching, case: Case, now_ms: int) -> tuple[q.WaitReason, int | None]:
    if case.offer is not None:
        return q.WaitReason.OFFERED, case.offer.deadline_ms
    if case.is_to_come:
        return q.WaitReason.SCHEDULED, case.due_at_ms
    if not case.is_waiting:
        return q.WaitReason.NOT_WAITING, None
    queue = matching.state.queues[case.queue]
    if case.is_held:
        opens_ms = [each.opens_ms for each in queue.periods if each.opens_ms > now_ms]
        return q.WaitReason.OUT_OF_HOURS, min(opens_ms, default=None)
    if case.preferred is not None:
        return q.WaitReason.PREFERRED, case.preferred_until_ms
    rings_ms = [case.enqueued_at_ms + ring.after_ms for ring in queue.rings]
    return q.WaitReason.NO_AGENT, min((each for each in rings_ms if each > now_ms), default=None)


def _agents_for(
    matching: Matching, case: Case, queues: tuple[QueueId, ...]
) -> tuple[q.AgentStanding, ...]:
    roster = matching.roster
    found = []
    for agent in roster.serving_any(queues):
        if not agent.is_active:
            continue
        exclusion = roster.exclusion(agent, case)
        standing = roster.runner_up(agent.agent, case.queue)
        place = (_NEARNESS.index(exclusion), roster.measures(agent, case.queue), agent.agent)
        found.append((place, standing, agent, exclusion))
    found.sort(key=lambda each: each[0])
    return tuple(
        q.AgentStanding(
            agent=standing.agent,
            skill_level=standing.skill_level,
            load=standing.load,
            capacity=agent.capacity,
            idle_since_ms=standing.idle_since_ms,
            exclusion=exclusion,
        )
        for _, standing, agent, exclusion in found[:_AGENTS]
    )


def _agent_explained(matching: Matching, agent: Agent, now_ms: int) -> q.AgentExplained:
    queues = [_queue_standing(matching, agent, name) for name in matching.queues_of(agent)]
    queues.sort(key=lambda each: (-each.waiting, each.queue))
    return q.AgentExplained(
        at_ms=now_ms,
        agent=agent.agent,
        exclusion=matching.roster.of_agent[agent.agent].exclusion_from_all(agent.agent),
        load=agent.load,
        capacity=agent.capacity,
        idle_since_ms=agent.idle_since_ms,
        earmarked=agent.earmarked,
        joins_at_ms=agent.joins_at_ms,
        awaiting=tuple(sorted(matching.awaiting(agent.agent))),
        queues=tuple(queues),
    )


def _queue_standing(matching: Matching, agent: Agent, name: QueueId) -> q.QueueStanding:
    queue = matching.state.queues[name]
    first = next(iter(matching.first_in(name)), None)
    case = matching.state.cases[first[1]] if first is not None else None
    return q.QueueStanding(
        queue=name,
        is_in_hours=queue.is_in_hours,
        waiting=matching.waiting_in(name),
        first=case.case if case is not None else None,
        exclusion=matching.roster.exclusion(agent, case) if case is not None else None,
    )
