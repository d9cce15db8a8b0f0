"""What a reader sees: rows built from events, and records kept beside the log."""

from msgspec import Struct

from store.schema.commands import AnyOutcome
from store.schema.events import AnyEvent
from store.schema.ids import (
    AgentId,
    ArticleId,
    CaseId,
    ClientId,
    MacroId,
    MessageId,
    OfferId,
    QueueId,
    TemplateId,
)
from store.schema.terms import (
    Answer,
    Author,
    BotScript,
    CaseStatus,
    Channel,
    CloseCause,
    Hours,
    Label,
    Language,
    Presence,
    PresenceReason,
    Ring,
    Role,
    Segment,
    SkillLevel,
    SubjectRule,
)

# Rows that `store.schema.apply` builds from events, in Python and in the browser.


class AgentView(Struct, frozen=True, kw_only=True):
    """An agent as the floor sees it. earmarked: the case for which it is kept free."""

    agent: AgentId
    name: str
    role: Role
    team: str = ""
    supervisor: AgentId | None = None
    skills: tuple[SkillLevel, ...] = ()
    capacity: int = 4
    is_active: bool = True
    is_connected: bool = False
    presence: Presence = Presence.UNAVAILABLE
    reason: PresenceReason = PresenceReason.CHOSEN
    since_ms: int = 0
    earmarked: CaseId | None = None


class QueueView(Struct, frozen=True, kw_only=True):
    """A queue's rules. is_in_hours: false while its hours keep it closed, until `opens_at_ms`."""

    queue: QueueId
    label: Label
    required: tuple[SkillLevel, ...] = ()
    rings: tuple[Ring, ...] = ()
    service_level_ms: int = 60_000
    is_open: bool = True
    hours: Hours | None = None
    is_in_hours: bool = True
    opens_at_ms: int | None = None


class OfferView(Struct, frozen=True, kw_only=True):
    """A live reservation."""

    offer: OfferId
    agent: AgentId
    deadline_ms: int


class CaseView(Struct, frozen=True, kw_only=True):
    """A case as lists and headers show it.

    last_text: the first 160 characters of the last message. unread_*: messages the side has not
    read. key, head_start_ms, tags, escalation are for staff; clients never receive this row.
    """

    case: CaseId
    client: ClientId
    client_name: str
    channel: Channel
    subject: str
    segment: Segment
    language: Language
    status: CaseStatus
    opened_at_ms: int
    updated_seq: int
    answers: tuple[Answer, ...] = ()
    former_cases: tuple[CaseId, ...] = ()
    queue: QueueId | None = None
    enqueued_at_ms: int | None = None
    key: int | None = None
    head_start_ms: int = 0
    holder: AgentId | None = None
    assigned_at_ms: int | None = None
    preferred: AgentId | None = None
    offer: OfferView | None = None
    due_at_ms: int | None = None
    starts_by_ms: int | None = None
    is_held: bool = False
    is_over_capacity: bool = False
    is_escalated: bool = False
    closes_at_ms: int | None = None
    last_at_ms: int | None = None
    last_author: Author | None = None
    last_text: str = ""
    unread_agent: int = 0
    unread_client: int = 0
    read_by_client: MessageId | None = None
    read_by_agent: MessageId | None = None
    tags: tuple[str, ...] = ()
    merged_into: CaseId | None = None
    merged: tuple[CaseId, ...] = ()
    closed_at_ms: int | None = None
    close_cause: CloseCause | None = None
    wrap_up_reason: str = ""
    survey_note: int | None = None


class Snapshot(Struct, frozen=True, kw_only=True):
    """The rows after event `seq`. For an agent: itself and the cases it holds or is offered;
    for supervisors and administrators: every agent, queue and open case of the site."""

    seq: int
    agents: tuple[AgentView, ...] = ()
    queues: tuple[QueueView, ...] = ()
    cases: tuple[CaseView, ...] = ()


# Records kept beside the log.


class Me(Struct, frozen=True, kw_only=True):
    """Who is signed in on the desktop."""

    agent: AgentId
    name: str
    login: str
    role: Role
    language: Language
    site: str
    site_name: str


class Contract(Struct, frozen=True, kw_only=True):
    """An insurance contract. start: ISO 8601 date."""

    reference: str
    kind: str
    start: str
    insurer: str
    assistance: str = ""
    is_active: bool = True


class Claim(Struct, frozen=True, kw_only=True):
    """A claim. opened: ISO 8601 date. link: where the claim file is, or empty."""

    reference: str
    kind: str
    status: str
    opened: str
    contract: str = ""
    link: str = ""


