"""What each event does to the state. Nothing here decides, and nothing fails."""

from typing import assert_never

from router.core.state import Agent, Case, Client, ClosedCase, Offer, Queue, State
from store.schema import events as e
from store.schema.ids import AgentId
from store.schema.scoring import channel_rule
from store.schema.terms import (
    Author,
    CaseStatus,
    Presence,
    PresenceReason,
    QueueCause,
    Role,
)

# How many earlier cases of a client are named on the next one.
FORMER_CASES = 5
# Closed cases remembered, the last ones; the store knows them all.
CLOSED_CASES = 200_000
# After these the case must not come straight back to the agent it left.
_EXCLUDING = frozenset(
    {
        QueueCause.REFUSED,
        QueueCause.TIMED_OUT,
        QueueCause.TRANSFERRED,
        QueueCause.TAKEN_BACK,
        QueueCause.ESCALATED,
    }
)


def change(state: State, event: e.AnyEvent) -> None:
    """Change the state as the event says."""
    state.seq = event.seq
    state.at_ms = event.at_ms
    if isinstance(event, e.CaseOpened):
        _open(state, event)
    elif isinstance(event, e.SurveyAnswered):
        closed = state.closed.get(event.case)
        if closed is not None:
            closed.asks_survey = False
    elif isinstance(event, e.CaseEvent):
        case = state.cases.get(event.case)
        if case is not None:
            _change_case(state, case, event)
    else:
        _change_floor(state, event)


def _open(state: State, event: e.CaseOpened) -> None:
    rule = channel_rule(state.policy, event.channel)
    state.cases[event.case] = Case(
        case=event.case,
        client=event.client,
        number=event.seq,
        channel=event.channel,
        subject=event.subject,
        segment=event.segment,
        language=event.language,
        units=rule.units,
        is_exclusive=rule.is_exclusive,
        opened_at_ms=event.at_ms,
    )
    client = state.clients.setdefault(event.client, Client())
    client.cases = (*client.cases, event.case)[-FORMER_CASES:]


def _change_case(state: State, case: Case, event: e.AnyCaseEvent) -> None:
    former_holder, former_worker, former_offer = case.holder, case.worker, case.offer
    _case_after(state, case, event)
    case.holder = event.holder
    if case.offer is not former_offer:
        if former_offer is not None:
            state.offers.pop(former_offer.offer, None)
            _agent(state, former_offer.agent).offers.discard(case.case)
        if case.offer is not None:
            state.offers[case.offer.offer] = case.case
            _agent(state, case.offer.agent).offers.add(case.case)
    if case.holder != former_holder:
        if former_holder is not None:
            _agent(state, former_holder).cases.discard(case.case)
        if case.holder is not None:
            _agent(state, case.holder).cases.add(case.case)
    if case.worker != former_worker:
        _shift_load(state, case, former_worker, event.at_ms)


def _shift_load(state: State, case: Case, former_worker: AgentId | None, at_ms: int) -> None:
    for worker, sign in ((former_worker, -1), (case.worker, 1)):
        if worker is not None:
            agent = _agent(state, worker)
            agent.load += sign * case.units
            agent.exclusives += sign * case.is_exclusive
            agent.idle_since_ms = at_ms


def _case_after(  # noqa: C901, PLR0912 - one arm for each event
    state: State, case: Case, event: e.AnyCaseEvent
) -> None:
    match event:
        case e.CaseScored() | e.CaseEscalated():
            case.terms = event.terms
            case.head_start_ms = event.head_start_ms
        case e.CaseQueued():
            _queue(case, event)
        case e.CasePreferred():
            case.preferred = event.agent
            case.preferred_until_ms = event.until_ms
        case e.PreferenceEnded():
            case.preferred = None
        case e.CaseOffered():
            case.status = CaseStatus.OFFERED
            case.attempts = event.attempt
            case.offer = Offer(offer=event.offer, agent=event.agent, deadline_ms=event.deadline_ms)
        case e.OfferEnded():
            case.offer = None
        case e.CaseAssigned():
            _assign(state, case, event)
        case e.CaseHandled():
            case.status = CaseStatus.HANDLED
        case e.MessagesRead():
            if event.reader is Author.CLIENT:
                case.read_by_client = event.up_to
            else:
                case.read_by_agent = event.up_to
        case e.CaseTagged():
            case.tags = event.tags
        case e.CaseWaiting():
            case.status = CaseStatus.WAITING_CLIENT
            case.closes_at_ms = event.closes_at_ms
        case e.CaseResumed():
            case.status = CaseStatus.HANDLED
            case.closes_at_ms = None
        case e.CaseClosed():
            _close(state, case, event)
        case (
            e.CaseOpened()
            | e.CaseDecided()
            | e.CaseScheduled()
            | e.CaseEarmarked()
            | e.EarmarkEnded()
            | e.MessageSent()
            | e.NoteTaken()
            | e.MacroApplied()
            | e.CaseMerged()
            | e.CaseAbsorbed()
            | e.WrapUpRecorded()
            | e.SurveyAnswered()
        ):
            pass
        case _:
            assert_never(event)


