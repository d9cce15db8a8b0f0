"""What the router remembers: plain records, all of it rebuilt from the log."""

import hashlib

import msgspec
from msgspec import Struct

from store.schema.ids import AgentId, CaseId, ClientId, OfferId, QueueId
from store.schema.terms import (
    CaseStatus,
    Channel,
    EarmarkCause,
    Hours,
    Language,
    Period,
    Policy,
    Presence,
    PresenceReason,
    Ring,
    Role,
    Segment,
    SkillLevel,
    Term,
)

WORKED_ON = frozenset({CaseStatus.ASSIGNED, CaseStatus.HANDLED})
# A key and a number in one integer compare in one step; a site will not write 2^44 events.
NUMBER_BITS = 44


class Queue(Struct, kw_only=True):
    """Where cases wait. periods: its open times that are not over, in order, when it has hours.

    opens_at_ms: the next opening that was told when the hours closed it.
    """

    queue: QueueId
    required: tuple[SkillLevel, ...] = ()
    rings: tuple[Ring, ...] = ()
    service_level_ms: int = 60_000
    is_open: bool = True
    hours: Hours | None = None
    periods: tuple[Period, ...] = ()
    is_in_hours: bool = True
    opens_at_ms: int | None = None


class Agent(Struct, kw_only=True):
    """Who takes cases.

    load: units of the cases worked on and of the live offers. exclusives: how many of those take
    the agent whole. cases: all held ones, those that wait for their client too. joins_at_ms: set
    while the agent waits for others who begin at the same time. earmarked: the case it is kept
    free for.
    """

    agent: AgentId
    name: str
    role: Role
    supervisor: AgentId | None
    skills: tuple[SkillLevel, ...]
    capacity: int
    is_active: bool
    is_connected: bool = False
    presence: Presence = Presence.UNAVAILABLE
    reason: PresenceReason = PresenceReason.CHOSEN
    returns_to: Presence | None = None
    grace_ends_ms: int | None = None
    joins_at_ms: int | None = None
    earmarked: CaseId | None = None
    idle_since_ms: int = 0
    load: int = 0
    exclusives: int = 0
    cases: set[CaseId] = msgspec.field(default_factory=set)
    offers: set[CaseId] = msgspec.field(default_factory=set)

    @property
    def is_receiving(self) -> bool:
        """Whether new cases may come by themselves, if there is room."""
        return (
            self.presence is Presence.AVAILABLE
            and self.is_connected
            and self.is_active
            and self.joins_at_ms is None
        )

    def has_room(self, case: "Case") -> bool:
        """Whether the case fits under the cap."""
        if self.exclusives or self.load + case.units > self.capacity:
            return False
        return not (case.is_exclusive and self.load)


class Client(Struct, kw_only=True):
    """What is kept of a client between cases. cases: the last ones, oldest first."""

    segment: Segment = Segment.STANDARD
    named_agents: tuple[AgentId, ...] = ()
    last_agent: AgentId | None = None
    cases: tuple[CaseId, ...] = ()


class Offer(Struct, kw_only=True, frozen=True):
    """A live reservation."""

    offer: OfferId
    agent: AgentId
    deadline_ms: int


class Case(Struct, kw_only=True):
    """An open case. number: seq of its opening, which breaks ties of `key`.

    units, is_exclusive: what it costs, by the policy of the day it was opened.
    service_level_ms: the target of its first queue, of which its score was made.
    is_held: its queue is outside its hours. earmark: the agent kept free for it.
    excluded: agents it must not go to by itself until somebody has held it.
    """

    case: CaseId
    client: ClientId
    number: int
    channel: Channel
    subject: str
    segment: Segment
    language: Language
    units: int
    is_exclusive: bool
    opened_at_ms: int
    status: CaseStatus = CaseStatus.QUEUED
    terms: tuple[Term, ...] = ()
    head_start_ms: int = 0
    service_level_ms: int | None = None
    queue: QueueId = QueueId("")
    enqueued_at_ms: int = 0
    key: int = 0
    holder: AgentId | None = None
    preferred: AgentId | None = None
    preferred_until_ms: int = 0
    due_at_ms: int | None = None
    starts_by_ms: int | None = None
    is_held: bool = False
    earmark: AgentId | None = None
    earmark_cause: EarmarkCause | None = None
    offer: Offer | None = None
    attempts: int = 0
    excluded: tuple[AgentId, ...] = ()
    closes_at_ms: int | None = None
    tags: tuple[str, ...] = ()
    read_by_client: str = ""
    read_by_agent: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether it waits in a queue for an agent, offered to nobody."""
        return self.status is CaseStatus.QUEUED and self.queue != ""

    @property
    def is_to_come(self) -> bool:
        """Whether it is an appointment that is not due yet."""
        return self.status is CaseStatus.SCHEDULED

    @property
    def rank(self) -> int:
        """Its place among waiting cases, lowest first: the key, then the number."""
        return (self.key << NUMBER_BITS) + self.number

    @property
    def due_rank(self) -> int:
        """The place of an appointment to come among others, lowest first."""
        return ((self.due_at_ms or 0) << NUMBER_BITS) + self.number

    @property
    def live_offer(self) -> Offer:
        """Return the offer of an offered case."""
        assert self.offer is not None
        return self.offer

    @property
    def worker(self) -> AgentId | None:
        """Whose slot it takes: the agent who works on it or to whom it is offered."""
        if self.offer is not None:
            return self.offer.agent
        return self.holder if self.status in WORKED_ON else None


class ClosedCase(Struct, kw_only=True):
    """What is kept of a closed case, so that closed stays final and the survey is asked once."""

    client: ClientId
    former: AgentId | None = None
    asks_survey: bool = False


class State(Struct, kw_only=True):
    """Everything, after event `seq`, which happened at `at_ms`."""

    seq: int = 0
    at_ms: int = 0
    policy: Policy = Policy()
    revision: int = 0
    queues: dict[QueueId, Queue] = msgspec.field(default_factory=dict)
    agents: dict[AgentId, Agent] = msgspec.field(default_factory=dict)
    clients: dict[ClientId, Client] = msgspec.field(default_factory=dict)
    cases: dict[CaseId, Case] = msgspec.field(default_factory=dict)
    closed: dict[CaseId, ClosedCase] = msgspec.field(default_factory=dict)
    offers: dict[OfferId, CaseId] = msgspec.field(default_factory=dict)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(State).decode
_encode_in_order = msgspec.json.Encoder(order="deterministic").encode


def dump(state: State) -> bytes:
    """Return the state as a snapshot."""
    return _encode(state)


def load(body: bytes) -> State:
    """Return the state of a snapshot."""
    return _decode(body)


def digest(state: State) -> str:
    """Return the SHA-256, in hex, of the state in a canonical order."""
    return hashlib.sha256(_encode_in_order(state)).hexdigest()
