"""One turn of the router: a command or a tick, its time, its author and what came of it."""

from typing import TypedDict

from router.core.changes import change
from router.core.matching import Matching
from router.core.state import Agent, Case, ClosedCase, State
from store.schema import events as e
from store.schema.commands import Actor, Refusal, Refused
from store.schema.ids import AgentId, CaseId, ClientId, QueueId
from store.schema.terms import Role

# Events after which somebody may have room, or some case may be given.
_MOVING = (
    e.CaseQueued,
    e.CaseAssigned,
    e.OfferEnded,
    e.PreferenceEnded,
    e.CaseWaiting,
    e.CaseClosed,
    e.PresenceChanged,
    e.AgentConnected,
    e.AgentConfigured,
)
_LEADERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR, Role.SYSTEM})


class Stamp(TypedDict):
    """What every event carries."""

    seq: int
    at_ms: int
    by: str


class CaseStamp(Stamp):
    """What every event of a case carries."""

    case: CaseId
    client: ClientId
    holder: AgentId | None


class Floor:
    """The state and the index over it, changed together and only by events."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self.matching = Matching(self.state)

    def apply(self, event: e.AnyEvent) -> None:
        """Change the state as the event says. Never decides and never fails."""
        change(self.state, event)
        if isinstance(event, e.QueueConfigured):
            self.matching.put_queue(self.state.queues[event.queue])
        elif isinstance(event, e.CaseEvent) and type(event) not in _SAID:
            case = self.state.cases.get(event.case)
            if case is None:
                self.matching.take_out(event.case)
            else:
                self.matching.put_case(case, event.at_ms)
        for name in touched_agents(event):
            agent = self.state.agents.get(name)
            if agent is not None:
                self.matching.put_agent(agent)


class Turn:
    """Reads the floor, records events, and remembers what they may have set in motion."""

    def __init__(self, floor: Floor, actor: Actor, now_ms: int) -> None:
        self.floor = floor
        self.actor = actor
        self.now_ms = now_ms
        self.events: list[e.AnyEvent] = []
        self.moved_cases: dict[CaseId, None] = {}
        self.moved_agents: dict[AgentId, None] = {}

    @property
    def state(self) -> State:
        """Return the state as it is after the events of this turn."""
        return self.floor.state

    @property
    def matching(self) -> Matching:
        """Return the index over the state."""
        return self.floor.matching

    # Record.

    def stamp(self) -> Stamp:
        """Return what the next event carries."""
        return Stamp(seq=self.state.seq + 1, at_ms=self.now_ms, by=self.actor.id)

    def of(self, case: Case) -> CaseStamp:
        """Return what the next event of the case carries; its holder stays."""
        return self.of_holder(case, case.holder)

    def of_holder(self, case: Case, holder: AgentId | None) -> CaseStamp:
        """Return what the next event of the case carries; `holder` has it afterwards."""
        return CaseStamp(
            seq=self.state.seq + 1,
            at_ms=self.now_ms,
            by=self.actor.id,
            case=case.case,
            client=case.client,
            holder=holder,
        )

    def record(self, event: e.AnyEvent) -> None:
        """Apply the event and keep it as an outcome of this turn."""
        self.floor.apply(event)
        self.events.append(event)
        if isinstance(event, _MOVING):
            self.moved_agents.update(dict.fromkeys(touched_agents(event)))
            if isinstance(event, e.CaseEvent):
                self.moved_cases[event.case] = None
        elif isinstance(event, e.QueueConfigured):
            self.moved_agents.update(dict.fromkeys(self.state.agents))

    def open_ring(self, case: Case) -> None:
        """Show a waiting case to its next ring. No event: rings follow from the time alone."""
        self.matching.put_case(case, self.now_ms)
        self.moved_cases[case.case] = None

    # Check.

    @property
    def is_leader(self) -> bool:
        """Whether the actor may act on everybody's cases."""
        return self.actor.role in _LEADERS

    def require_staff(self) -> None:
        """Refuse clients."""
        if self.actor.role is Role.CLIENT:
            raise Refused(Refusal.FORBIDDEN)

    def require_leader(self) -> None:
        """Refuse all but supervisors, administrators and the system."""
        if not self.is_leader:
            raise Refused(Refusal.FORBIDDEN)

    def require_administrator(self) -> None:
        """Refuse all but administrators and the system."""
        if self.actor.role not in {Role.ADMINISTRATOR, Role.SYSTEM}:
            raise Refused(Refusal.FORBIDDEN)

    def open_case(self, name: CaseId) -> Case:
        """Return an open case that the actor has a part in.

        Raises Refused: a client is told that a case is closed only when it is their own.
        """
        case: Case | ClosedCase | None = self.state.cases.get(name) or self.state.closed.get(name)
        if case is None:
            raise Refused(Refusal.CASE_UNKNOWN)
        if self.actor.role is Role.CLIENT and case.client != self.actor.id:
            raise Refused(Refusal.NOT_YOUR_CASE)
        if isinstance(case, ClosedCase):
            raise Refused(Refusal.CASE_CLOSED)
        return case

    def held_case(self, name: CaseId) -> Case:
        """Return an open case that the actor holds, or leads."""
        self.require_staff()
        case = self.open_case(name)
        if not self.is_leader and case.holder != self.actor.id:
            raise Refused(Refusal.NOT_HOLDER)
        return case

    def agent(self, name: str) -> Agent:
        """Return an agent of the site."""
        agent = self.state.agents.get(AgentId(name))
        if agent is None:
            raise Refused(Refusal.AGENT_UNKNOWN)
        return agent

    def require_open_queue(self, name: QueueId) -> None:
        """Refuse a queue that does not exist or takes nothing new."""
        queue = self.state.queues.get(name)
        if queue is None:
            raise Refused(Refusal.QUEUE_UNKNOWN)
        if not queue.is_open:
            raise Refused(Refusal.QUEUE_CLOSED)

    def actor_name(self) -> str:
        """Return the name that goes under what the actor writes."""
        agent = self.state.agents.get(AgentId(self.actor.id))
        return agent.name if agent is not None and agent.name else self.actor.name


# What is said moves nobody's slot.
_SAID = frozenset(
    {
        e.CaseDecided,
        e.MessageSent,
        e.MessagesRead,
        e.NoteTaken,
        e.CaseTagged,
        e.MacroApplied,
        e.CaseMerged,
        e.CaseAbsorbed,
        e.WrapUpRecorded,
    }
)


def touched_agents(event: e.AnyEvent) -> list[AgentId]:
    """Return the agents whose load or presence the event may have changed."""
    if type(event) in _SAID or isinstance(event, e.QueueConfigured | e.PolicyConfigured):
        return []
    names: list[AgentId | None] = [
        getattr(event, "agent", None),
        getattr(event, "holder", None),
        getattr(event, "former", None),
    ]
    return [name for name in dict.fromkeys(names) if name is not None]
