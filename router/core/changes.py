"""What each event does to the state. Nothing here decides, and nothing fails."""

from collections.abc import Callable
from itertools import islice
from typing import Any

from router.core.state import Agent, Case, Client, ClosedCase, Offer, Queue, State
from store.schema import events as e
from store.schema.ids import AgentId, CaseId, QueueId
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
# To find its first key a dict walks over all that were deleted before it: 36 µs each, one by one.
FORGOTTEN_AT_ONCE = 1_000
# After these the case must not come straight back to the agent it left.
_EXCLUDING = frozenset(
    {
        QueueCause.REFUSED,
        QueueCause.TIMED_OUT,
        QueueCause.NOT_STARTED,
        QueueCause.TRANSFERRED,
        QueueCause.TAKEN_BACK,
        QueueCause.ESCALATED,
    }
)
_UNGIVEN = frozenset({CaseStatus.SCHEDULED, CaseStatus.QUEUED, CaseStatus.OFFERED})


class Moved:
    """What has changed in a way that matters for who gets which case, each in order, once.

    configured: agents with other skills or another capacity, who have moved as well. queues: those
    with other rules. has_policy: whether every rule of choice may be another one.
    """

    def __init__(self) -> None:
        self.cases: dict[CaseId, None] = {}
        self.agents: dict[AgentId, None] = {}
        self.configured: dict[AgentId, None] = {}
        self.queues: dict[QueueId, None] = {}
        self.has_policy = False

    def __bool__(self) -> bool:
        return bool(self.cases or self.agents or self.queues or self.has_policy)


def change(state: State, event: e.AnyEvent, moved: Moved) -> None:
    """Change the state as the event says, and note in `moved` what that may set in motion."""
    state.seq = event.seq
    state.at_ms = event.at_ms
    kind = type(event)
    if kind in _ON_CASE:
        assert isinstance(event, e.CaseEvent)
        case = state.cases.get(event.case)
        if case is not None:
            _change_case(state, case, event, moved)
    elif kind in _ON_SITE:
        _ON_SITE[kind](state, event, moved)
    # What is said, noted or decided changes nothing here.


# Where a case is. The holder, the offer and the load follow for all of these events alike.


def _change_case(state: State, case: Case, event: e.CaseEvent, moved: Moved) -> None:
    former_holder, former_offer, former_worker = case.holder, case.offer, case.worker
    _ON_CASE[type(event)](state, case, event)
    moved.cases[case.case] = None
    holder = case.holder = event.holder
    if case.offer is not former_offer:
        _change_offer(state, case, former_offer)
    if holder != former_holder:
        if former_holder is not None:
            _agent(state, former_holder).cases.discard(case.case)
        if holder is not None:
            _agent(state, holder).cases.add(case.case)
    worker = case.worker
    if worker != former_worker:
        if former_worker is not None:
            _shift_load(state, case, former_worker, -1, moved)
        if worker is not None:
            _shift_load(state, case, worker, 1, moved)


def _change_offer(state: State, case: Case, former: Offer | None) -> None:
    if former is not None:
        state.offers.pop(former.offer, None)
        _agent(state, former.agent).offers.discard(case.case)
    if case.offer is not None:
        state.offers[case.offer.offer] = case.case
        _agent(state, case.offer.agent).offers.add(case.case)


def _shift_load(state: State, case: Case, worker: AgentId, sign: int, moved: Moved) -> None:
    agent = _agent(state, worker)
    agent.load += sign * case.units
    agent.exclusives += sign * case.is_exclusive
    agent.idle_since_ms = state.at_ms
    moved.agents[worker] = None


def _score(_: State, case: Case, event: e.CaseScored | e.CaseEscalated) -> None:
    case.terms = event.terms
    case.head_start_ms = event.head_start_ms
    if isinstance(event, e.CaseScored) and event.key is not None:
        case.key = event.key


def _schedule(_: State, case: Case, event: e.CaseScheduled) -> None:
    case.status = CaseStatus.SCHEDULED
    case.queue = event.queue
    case.due_at_ms = event.due_at_ms
    case.starts_by_ms = None
    if event.former is not None and event.cause in _EXCLUDING:
        case.excluded = (*case.excluded, event.former)


def _queue(state: State, case: Case, event: e.CaseQueued) -> None:
    case.status = CaseStatus.QUEUED
    queue = state.queues.get(event.queue)
    if case.service_level_ms is None and queue is not None:
        case.service_level_ms = queue.service_level_ms
    case.queue = event.queue
    case.enqueued_at_ms = event.enqueued_at_ms
    case.key = event.key
    case.is_held = event.is_held
    case.offer = None
    case.closes_at_ms = None
    case.starts_by_ms = None
    if event.former is not None and event.cause in _EXCLUDING:
        case.excluded = (*case.excluded, event.former)


