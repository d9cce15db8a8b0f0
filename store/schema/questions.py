"""What can be asked of the writer that changes nothing, and its answers: why, now."""

from enum import StrEnum

from msgspec import Struct

from store.schema.ids import AgentId, CaseId, CheckedAgentId, CheckedCaseId, QueueId
from store.schema.terms import CaseStatus, EarmarkCause, ExcludedCount, Exclusion, Term


class ExplainCase(Struct, frozen=True, kw_only=True, tag_field="type", tag="explain_case"):
    """Why does this case still wait, or who could have it?"""

    case: CheckedCaseId


class ExplainAgent(Struct, frozen=True, kw_only=True, tag_field="type", tag="explain_agent"):
    """Why is this agent given nothing more?"""

    agent: CheckedAgentId


AnyQuestion = ExplainCase | ExplainAgent


class WaitReason(StrEnum):
    """Why a case is not given now. NOT_WAITING: nothing of it is to be given."""

    NO_AGENT = "no_agent"
    PREFERRED = "preferred"
    OUT_OF_HOURS = "out_of_hours"
    SCHEDULED = "scheduled"
    OFFERED = "offered"
    NOT_WAITING = "not_waiting"


class AgentStanding(Struct, frozen=True, kw_only=True):
    """How an agent stands to a case. exclusion: what keeps it from the case; None: nothing does."""

    agent: AgentId
    skill_level: int
    load: int
    capacity: int
    idle_since_ms: int
    exclusion: Exclusion | None = None


class CaseExplained(Struct, frozen=True, kw_only=True, tag_field="type", tag="case_explained"):
    """Why a case waits, at `at_ms`.

    until_ms: when the reason ends by itself (the offer, the wait for `preferred`, the hours, the
    appointment's time), else when a ring opens next, if one does. place: 1 is first among those
    that wait for anybody in its queue. queues: its own, then the rings that are open for it.
    agents: those who serve one of the queues, who could have it soonest first, 100 at most.
    excluded: all agents of the site by what keeps them from it.
    """

    at_ms: int
    case: CaseId
    status: CaseStatus
    reason: WaitReason
    until_ms: int | None = None
    queue: QueueId = QueueId("")
    queues: tuple[QueueId, ...] = ()
    enqueued_at_ms: int = 0
    key: int = 0
    terms: tuple[Term, ...] = ()
    place: int | None = None
    preferred: AgentId | None = None
    earmark: AgentId | None = None
    earmark_cause: EarmarkCause | None = None
    agents: tuple[AgentStanding, ...] = ()
    excluded: tuple[ExcludedCount, ...] = ()


class QueueStanding(Struct, frozen=True, kw_only=True):
    """A queue that an agent serves. waiting: cases there for anybody, rings' too.

    first: the first of them. exclusion: what keeps the agent from that one; None: nothing does.
    """

    queue: QueueId
    is_in_hours: bool = True
    waiting: int = 0
    first: CaseId | None = None
    exclusion: Exclusion | None = None


class AgentExplained(Struct, frozen=True, kw_only=True, tag_field="type", tag="agent_explained"):
    """What an agent could be given, at `at_ms`. exclusion: what keeps it from every case.

    earmarked: the case it is kept free for. joins_at_ms: when it begins, with others. queues:
    those it serves, the ones where somebody waits first. awaiting: cases that wait for it alone.
    """

    at_ms: int
    agent: AgentId
    exclusion: Exclusion | None
    load: int
    capacity: int
    idle_since_ms: int
    earmarked: CaseId | None = None
    joins_at_ms: int | None = None
    awaiting: tuple[CaseId, ...] = ()
    queues: tuple[QueueStanding, ...] = ()


AnyAnswer = CaseExplained | AgentExplained
