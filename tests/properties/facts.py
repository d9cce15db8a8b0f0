"""The floor as its events tell it: what the model of the router knows, in the plainest form."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId, QueueId
from store.schema.scoring import channel_rule
from store.schema.terms import (
    CaseStatus,
    EarmarkCause,
    Policy,
    Presence,
    QueueCause,
    Term,
)

# A case that comes back for one of these does not go to the same agent again.
EXCLUDING = frozenset(
    {
        QueueCause.REFUSED,
        QueueCause.TIMED_OUT,
        QueueCause.NOT_STARTED,
        QueueCause.TRANSFERRED,
        QueueCause.TAKEN_BACK,
        QueueCause.ESCALATED,
    }
)
NO_QUEUE = QueueId("")
WORKED_ON = frozenset({CaseStatus.ASSIGNED, CaseStatus.HANDLED})


@dataclass
class Agent:
    """Who takes cases. levels: by skill. joins_at_ms: set while the agent is joining."""

    agent: AgentId
    name: str = ""
    levels: dict[str, int] = field(default_factory=dict)
    capacity: int = 0
    is_active: bool = False
    is_connected: bool = False
    presence: Presence = Presence.UNAVAILABLE
    joins_at_ms: int | None = None
    grace_ends_ms: int | None = None
    idle_since_ms: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether nothing but joining keeps it from receiving."""
        return self.is_active and self.is_connected and self.presence is Presence.AVAILABLE


@dataclass
class Queue:
    """Where cases wait. is_in_hours, opens_at_ms: what the last event about its hours said."""

    configured: e.QueueConfigured
    is_in_hours: bool = True
    opens_at_ms: int | None = None
    periods: tuple[tuple[int, int], ...] | None = None


@dataclass
class Case:
    """An open case. target_ms: the service level of its first queue when it entered."""

    opened: e.CaseOpened
    units: int
    is_exclusive: bool
    status: CaseStatus = CaseStatus.QUEUED
    terms: tuple[Term, ...] = ()
    is_escalated: bool = False
    queue: QueueId = NO_QUEUE
    target_ms: int = 0
    enqueued_at_ms: int | None = None
    due_at_ms: int | None = None
    is_held: bool = False
    holder: AgentId | None = None
    offer: e.CaseOffered | None = None
    attempts: int = 0
    starts_by_ms: int | None = None
    closes_at_ms: int | None = None
    excluded: set[AgentId] = field(default_factory=set)
    preferred: e.CasePreferred | None = None
    earmarked: AgentId | None = None
    earmark_cause: EarmarkCause | None = None

    @property
    def name(self) -> CaseId:
        """Return its id."""
        return self.opened.case

    @property
    def is_waiting(self) -> bool:
        """Whether it waits in a queue, offered to nobody."""
        return self.status is CaseStatus.QUEUED and self.enqueued_at_ms is not None

    @property
    def head_start_ms(self) -> int:
        """Return the sum of its terms."""
        return sum(term.head_start_ms for term in self.terms)

    @property
    def age_ms(self) -> int:
        """Return when it first entered a queue."""
        assert self.enqueued_at_ms is not None
        return self.enqueued_at_ms

    @property
    def key(self) -> int:
        """Return what waiting cases are ordered by."""
        return self.age_ms - self.head_start_ms

    @property
    def worker(self) -> AgentId | None:
        """Return whose room it takes."""
        if self.offer is not None:
            return self.offer.agent
        return self.holder if self.status in WORKED_ON else None