class ClientRecord(Struct, frozen=True, kw_only=True):
    """A client's record. external: the id the insurer's site signs, or empty for a visitor."""

    client: ClientId
    name: str
    external: str = ""
    segment: Segment = Segment.STANDARD
    language: Language = Language.FR
    email: str = ""
    phone: str = ""
    city: str = ""
    since: str = ""
    named_agents: tuple[AgentId, ...] = ()
    contracts: tuple[Contract, ...] = ()
    claims: tuple[Claim, ...] = ()


class Macro(Struct, frozen=True, kw_only=True):
    """What a macro does, in the order text, tags, outcome. key: one letter after Ctrl+M, or ''.

    text may hold {client}, {agent}, {case}, {subject}; the desktop fills them in and shows the
    result before it is sent.
    """

    macro: MacroId
    label: Label
    text: Label | None = None
    tags: tuple[str, ...] = ()
    outcome: AnyOutcome | None = None
    asks_agent: bool = False
    asks_queue: bool = False
    asks_reason: bool = False
    key: str = ""


class Template(Struct, frozen=True, kw_only=True):
    """A reply an agent can insert with `/` and its name."""

    template: TemplateId
    name: str
    text: Label


class Article(Struct, frozen=True, kw_only=True):
    """An article of the knowledge base; body is Markdown."""

    article: ArticleId
    title: Label
    body: Label
    tags: tuple[str, ...] = ()
    is_public: bool = True


class SiteProfile(Struct, frozen=True, kw_only=True):
    """What a site is: its name, its widget, its bot. origins: pages that may carry the widget.

    widget_secret signs client identities (HS256) and never leaves the server.
    """

    name: str
    bot: BotScript
    origins: tuple[str, ...] = ()
    widget_secret: str = ""
    colour: str = "#2454d6"
    greeting: Label = Label(fr="Bonjour", en="Hello")
    time_zone: str = "Europe/Paris"


class Credential(Struct, frozen=True, kw_only=True):
    """A sign-in. password_hash: argon2id in PHC form. epoch: raised to end all its sessions."""

    agent: AgentId
    login: str
    password_hash: str
    language: Language = Language.FR
    epoch: int = 0


class Session(Struct, frozen=True, kw_only=True):
    """A signed-in browser. token_hash: SHA-256 of the secret, hex; the secret is not kept.

    holder_id: an agent's or a client's id. csrf: what writes must echo in X-CSRF-Token.
    """

    token_hash: str
    role: Role
    holder_id: str
    created_ms: int
    seen_ms: int
    expires_ms: int
    epoch: int = 0
    csrf: str = ""


class StoredFile(Struct, frozen=True, kw_only=True):
    """An uploaded file. owner: who uploaded it; case: set when a message carries it."""

    file: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    owner: str
    uploaded_at_ms: int
    case: CaseId | None = None


# Answers of the HTTP API.


class EventPage(Struct, frozen=True, kw_only=True):
    """Events of a case or client, oldest first. before: seq to ask the page before, or None."""

    events: tuple[AnyEvent, ...]
    before: int | None = None


class CasePage(Struct, frozen=True, kw_only=True):
    """Cases, the last changed first. cursor: what to ask the next page with, or None."""

    cases: tuple[CaseView, ...]
    cursor: str | None = None


class ClientPage(Struct, frozen=True, kw_only=True):
    """Clients by name. cursor: what to ask the next page with, or None."""

    clients: tuple[ClientRecord, ...]
    cursor: str | None = None


class Workbench(Struct, frozen=True, kw_only=True):
    """What a desktop loads once after sign-in."""

    macros: tuple[Macro, ...]
    templates: tuple[Template, ...]
    subjects: tuple[SubjectRule, ...]
    queues: tuple[QueueView, ...]
    agents: tuple[AgentView, ...]


class WidgetProfile(Struct, frozen=True, kw_only=True):
    """What the widget loads before it opens."""

    site_name: str
    colour: str
    greeting: Label
    bot: BotScript
    articles: tuple[Article, ...] = ()


class WidgetOpening(Struct, frozen=True, kw_only=True):
    """Whether a subject's queue takes cases now.

    is_open: false while it is closed by hand, and refuses. is_in_hours: false while it keeps a case
    until it opens; opens says when, notice what its hours tell the client.
    """

    is_open: bool = True
    is_in_hours: bool = True
    opens: Label | None = None
    notice: Label | None = None


class WidgetSession(Struct, frozen=True, kw_only=True):
    """A client's own session; the widget keeps `token` in its own storage."""

    token: str
    client: ClientId
    name: str
    is_signed: bool
    expires_ms: int


class Problem(Struct, frozen=True, kw_only=True):
    """An error of the HTTP API (RFC 9457). code: a Refusal or one of docs/PROTOCOL.md's codes."""

    title: str
    status: int
    code: str
    detail: str = ""
    field: str = ""
    type: str = "about:blank"
