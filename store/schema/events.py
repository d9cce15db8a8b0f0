"""Everything that has happened: one format, stored, published and sent to browsers.

Every event carries the people who may see it (`client`, `holder`, `agent`, `former`), so that
who is told is a pure function of the event, the same live and when a socket resumes.
"""

from msgspec import Struct

from store.schema.ids import (
    AgentId,
    CaseId,
    ClientId,
    MacroId,
    MessageId,
    NoteId,
    OfferId,
    QueueId,
)
from store.schema.terms import (
    Answer,
    AssignCause,
    Author,
    Channel,
    ChoiceCause,
    CloseCause,
    EarmarkCause,
    ExcludedCount,
    FileRef,
    Hours,
    Label,
    Language,
    OfferOutcome,
    Period,
    Policy,
    Presence,
    PresenceReason,
    QueueCause,
    Ring,
    Role,
    RunnerUp,
    Segment,
    SkillLevel,
    Term,
)


class Event(Struct, frozen=True, kw_only=True, tag_field="type"):
    """One fact.

    seq: position in the site's log: 1, 2, 3, ... without gaps.
    at_ms: when the router decided it; Unix time in milliseconds.
    by: id of the agent or client whose command caused it, or "system".
    """

    seq: int
    at_ms: int
    by: str = "system"


# The floor: who works here and how.


class AgentConfigured(Event, frozen=True, kw_only=True, tag="agent.configured"):
    """An agent exists with these rights and skills, from now on."""

    agent: AgentId
    name: str
    role: Role = Role.AGENT
    team: str = ""
    supervisor: AgentId | None = None
    skills: tuple[SkillLevel, ...] = ()
    capacity: int = 4
    is_active: bool = True


class PresenceChanged(Event, frozen=True, kw_only=True, tag="agent.presence"):
    """An agent's status changed; `returns_to` is the status it goes back to by itself.

    joins_at_ms: until then the agent waits for others who begin at the same time.
    """

    agent: AgentId
    presence: Presence
    reason: PresenceReason
    previous: Presence
    returns_to: Presence | None = None
    joins_at_ms: int | None = None


class AgentConnected(Event, frozen=True, kw_only=True, tag="agent.connected"):
    """The agent's first desktop socket opened. joins_at_ms: as in `agent.presence`."""

    agent: AgentId
    joins_at_ms: int | None = None


class AgentsJoined(Event, frozen=True, kw_only=True, tag="agents.joined"):
    """These agents, who became available together, are given work from now on."""

    agents: tuple[AgentId, ...]


class AgentDisconnected(Event, frozen=True, kw_only=True, tag="agent.disconnected"):
    """The agent's last desktop socket closed; presence is kept until `grace_ends_ms`."""

    agent: AgentId
    grace_ends_ms: int


class QueueConfigured(Event, frozen=True, kw_only=True, tag="queue.configured"):
    """A queue exists with these rules, from now on."""

    queue: QueueId
    label: Label
    required: tuple[SkillLevel, ...] = ()
    rings: tuple[Ring, ...] = ()
    service_level_ms: int = 60_000
    is_open: bool = True
    hours: Hours | None = None


class QueueSwitched(Event, frozen=True, kw_only=True, tag="queue.switched"):
    """Somebody opened or closed the queue by hand."""

    queue: QueueId
    is_open: bool


class QueueScheduled(Event, frozen=True, kw_only=True, tag="queue.scheduled"):
    """The coming open times of a queue with hours, in order; the clock's part of `hours`."""

    queue: QueueId
    periods: tuple[Period, ...]


class QueueOpened(Event, frozen=True, kw_only=True, tag="queue.opened"):
    """The queue's hours began; what came meanwhile is given from now on."""

    queue: QueueId
    closes_at_ms: int | None = None


class QueueClosed(Event, frozen=True, kw_only=True, tag="queue.closed"):
    """The queue's hours ended; what comes now waits until it opens."""

    queue: QueueId
    opens_at_ms: int | None = None


class PolicyConfigured(Event, frozen=True, kw_only=True, tag="policy.configured"):
    """The router decides by this policy, from now on. revision: 1 for the first one.

    Waiting cases whose head start it changes are scored again by the events that follow.
    """

    policy: Policy
    revision: int = 0


