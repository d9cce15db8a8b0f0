"""The words that events, commands and views share: channels, statuses, presence, policy."""

from enum import StrEnum

from msgspec import Struct

from store.schema.ids import AgentId, ArticleId, FileId, QueueId, SkillId


class Channel(StrEnum):
    """How the client reached us."""

    CHAT = "chat"
    MAIL = "mail"
    CALL = "call"
    APPOINTMENT = "appointment"


class Segment(StrEnum):
    """What the client is to the insurer."""

    STANDARD = "standard"
    VIP = "vip"
    EMPLOYEE = "employee"


class Language(StrEnum):
    """Language of a screen or of a client's messages."""

    FR = "fr"
    EN = "en"


class Role(StrEnum):
    """Who somebody is on a site. System is the router itself."""

    CLIENT = "client"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


class Presence(StrEnum):
    """An agent's status. Only AVAILABLE receives cases."""

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    BUSY = "busy"
    MANUAL_CALL = "manual_call"
    BREAK = "break"
    LUNCH = "lunch"
    LEAVE = "leave"


class PresenceReason(StrEnum):
    """Why a presence changed."""

    CHOSEN = "chosen"
    BY_SUPERVISOR = "by_supervisor"
    OFFER_MISSED = "offer_missed"
    CONNECTION_LOST = "connection_lost"
    RECONNECTED = "reconnected"
    CALL_STARTED = "call_started"
    CALL_ENDED = "call_ended"


class CaseStatus(StrEnum):
    """Where a case is in its life. SCHEDULED is an appointment to come; CLOSED is final."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    HANDLED = "handled"
    WAITING_CLIENT = "waiting_client"
    CLOSED = "closed"


class QueueCause(StrEnum):
    """Why a case entered a queue."""

    OPENED = "opened"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    ESCALATED = "escalated"
    TAKEN_BACK = "taken_back"
    AGENT_LEFT = "agent_left"
    NOT_STARTED = "not_started"
    DUE = "due"


class OfferOutcome(StrEnum):
    """How an offer ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    WITHDRAWN = "withdrawn"


class AssignCause(StrEnum):
    """How a case came to its holder."""

    AUTOMATIC = "automatic"
    ACCEPTED = "accepted"
    BY_HAND = "by_hand"
    PULLED = "pulled"
    TRANSFERRED = "transferred"
    ESCALATED = "escalated"
    RETURNED = "returned"


class CloseCause(StrEnum):
    """Why a case ended."""

    CLOSED = "closed"
    NO_REPLY = "no_reply"
    CLIENT_SILENT = "client_silent"
    MERGED = "merged"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"


class Author(StrEnum):
    """Who wrote a message."""

    CLIENT = "client"
    AGENT = "agent"
    SYSTEM = "system"


class Exclusion(StrEnum):
    """Why an agent was not chosen, or cannot take a case."""

    NOT_AVAILABLE = "not_available"
    NOT_CONNECTED = "not_connected"
    SKILL_MISSING = "skill_missing"
    AT_CAPACITY = "at_capacity"
    REFUSED_BEFORE = "refused_before"
    HAS_OFFER = "has_offer"
    EARMARKED = "earmarked"
    JOINING = "joining"


class Criterion(StrEnum):
    """What the eligible agents of a case are compared by."""

    SKILL_LEVEL = "skill_level"
    LOAD = "load"
    IDLE = "idle"


class ChoiceCause(StrEnum):
    """Why an agent could be chosen: the best of all, the one it waited for, the one kept free."""

    BEST = "best"
    PREFERRED = "preferred"
    EARMARKED = "earmarked"


class EarmarkCause(StrEnum):
    """Why an agent is kept free for one case: an appointment nears, or a call must not starve."""

    APPOINTMENT = "appointment"
    DRAINING = "draining"


class Label(Struct, frozen=True, kw_only=True):
    """A short text in both languages."""

    fr: str
    en: str


class SkillLevel(Struct, frozen=True, kw_only=True):
    """A skill and its level, 1 (knows) to 5 (expert); for a queue, the least level it needs."""

    skill: SkillId
    level: int = 1


class Term(Struct, frozen=True, kw_only=True):
    """One named part of a case's head start, in milliseconds; negative holds it back."""

    name: str
    head_start_ms: int


class Answer(Struct, frozen=True, kw_only=True):
    """One answer given to the bot."""

    question: str
    choice: str


class FileRef(Struct, frozen=True, kw_only=True):
    """An uploaded file as a message shows it."""

    file: FileId
    name: str
    media_type: str
    size_bytes: int


