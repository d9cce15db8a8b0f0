"""One turn of the router: a command or a tick, its time, its author and what came of it."""

from typing import TypedDict

from router.core.changes import Moved, change
from router.core.matching import Matching
from router.core.state import Agent, Case, ClosedCase, Queue, State
from store.schema import events as e
from store.schema.commands import Actor, Refusal, Refused
from store.schema.ids import AgentId, CaseId, ClientId, QueueId
from store.schema.scoring import Scoring
from store.schema.terms import Role

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
    """The state and the index over it, changed together and only by events.

    moved: what has changed since the index was last brought up to date.
    """

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self.moved = Moved()
        self.matching = Matching(self.state)
        self._scoring = Scoring(self.state.policy)

    @property
    def scoring(self) -> Scoring:
        """Return the policy of now, made ready for scoring."""
        if self._scoring.policy is not self.state.policy:
            self._scoring = Scoring(self.state.policy)
        return self._scoring

    def apply(self, event: e.AnyEvent) -> None:
        """Change the state as the event says. Never decides and never fails."""
        change(self.state, event, self.moved)

    def refresh(self, now_ms: int) -> Matching:
        """Return the index, up to date."""
        if self.moved:
            self.matching.refresh(self.moved, now_ms)
        return self.matching


class Turn:
    """Reads the floor and records events."""

    def __init__(self, floor: Floor, actor: Actor, now_ms: int) -> None:
        self.floor = floor
        self.state = floor.state
        self.actor = actor
        self.now_ms = now_ms
        self.events: list[e.AnyEvent] = []

    @property
    def matching(self) -> Matching:
        """Return the index over the state, up to date."""
        return self.floor.refresh(self.now_ms)

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
        change(self.state, event, self.floor.moved)
        self.events.append(event)

    def look_at(self, case: Case) -> None:
        """Try again to give a case for which time alone has changed something: no event does."""
        self.floor.moved.cases[case.case] = None

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

    def queue(self, name: QueueId) -> Queue:
        """Return a queue of the site."""
        queue = self.state.queues.get(name)
        if queue is None:
            raise Refused(Refusal.QUEUE_UNKNOWN)
        return queue

    def require_open_queue(self, name: QueueId) -> None:
        """Refuse a queue that does not exist or takes nothing from elsewhere now."""
        queue = self.queue(name)
        if not queue.is_open or not queue.is_in_hours:
            raise Refused(Refusal.QUEUE_CLOSED)

    def actor_name(self) -> str:
        """Return the name that goes under what the actor writes."""
        agent = self.state.agents.get(AgentId(self.actor.id))
        return agent.name if agent is not None and agent.name else self.actor.name