class ClientRegistered(Event, frozen=True, kw_only=True, tag="client.registered"):
    """What the router must know of a client: nothing that names the person."""

    client: ClientId
    segment: Segment = Segment.STANDARD
    named_agents: tuple[AgentId, ...] = ()


# Cases.


class CaseEvent(Event, frozen=True, kw_only=True):
    """One fact about one case.

    client: whose case it is. holder: the agent who holds it after this event.
    """

    case: CaseId
    client: ClientId
    holder: AgentId | None = None


class CaseOpened(CaseEvent, frozen=True, kw_only=True, tag="case.opened"):
    """A client asked for something."""

    channel: Channel
    subject: str
    client_name: str = ""
    segment: Segment = Segment.STANDARD
    language: Language = Language.FR
    answers: tuple[Answer, ...] = ()
    former_cases: tuple[CaseId, ...] = ()


class CaseScored(CaseEvent, frozen=True, kw_only=True, tag="case.scored"):
    """The head start of the case, term by term. Staff only.

    key: set when a waiting case was scored again, by another policy.
    """

    terms: tuple[Term, ...]
    head_start_ms: int
    key: int | None = None


class CaseScheduled(CaseEvent, frozen=True, kw_only=True, tag="case.scheduled"):
    """The appointment is booked or moved: it enters its queue at `due_at_ms`.

    former, cause: who held it until now and why it came back, when it was given before its time.
    """

    queue: QueueId
    due_at_ms: int
    former: AgentId | None = None
    cause: QueueCause | None = None


class CaseEarmarked(CaseEvent, frozen=True, kw_only=True, tag="case.earmarked"):
    """One agent is kept free for the case: given nothing else by itself. Staff only."""

    agent: AgentId
    cause: EarmarkCause


class EarmarkEnded(CaseEvent, frozen=True, kw_only=True, tag="case.earmark_ended"):
    """The agent is kept free no more. Staff only."""

    agent: AgentId


class CaseQueued(CaseEvent, frozen=True, kw_only=True, tag="case.queued"):
    """The case waits. Order is by `key` = enqueued_at_ms - head start, lowest first.

    former: the agent who held it or to whom it was offered until now. is_held: the queue is
    outside its hours, and the case waits until it opens.
    """

    queue: QueueId
    enqueued_at_ms: int
    key: int
    cause: QueueCause
    former: AgentId | None = None
    is_held: bool = False


class CasePreferred(CaseEvent, frozen=True, kw_only=True, tag="case.preferred"):
    """The case waits for one agent until `until_ms`. Staff only."""

    agent: AgentId
    until_ms: int
    why: str


class PreferenceEnded(CaseEvent, frozen=True, kw_only=True, tag="case.preference_ended"):
    """The wait for the preferred agent is over; anybody eligible may take the case. Staff only."""

    agent: AgentId


class CaseOffered(CaseEvent, frozen=True, kw_only=True, tag="case.offered"):
    """The case is reserved for one agent until `deadline_ms`. Staff only."""

    offer: OfferId
    agent: AgentId
    deadline_ms: int
    attempt: int


class OfferEnded(CaseEvent, frozen=True, kw_only=True, tag="offer.ended"):
    """The reservation is over. Staff only."""

    offer: OfferId
    agent: AgentId
    outcome: OfferOutcome


class CaseDecided(CaseEvent, frozen=True, kw_only=True, tag="case.decided"):
    """Why this agent: the record of one choice of the router. Staff only."""

    agent: AgentId
    queue: QueueId
    key: int
    terms: tuple[Term, ...]
    skill_level: int
    load: int
    idle_since_ms: int
    waited_ms: int
    runners_up: tuple[RunnerUp, ...] = ()
    excluded: tuple[ExcludedCount, ...] = ()
    cause: ChoiceCause = ChoiceCause.BEST


class CaseAssigned(CaseEvent, frozen=True, kw_only=True, tag="case.assigned"):
    """`holder` has the case. former: who held it until now.

    starts_by_ms: an accepted offer must have begun by then.
    """

    agent_name: str
    cause: AssignCause
    is_over_capacity: bool = False
    former: AgentId | None = None
    starts_by_ms: int | None = None


