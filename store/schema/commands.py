"""Everything that can be asked of the router, and the ways it can refuse."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from store.schema.ids import (
    AgentId,
    CheckedAgentId,
    CheckedCaseId,
    CheckedClientId,
    CheckedMacroId,
    CheckedMessageId,
    CheckedNoteId,
    CheckedOfferId,
    CheckedQueueId,
    Ref,
)
from store.schema.terms import (
    Answer,
    Channel,
    CloseCause,
    FileRef,
    Hours,
    Label,
    Language,
    Period,
    Policy,
    Presence,
    Ring,
    Role,
    Segment,
    SkillLevel,
)

Text = Annotated[str, Meta(min_length=0, max_length=8000)]
ShortText = Annotated[str, Meta(max_length=200)]
Tag = Annotated[str, Meta(min_length=1, max_length=40)]
Files = Annotated[tuple[FileRef, ...], Meta(max_length=5)]
Mentions = Annotated[tuple[CheckedAgentId, ...], Meta(max_length=20)]


class Actor(Struct, frozen=True, kw_only=True):
    """Who asks. Set by the edge that authenticated them, never by the sender."""

    role: Role
    id: str
    name: str = ""


SYSTEM = Actor(role=Role.SYSTEM, id="system")


class Command(Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """One request.

    ref: chosen by the sender, echoed in the reply; for one sender a repeated ref is the same
    request, and the same ref with other content is refused.
    """

    ref: Ref


# What a client may ask.


class OpenCase(Command, frozen=True, kw_only=True, tag="open_case"):
    """Ask for something. The edge fills in client, client_name and, when known, segment.

    due_at_ms: when an appointment is to be, within a year; without it, at once.
    """

    case: CheckedCaseId
    channel: Channel
    subject: ShortText
    language: Language = Language.FR
    answers: Annotated[tuple[Answer, ...], Meta(max_length=20)] = ()
    client: CheckedClientId | None = None
    client_name: ShortText = ""
    due_at_ms: Annotated[int, Meta(ge=0)] | None = None


class MoveAppointment(Command, frozen=True, kw_only=True, tag="move_appointment"):
    """Have an appointment that is still to come at another time."""

    case: CheckedCaseId
    due_at_ms: Annotated[int, Meta(ge=0)]


class LeaveQueue(Command, frozen=True, kw_only=True, tag="leave_queue"):
    """Want nothing more: hang up while waiting, or cancel an appointment. Nobody holds it yet."""

    case: CheckedCaseId


class SendMessage(Command, frozen=True, kw_only=True, tag="send_message"):
    """Say something in a case, as its client or as its holder. Text or files, or both."""

    case: CheckedCaseId
    message: CheckedMessageId
    text: Text = ""
    files: Files = ()


class MarkRead(Command, frozen=True, kw_only=True, tag="mark_read"):
    """Everything up to and including `up_to` was seen."""

    case: CheckedCaseId
    up_to: CheckedMessageId


class AnswerSurvey(Command, frozen=True, kw_only=True, tag="answer_survey"):
    """Rate a closed case, once."""

    case: CheckedCaseId
    note: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=2000)] = ""


# What an agent may ask.


class SetPresence(Command, frozen=True, kw_only=True, tag="set_presence"):
    """Change a status: one's own, or, for a supervisor, another's."""

    presence: Presence
    agent: CheckedAgentId | None = None


class AcceptOffer(Command, frozen=True, kw_only=True, tag="accept_offer"):
    """Take the case reserved for one."""

    offer: CheckedOfferId


class RefuseOffer(Command, frozen=True, kw_only=True, tag="refuse_offer"):
    """Leave the case to the next agent."""

    offer: CheckedOfferId


class StartCase(Command, frozen=True, kw_only=True, tag="start_case"):
    """Say that work on an accepted case has begun. Its holder, or the system for a call."""

    case: CheckedCaseId


class TakeNote(Command, frozen=True, kw_only=True, tag="take_note"):
    """Write a private note."""

    case: CheckedCaseId
    note: CheckedNoteId
    text: Text
    mentions: Mentions = ()


class TagCase(Command, frozen=True, kw_only=True, tag="tag_case"):
    """Replace the tags of a case."""

    case: CheckedCaseId
    tags: Annotated[tuple[Tag, ...], Meta(max_length=20)]


class OutcomeWait(Struct, frozen=True, kw_only=True, tag_field="type", tag="wait"):
    """The client must answer next."""


class OutcomeClose(Struct, frozen=True, kw_only=True, tag_field="type", tag="close"):
    """The case ends; `cause` is CLOSED (the client is told) or NO_REPLY (nothing is sent)."""

    cause: CloseCause = CloseCause.CLOSED
    reason: ShortText = ""
    summary: Text = ""


class OutcomeAssign(Struct, frozen=True, kw_only=True, tag_field="type", tag="assign"):
    """A colleague takes over."""

    agent: CheckedAgentId


class OutcomeTransfer(Struct, frozen=True, kw_only=True, tag_field="type", tag="transfer"):
    """The case goes to a queue and keeps its age."""

    queue: CheckedQueueId


class OutcomeEscalate(Struct, frozen=True, kw_only=True, tag_field="type", tag="escalate"):
    """The case goes to the N+1."""

    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


AnyOutcome = OutcomeWait | OutcomeClose | OutcomeAssign | OutcomeTransfer | OutcomeEscalate


class SettleCase(Command, frozen=True, kw_only=True, tag="settle_case"):
    """Give a case its outcome, with or without a macro, all or nothing.

    In this order: `text` is sent to the client when not empty (then `message` is needed), `tags`
    are added, `outcome` is carried out. `macro` is written on the case when a macro asked it.
    """

    case: CheckedCaseId
    macro: CheckedMacroId | None = None
    message: CheckedMessageId | None = None
    text: Text = ""
    tags: Annotated[tuple[Tag, ...], Meta(max_length=20)] = ()
    outcome: AnyOutcome | None = None


class PullCase(Command, frozen=True, kw_only=True, tag="pull_case"):
    """Take a given waiting case oneself."""

    case: CheckedCaseId


class AssignCase(Command, frozen=True, kw_only=True, tag="assign_case"):
    """Give a case to an agent by hand, above the cap when the asker is a supervisor."""

    case: CheckedCaseId
    agent: CheckedAgentId


class TakeBack(Command, frozen=True, kw_only=True, tag="take_back"):
    """Take a case from its holder, back to its queue with its age."""

    case: CheckedCaseId


class MergeCases(Command, frozen=True, kw_only=True, tag="merge_cases"):
    """Close `case` into `into`; both open, both of one client."""

    case: CheckedCaseId
    into: CheckedCaseId


# What administrators and the edge itself ask.


class ConfigureAgent(Command, frozen=True, kw_only=True, tag="configure_agent"):
    """Create or change an agent."""

    agent: CheckedAgentId
    name: ShortText
    role: Role = Role.AGENT
    team: ShortText = ""
    supervisor: AgentId | None = None
    skills: tuple[SkillLevel, ...] = ()
    capacity: Annotated[int, Meta(ge=0, le=20)] = 4
    is_active: bool = True


class ConfigureQueue(Command, frozen=True, kw_only=True, tag="configure_queue"):
    """Create or change a queue."""

    queue: CheckedQueueId
    label: Label
    required: tuple[SkillLevel, ...] = ()
    rings: Annotated[tuple[Ring, ...], Meta(max_length=6)] = ()
    service_level_ms: Annotated[int, Meta(ge=1000)] = 60_000
    is_open: bool = True
    hours: Hours | None = None


class SwitchQueue(Command, frozen=True, kw_only=True, tag="switch_queue"):
    """Open or close a queue by hand, whatever its hours; nothing else of it changes."""

    queue: CheckedQueueId
    is_open: bool


class ScheduleQueue(Command, frozen=True, kw_only=True, tag="schedule_queue"):
    """Tell a queue's coming open times, in order. Only the system's calendar does."""

    queue: CheckedQueueId
    periods: Annotated[tuple[Period, ...], Meta(max_length=1000)]


class ConfigurePolicy(Command, frozen=True, kw_only=True, tag="configure_policy"):
    """Change the policy. after_revision: refused when another one than this is in force."""

    policy: Policy
    after_revision: int | None = None


class RegisterClient(Command, frozen=True, kw_only=True, tag="register_client"):
    """Tell the router of a client."""

    client: CheckedClientId
    segment: Segment = Segment.STANDARD
    named_agents: tuple[AgentId, ...] = ()


class ConnectAgent(Command, frozen=True, kw_only=True, tag="connect_agent"):
    """The agent's first desktop socket opened. Only the edge says so."""

    agent: CheckedAgentId