def _prefer(_: State, case: Case, event: e.CasePreferred) -> None:
    case.preferred = event.agent
    case.preferred_until_ms = event.until_ms


def _stop_preferring(_state: State, case: Case, _event: e.PreferenceEnded) -> None:
    case.preferred = None


def _offer(_: State, case: Case, event: e.CaseOffered) -> None:
    case.status = CaseStatus.OFFERED
    case.attempts = event.attempt
    case.offer = Offer(offer=event.offer, agent=event.agent, deadline_ms=event.deadline_ms)


def _end_offer(_state: State, case: Case, _event: e.OfferEnded) -> None:
    case.offer = None


def _assign(state: State, case: Case, event: e.CaseAssigned) -> None:
    if case.status in _UNGIVEN:
        case.status = CaseStatus.ASSIGNED
    case.preferred = None
    case.offer = None
    case.is_held = False
    case.excluded = ()
    case.starts_by_ms = event.starts_by_ms
    state.clients[case.client].last_agent = event.holder


def _begin(_state: State, case: Case, _event: e.CaseHandled) -> None:
    case.status = CaseStatus.HANDLED
    case.starts_by_ms = None


def _wait(_: State, case: Case, event: e.CaseWaiting) -> None:
    case.status = CaseStatus.WAITING_CLIENT
    case.closes_at_ms = event.closes_at_ms
    case.starts_by_ms = None


def _resume(_state: State, case: Case, _event: e.CaseResumed) -> None:
    case.status = CaseStatus.HANDLED
    case.closes_at_ms = None


def _close(state: State, case: Case, event: e.CaseClosed) -> None:
    case.status = CaseStatus.CLOSED
    case.offer = None
    del state.cases[case.case]
    state.closed[case.case] = ClosedCase(
        client=case.client, former=event.former, asks_survey=event.asks_survey
    )
    if len(state.closed) >= CLOSED_CASES + FORGOTTEN_AT_ONCE:
        for name in list(islice(state.closed, FORGOTTEN_AT_ONCE)):
            del state.closed[name]


_ON_CASE: dict[type, Callable[[State, Case, Any], None]] = {
    e.CaseScored: _score,
    e.CaseScheduled: _schedule,
    e.CaseQueued: _queue,
    e.CasePreferred: _prefer,
    e.PreferenceEnded: _stop_preferring,
    e.CaseOffered: _offer,
    e.OfferEnded: _end_offer,
    e.CaseAssigned: _assign,
    e.CaseHandled: _begin,
    e.CaseWaiting: _wait,
    e.CaseResumed: _resume,
    e.CaseEscalated: _score,
    e.CaseClosed: _close,
}

# Everything else that is remembered.


def _open(state: State, event: e.CaseOpened, _: Moved) -> None:
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


def _earmark(state: State, event: e.CaseEarmarked, moved: Moved) -> None:
    case = state.cases.get(event.case)
    if case is not None:
        case.earmark = event.agent
        case.earmark_cause = event.cause
        _agent(state, event.agent).earmarked = event.case
        moved.cases[event.case] = None
        moved.agents[event.agent] = None


def _end_earmark(state: State, event: e.EarmarkEnded, moved: Moved) -> None:
    case = state.cases.get(event.case)
    if case is not None:
        case.earmark = None
        case.earmark_cause = None
        moved.cases[event.case] = None
    _agent(state, event.agent).earmarked = None
    moved.agents[event.agent] = None


def _read(state: State, event: e.MessagesRead, _: Moved) -> None:
    case = state.cases.get(event.case)
    if case is None:
        return
    if event.reader is Author.CLIENT:
        case.read_by_client = event.up_to
    else:
        case.read_by_agent = event.up_to


def _tag(state: State, event: e.CaseTagged, _: Moved) -> None:
    case = state.cases.get(event.case)
    if case is not None:
        case.tags = event.tags


def _rate(state: State, event: e.SurveyAnswered, _: Moved) -> None:
    closed = state.closed.get(event.case)
    if closed is not None:
        closed.asks_survey = False


def _configure_agent(state: State, event: e.AgentConfigured, moved: Moved) -> None:
    agent = _agent(state, event.agent)
    agent.name = event.name
    agent.role = event.role
    agent.supervisor = event.supervisor
    agent.skills = event.skills
    agent.capacity = event.capacity
    agent.is_active = event.is_active
    if not agent.is_active:
        agent.joins_at_ms = None
    moved.configured[event.agent] = None
    moved.agents[event.agent] = None