class CaseHandled(CaseEvent, frozen=True, kw_only=True, tag="case.handled"):
    """The holder has begun: answered for the first time, or the call is connected."""


class MessageSent(CaseEvent, frozen=True, kw_only=True, tag="message.sent"):
    """Something was said in the conversation."""

    message: MessageId
    author: Author
    author_name: str = ""
    text: str = ""
    files: tuple[FileRef, ...] = ()


class MessagesRead(CaseEvent, frozen=True, kw_only=True, tag="message.read"):
    """One side has seen everything up to and including `up_to`."""

    reader: Author
    up_to: MessageId


class NoteTaken(CaseEvent, frozen=True, kw_only=True, tag="case.noted"):
    """A private note. Staff only; `mentions` are told."""

    note: NoteId
    author_name: str
    text: str
    mentions: tuple[AgentId, ...] = ()


class CaseTagged(CaseEvent, frozen=True, kw_only=True, tag="case.tagged"):
    """These are the tags of the case, from now on. Staff only."""

    tags: tuple[str, ...]


class MacroApplied(CaseEvent, frozen=True, kw_only=True, tag="case.macro_applied"):
    """A macro was used; what it did follows as events of their own. Staff only."""

    macro: MacroId


class CaseWaiting(CaseEvent, frozen=True, kw_only=True, tag="case.waiting"):
    """The client must answer; without an answer the case closes at `closes_at_ms`."""

    closes_at_ms: int


class CaseResumed(CaseEvent, frozen=True, kw_only=True, tag="case.resumed"):
    """The client answered a waiting case; it is back with its holder."""


class CaseEscalated(CaseEvent, frozen=True, kw_only=True, tag="case.escalated"):
    """The holder asked the N+1. Staff only."""

    to: AgentId | None
    reason: str
    terms: tuple[Term, ...]
    head_start_ms: int


class CaseMerged(CaseEvent, frozen=True, kw_only=True, tag="case.merged"):
    """This case goes on as `into`; nothing of it is lost. Staff only."""

    into: CaseId


class CaseAbsorbed(CaseEvent, frozen=True, kw_only=True, tag="case.absorbed"):
    """The history of `merged` belongs to this case too. Staff only."""

    merged: CaseId


class WrapUpRecorded(CaseEvent, frozen=True, kw_only=True, tag="case.wrapped_up"):
    """The trace kept on the client's record. Staff only."""

    reason: str
    summary: str = ""


class CaseClosed(CaseEvent, frozen=True, kw_only=True, tag="case.closed"):
    """The end. former: who held it. asks_survey: whether the client is asked for a note."""

    cause: CloseCause
    former: AgentId | None = None
    asks_survey: bool = False


class SurveyAnswered(CaseEvent, frozen=True, kw_only=True, tag="survey.answered"):
    """The client's note, 1 to 5. Staff only; `former` held the case."""

    note: int
    comment: str = ""
    former: AgentId | None = None


AnyFloorEvent = (
    AgentConfigured
    | PresenceChanged
    | AgentConnected
    | AgentDisconnected
    | AgentsJoined
    | QueueConfigured
    | QueueSwitched
    | QueueScheduled
    | QueueOpened
    | QueueClosed
    | PolicyConfigured
    | ClientRegistered
)
AnyCaseEvent = (
    CaseOpened
    | CaseScored
    | CaseScheduled
    | CaseEarmarked
    | EarmarkEnded
    | CaseQueued
    | CasePreferred
    | PreferenceEnded
    | CaseOffered
    | OfferEnded
    | CaseDecided
    | CaseAssigned
    | CaseHandled
    | MessageSent
    | MessagesRead
    | NoteTaken
    | CaseTagged
    | MacroApplied
    | CaseWaiting
    | CaseResumed
    | CaseEscalated
    | CaseMerged
    | CaseAbsorbed
    | WrapUpRecorded
    | CaseClosed
    | SurveyAnswered
)
AnyEvent = AnyFloorEvent | AnyCaseEvent