class DisconnectAgent(Command, frozen=True, kw_only=True, tag="disconnect_agent"):
    """The agent's last desktop socket closed. Only the edge says so."""

    agent: CheckedAgentId


AnyCommand = (
    OpenCase
    | MoveAppointment
    | LeaveQueue
    | SendMessage
    | MarkRead
    | AnswerSurvey
    | SetPresence
    | AcceptOffer
    | RefuseOffer
    | StartCase
    | TakeNote
    | TagCase
    | SettleCase
    | PullCase
    | AssignCase
    | TakeBack
    | MergeCases
    | ConfigureAgent
    | ConfigureQueue
    | SwitchQueue
    | ScheduleQueue
    | ConfigurePolicy
    | RegisterClient
    | ConnectAgent
    | DisconnectAgent
)


class Refusal(StrEnum):
    """Why a command changed nothing. Sent to the asker as it stands."""

    CASE_EXISTS = "case_exists"
    CASE_UNKNOWN = "case_unknown"
    CASE_CLOSED = "case_closed"
    CASE_NOT_WAITING = "case_not_waiting"
    APPOINTMENT_TIME = "appointment_time"
    NOT_AN_APPOINTMENT = "not_an_appointment"
    AGENT_UNKNOWN = "agent_unknown"
    AGENT_AT_CAPACITY = "agent_at_capacity"
    AGENT_NOT_AVAILABLE = "agent_not_available"
    QUEUE_UNKNOWN = "queue_unknown"
    QUEUE_CLOSED = "queue_closed"
    POLICY_CHANGED = "policy_changed"
    QUEUE_HAS_NO_HOURS = "queue_has_no_hours"
    CLIENT_UNKNOWN = "client_unknown"
    MESSAGE_EMPTY = "message_empty"
    MESSAGE_EXISTS = "message_exists"
    MESSAGE_ID_MISSING = "message_id_missing"
    NOT_HOLDER = "not_holder"
    NOT_YOUR_CASE = "not_your_case"
    NOT_OFFERED = "not_offered"
    NO_SUPERVISOR = "no_supervisor"
    NOT_SAME_CLIENT = "not_same_client"
    SAME_CASE = "same_case"
    SURVEY_NOT_ASKED = "survey_not_asked"
    REF_REUSED = "ref_reused"
    FORBIDDEN = "forbidden"


class Refused(Exception):  # noqa: N818 - a refusal is an outcome, not an error
    """The command is well formed but not possible now. Nothing has changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class Envelope(Struct, frozen=True, kw_only=True):
    """A command on its way to the writer of its site."""

    actor: Actor
    command: AnyCommand


class Reply(Struct, frozen=True, kw_only=True):
    """The writer's answer. seq: the site's last committed event when it was carried out."""

    ref: str
    seq: int
    refusal: Refusal | None = None