def _change_presence(state: State, event: e.PresenceChanged, moved: Moved) -> None:
    agent = _agent(state, event.agent)
    agent.presence = event.presence
    agent.reason = event.reason
    agent.returns_to = event.returns_to
    agent.joins_at_ms = event.joins_at_ms
    if event.reason is PresenceReason.CONNECTION_LOST:
        agent.grace_ends_ms = None
    if event.presence is Presence.AVAILABLE:
        agent.idle_since_ms = event.at_ms
    moved.agents[event.agent] = None


def _connect(state: State, event: e.AgentConnected, moved: Moved) -> None:
    agent = _agent(state, event.agent)
    agent.is_connected = True
    agent.grace_ends_ms = None
    agent.joins_at_ms = event.joins_at_ms
    moved.agents[event.agent] = None


def _disconnect(state: State, event: e.AgentDisconnected, moved: Moved) -> None:
    agent = _agent(state, event.agent)
    agent.is_connected = False
    agent.grace_ends_ms = event.grace_ends_ms
    agent.joins_at_ms = None
    moved.agents[event.agent] = None


def _join(state: State, event: e.AgentsJoined, moved: Moved) -> None:
    for name in event.agents:
        _agent(state, name).joins_at_ms = None
        moved.agents[name] = None


def _configure_queue(state: State, event: e.QueueConfigured, moved: Moved) -> None:
    former = state.queues.get(event.queue)
    queue = state.queues[event.queue] = Queue(
        queue=event.queue,
        required=event.required,
        rings=event.rings,
        service_level_ms=event.service_level_ms,
        is_open=event.is_open,
        hours=event.hours,
    )
    if former is not None:
        queue.is_in_hours = former.is_in_hours
        queue.opens_at_ms = former.opens_at_ms
        if event.hours is not None:
            queue.periods = former.periods
    moved.queues[event.queue] = None


def _switch_queue(state: State, event: e.QueueSwitched, _: Moved) -> None:
    queue = state.queues.get(event.queue)
    if queue is not None:
        queue.is_open = event.is_open


def _schedule_queue(state: State, event: e.QueueScheduled, moved: Moved) -> None:
    queue = state.queues.get(event.queue)
    if queue is not None:
        queue.periods = event.periods
        moved.queues[event.queue] = None


def _open_queue(state: State, event: e.QueueOpened, moved: Moved) -> None:
    _turn_queue(state, event, moved, is_in_hours=True)
    for case in state.cases.values():
        if case.is_held and case.queue == event.queue:
            case.is_held = False
            moved.cases[case.case] = None


def _close_queue(state: State, event: e.QueueClosed, moved: Moved) -> None:
    _turn_queue(state, event, moved, is_in_hours=False)


def _turn_queue(
    state: State, event: e.QueueOpened | e.QueueClosed, moved: Moved, *, is_in_hours: bool
) -> None:
    queue = state.queues.get(event.queue)
    if queue is not None:
        queue.is_in_hours = is_in_hours
        queue.opens_at_ms = event.opens_at_ms if isinstance(event, e.QueueClosed) else None
        queue.periods = tuple(each for each in queue.periods if each.closes_ms > event.at_ms)
        moved.queues[event.queue] = None


def _configure_policy(state: State, event: e.PolicyConfigured, moved: Moved) -> None:
    state.policy = event.policy
    state.revision = event.revision
    moved.has_policy = True


def _register(state: State, event: e.ClientRegistered, _: Moved) -> None:
    client = state.clients.setdefault(event.client, Client())
    client.segment = event.segment
    client.named_agents = event.named_agents


_ON_SITE: dict[type, Callable[[State, Any, Moved], None]] = {
    e.CaseOpened: _open,
    e.CaseEarmarked: _earmark,
    e.EarmarkEnded: _end_earmark,
    e.MessagesRead: _read,
    e.CaseTagged: _tag,
    e.SurveyAnswered: _rate,
    e.AgentConfigured: _configure_agent,
    e.PresenceChanged: _change_presence,
    e.AgentConnected: _connect,
    e.AgentDisconnected: _disconnect,
    e.AgentsJoined: _join,
    e.QueueConfigured: _configure_queue,
    e.QueueSwitched: _switch_queue,
    e.QueueScheduled: _schedule_queue,
    e.QueueOpened: _open_queue,
    e.QueueClosed: _close_queue,
    e.PolicyConfigured: _configure_policy,
    e.ClientRegistered: _register,
}


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