def _queue(case: Case, event: e.CaseQueued) -> None:
    case.status = CaseStatus.QUEUED
    case.queue = event.queue
    case.enqueued_at_ms = event.enqueued_at_ms
    case.key = event.key
    case.offer = None
    case.closes_at_ms = None
    if event.former is not None and event.cause in _EXCLUDING:
        case.excluded = (*case.excluded, event.former)


def _assign(state: State, case: Case, event: e.CaseAssigned) -> None:
    if case.status in {CaseStatus.QUEUED, CaseStatus.OFFERED}:
        case.status = CaseStatus.ASSIGNED
    case.preferred = None
    case.offer = None
    case.excluded = ()
    state.clients.setdefault(case.client, Client()).last_agent = event.holder


def _close(state: State, case: Case, event: e.CaseClosed) -> None:
    case.status = CaseStatus.CLOSED
    case.offer = None
    case.preferred = None
    case.closes_at_ms = None
    del state.cases[case.case]
    state.closed[case.case] = ClosedCase(
        client=case.client, former=event.former, asks_survey=event.asks_survey
    )
    if len(state.closed) > CLOSED_CASES:
        del state.closed[next(iter(state.closed))]


def _change_floor(  # noqa: C901 - one arm for each event
    state: State, event: e.AnyFloorEvent
) -> None:
    match event:
        case e.AgentConfigured():
            _configure(state, event)
        case e.PresenceChanged():
            _change_presence(_agent(state, event.agent), event)
        case e.AgentConnected():
            agent = _agent(state, event.agent)
            agent.is_connected = True
            agent.grace_ends_ms = None
        case e.AgentDisconnected():
            agent = _agent(state, event.agent)
            agent.is_connected = False
            agent.grace_ends_ms = event.grace_ends_ms
        case e.QueueConfigured():
            state.queues[event.queue] = Queue(
                queue=event.queue,
                required=event.required,
                rings=event.rings,
                is_open=event.is_open,
            )
        case e.QueueSwitched():
            queue = state.queues.get(event.queue)
            if queue is not None:
                queue.is_open = event.is_open
        case e.AgentsJoined() | e.QueueScheduled() | e.QueueOpened() | e.QueueClosed():
            pass
        case e.PolicyConfigured():
            state.policy = event.policy
            state.policy_revision = event.revision
        case e.ClientRegistered():
            client = state.clients.setdefault(event.client, Client())
            client.segment = event.segment
            client.named_agents = event.named_agents
        case _:
            assert_never(event)


def _configure(state: State, event: e.AgentConfigured) -> None:
    agent = _agent(state, event.agent)
    agent.name = event.name
    agent.role = event.role
    agent.supervisor = event.supervisor
    agent.skills = event.skills
    agent.capacity = event.capacity
    agent.is_active = event.is_active


def _change_presence(agent: Agent, event: e.PresenceChanged) -> None:
    agent.presence = event.presence
    agent.reason = event.reason
    agent.returns_to = event.returns_to
    if event.reason is PresenceReason.CONNECTION_LOST:
        agent.grace_ends_ms = None
    if event.presence is Presence.AVAILABLE:
        agent.idle_since_ms = event.at_ms


def _agent(state: State, name: AgentId) -> Agent:
    """Return the agent; one that no event has described yet is made, so that nothing fails."""
    agent = state.agents.get(name)
    if agent is None:
        agent = state.agents[name] = Agent(
            agent=name,
            name="",
            role=Role.AGENT,
            supervisor=None,
            skills=(),
            capacity=0,
            is_active=False,
        )
    return agent