class Facts:
    """Everything the events said, and nothing else."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.policy = Policy()
        self.agents: dict[AgentId, Agent] = {}
        self.queues: dict[QueueId, Queue] = {}
        self.cases: dict[CaseId, Case] = {}
        self.named: dict[ClientId, tuple[AgentId, ...]] = {}
        self.last_agent: dict[ClientId, AgentId] = {}

    def work(self, agent: AgentId) -> list[Case]:
        """Return the cases and offers that take the agent's room."""
        return [case for case in self.cases.values() if case.worker == agent]

    def load(self, agent: AgentId) -> int:
        """Return the units of the agent's work."""
        return sum(case.units for case in self.work(agent))

    def apply(self, event: e.AnyEvent) -> None:
        """Take the event in."""
        self.now_ms = event.at_ms
        if isinstance(event, e.CaseOpened):
            rule = channel_rule(self.policy, event.channel)
            self.cases[event.case] = Case(event, rule.units, rule.is_exclusive)
        elif isinstance(event, e.CaseEvent):
            case = self.cases.get(event.case)
            if case is not None and type(event) in _CASE:
                self._apply_to_case(case, event)
        else:
            _FLOOR[type(event)](self, event)

    def _apply_to_case(self, case: Case, event: e.CaseEvent) -> None:
        before = {agent: self.load(agent) for agent in self.agents}
        case.holder = event.holder
        _CASE[type(event)](self, case, event)
        for agent, load in before.items():
            if self.load(agent) != load:
                self.agents[agent].idle_since_ms = event.at_ms

    def agent(self, name: AgentId) -> Agent:
        """Return the agent, known from now on."""
        return self.agents.setdefault(name, Agent(name))


# The floor.


def _agent_configured(facts: Facts, event: e.AgentConfigured) -> None:
    agent = facts.agent(event.agent)
    agent.name = event.name
    agent.levels = {skill.skill: skill.level for skill in event.skills}
    agent.capacity = event.capacity
    agent.is_active = event.is_active
    if not agent.is_ready:
        agent.joins_at_ms = None


def _presence(facts: Facts, event: e.PresenceChanged) -> None:
    agent = facts.agent(event.agent)
    if event.presence is Presence.AVAILABLE and agent.presence is not Presence.AVAILABLE:
        agent.idle_since_ms = event.at_ms
    agent.presence = event.presence
    agent.joins_at_ms = event.joins_at_ms


def _connected(facts: Facts, event: e.AgentConnected) -> None:
    agent = facts.agent(event.agent)
    agent.is_connected = True
    agent.joins_at_ms = event.joins_at_ms


def _disconnected(facts: Facts, event: e.AgentDisconnected) -> None:
    agent = facts.agent(event.agent)
    agent.is_connected = False
    agent.joins_at_ms = None
    agent.grace_ends_ms = event.grace_ends_ms


def _joined(facts: Facts, event: e.AgentsJoined) -> None:
    for name in event.agents:
        facts.agents[name].joins_at_ms = None


def _queue_configured(facts: Facts, event: e.QueueConfigured) -> None:
    known = facts.queues.get(event.queue)
    if known is None:
        facts.queues[event.queue] = Queue(event)
    else:
        known.configured = event
        known.periods = known.periods if event.hours is not None else None


def _queue_scheduled(facts: Facts, event: e.QueueScheduled) -> None:
    periods = tuple((period.opens_ms, period.closes_ms) for period in event.periods)
    facts.queues[event.queue].periods = periods


def _queue_opened(facts: Facts, event: e.QueueOpened) -> None:
    facts.queues[event.queue].is_in_hours = True
    facts.queues[event.queue].opens_at_ms = None
    for case in facts.cases.values():
        if case.queue == event.queue:
            case.is_held = False


def _queue_closed(facts: Facts, event: e.QueueClosed) -> None:
    facts.queues[event.queue].is_in_hours = False
    facts.queues[event.queue].opens_at_ms = event.opens_at_ms


def _policy(facts: Facts, event: e.PolicyConfigured) -> None:
    facts.policy = event.policy


def _client(facts: Facts, event: e.ClientRegistered) -> None:
    facts.named[event.client] = event.named_agents


# The case.


def _scored(_: Facts, case: Case, event: e.CaseScored | e.CaseEscalated) -> None:
    case.terms = event.terms
    case.is_escalated = case.is_escalated or isinstance(event, e.CaseEscalated)