class RunnerUp(Struct, frozen=True, kw_only=True):
    """An agent who could have taken the case, in the order of the choice."""

    agent: AgentId
    skill_level: int
    load: int
    idle_since_ms: int


class ExcludedCount(Struct, frozen=True, kw_only=True):
    """How many agents one reason kept out."""

    reason: Exclusion
    agents: int


class Period(Struct, frozen=True, kw_only=True):
    """A time that a queue is open: from `opens_ms` until just before `closes_ms`.

    opening: its beginning in words, by the queue's own clock, for whoever waits for it.
    """

    opens_ms: int
    closes_ms: int
    opening: Label | None = None


class Opening(Struct, frozen=True, kw_only=True):
    """Open hours of one weekday, local time HH:MM. weekday: 1 (Monday) to 7, ISO 8601.

    closes: up to "24:00". At a change of clocks the hours keep to the wall clock.
    """

    weekday: int
    opens: str
    closes: str


class SpecialDay(Struct, frozen=True, kw_only=True):
    """Hours of one date (YYYY-MM-DD) instead of the usual ones; closed all day without any."""

    date: str
    opens: str = ""
    closes: str = ""


class Hours(Struct, frozen=True, kw_only=True):
    """When a queue is open. No hours at all means always.

    time_zone: IANA name. country, region: public holidays are closed, ISO 3166 codes, or empty.
    notice: what the client is told outside the hours; {opens} is the next opening.
    """

    time_zone: str = "Europe/Paris"
    weekly: tuple[Opening, ...] = ()
    country: str = ""
    region: str = ""
    special: tuple[SpecialDay, ...] = ()
    notice: Label | None = None


class Ring(Struct, frozen=True, kw_only=True):
    """After `after_ms` of waiting, the agents of `queue` may take the case as well."""

    after_ms: int
    queue: QueueId


class SubjectRule(Struct, frozen=True, kw_only=True):
    """Where a subject goes, and the head start it gives."""

    subject: str
    queue: QueueId
    label: Label
    head_start_ms: int = 0


class ChannelRule(Struct, frozen=True, kw_only=True):
    """What a channel costs an agent, the head start it gives, and whether it is offered.

    start_ms: an accepted offer must be begun within this time, or it goes on to the next agent;
    0 sets no limit.
    """

    channel: Channel
    units: int = 1
    is_exclusive: bool = False
    head_start_ms: int = 0
    is_offered: bool = False
    offer_ms: int = 20_000
    start_ms: int = 0


class SegmentRule(Struct, frozen=True, kw_only=True):
    """The head start of a client segment."""

    segment: Segment
    head_start_ms: int = 0


BY_SKILL = (Criterion.SKILL_LEVEL, Criterion.LOAD, Criterion.IDLE)


class Policy(Struct, frozen=True, kw_only=True):
    """Every number the router decides by. Times in milliseconds.

    choice: what agents are compared by, the most important first. service_level_reference_ms:
    a queue whose service level target is shorter than this gives the difference as head start.
    drain_after_ms: a case that needs a whole agent has one kept free for it after this wait.
    login_levelling_ms: agents who become available within this time begin together.
    earmark_ms: an agent is kept free for an appointment this long before it.
    """

    choice: tuple[Criterion, ...] = BY_SKILL
    subjects: tuple[SubjectRule, ...] = ()
    channels: tuple[ChannelRule, ...] = ()
    segments: tuple[SegmentRule, ...] = ()
    default_queue: QueueId = QueueId("queue_general")
    escalation_head_start_ms: int = 900_000
    last_agent_hold_ms: int = 60_000
    named_agent_hold_ms: int = 120_000
    client_silence_ms: int = 86_400_000
    connection_grace_ms: int = 30_000
    service_level_reference_ms: int = 0
    drain_after_ms: int = 30_000
    login_levelling_ms: int = 150
    earmark_ms: int = 300_000


class BotChoice(Struct, frozen=True, kw_only=True):
    """One answer the client may choose; leads to `next_question`, else to `subject`."""

    label: Label
    subject: str | None = None
    next_question: str | None = None
    articles: tuple[ArticleId, ...] = ()


class BotQuestion(Struct, frozen=True, kw_only=True):
    """One question of the guided form."""

    key: str
    text: Label
    choices: tuple[BotChoice, ...]


class BotScript(Struct, frozen=True, kw_only=True):
    """The guided form; the first question is asked first."""

    greeting: Label
    questions: tuple[BotQuestion, ...]
    handover: Label