def _scheduled(_: Facts, case: Case, event: e.CaseScheduled) -> None:
    case.status = CaseStatus.SCHEDULED
    case.queue = event.queue
    case.due_at_ms = event.due_at_ms
    _exclude(case, event)


def _earmarked(_: Facts, case: Case, event: e.CaseEarmarked) -> None:
    case.earmarked, case.earmark_cause = event.agent, event.cause


def _earmark_ended(_: Facts, case: Case, __: e.EarmarkEnded) -> None:
    case.earmarked = case.earmark_cause = None


def _queued(facts: Facts, case: Case, event: e.CaseQueued) -> None:
    if case.enqueued_at_ms is None:
        case.target_ms = facts.queues[event.queue].configured.service_level_ms
    case.status = CaseStatus.QUEUED
    case.queue = event.queue
    case.enqueued_at_ms = event.enqueued_at_ms
    case.is_held = event.is_held
    case.offer = case.starts_by_ms = None
    _exclude(case, event)


def _exclude(case: Case, event: e.CaseQueued | e.CaseScheduled) -> None:
    if event.cause in EXCLUDING and event.former is not None:
        case.excluded.add(event.former)


def _preferred(_: Facts, case: Case, event: e.CasePreferred) -> None:
    case.preferred = event


def _preference_ended(_: Facts, case: Case, __: e.PreferenceEnded) -> None:
    case.preferred = None


def _offered(_: Facts, case: Case, event: e.CaseOffered) -> None:
    case.status = CaseStatus.OFFERED
    case.offer = event
    case.attempts += 1


def _offer_ended(_: Facts, case: Case, __: e.OfferEnded) -> None:
    case.offer = None


def _assigned(facts: Facts, case: Case, event: e.CaseAssigned) -> None:
    assert event.holder is not None
    if case.status not in {*WORKED_ON, CaseStatus.WAITING_CLIENT}:
        case.status = CaseStatus.ASSIGNED
    case.offer = case.preferred = None
    case.is_held = False
    case.starts_by_ms = event.starts_by_ms
    case.excluded = set()
    facts.last_agent[event.client] = event.holder


def _handled(_: Facts, case: Case, __: e.CaseHandled | e.CaseResumed) -> None:
    case.status = CaseStatus.HANDLED
    case.starts_by_ms = None


def _waiting(_: Facts, case: Case, event: e.CaseWaiting) -> None:
    case.closes_at_ms = event.closes_at_ms
    case.status = CaseStatus.WAITING_CLIENT
    case.starts_by_ms = None


def _closed(facts: Facts, case: Case, __: e.CaseClosed) -> None:
    del facts.cases[case.name]


# One function for each event that changes a choice; the type of the event is the table's key.
_FLOOR: dict[type, Callable[[Facts, Any], None]] = {
    e.AgentConfigured: _agent_configured,
    e.PresenceChanged: _presence,
    e.AgentConnected: _connected,
    e.AgentDisconnected: _disconnected,
    e.AgentsJoined: _joined,
    e.QueueConfigured: _queue_configured,
    e.QueueScheduled: _queue_scheduled,
    e.QueueOpened: _queue_opened,
    e.QueueClosed: _queue_closed,
    e.PolicyConfigured: _policy,
    e.ClientRegistered: _client,
}
_CASE: dict[type, Callable[[Facts, Case, Any], None]] = {
    e.CaseScored: _scored,
    e.CaseEscalated: _scored,
    e.CaseScheduled: _scheduled,
    e.CaseEarmarked: _earmarked,
    e.EarmarkEnded: _earmark_ended,
    e.CaseQueued: _queued,
    e.CasePreferred: _preferred,
    e.PreferenceEnded: _preference_ended,
    e.CaseOffered: _offered,
    e.OfferEnded: _offer_ended,
    e.CaseAssigned: _assigned,
    e.CaseHandled: _handled,
    e.CaseResumed: _handled,
    e.CaseWaiting: _waiting,
    e.CaseClosed: _closed,
}
