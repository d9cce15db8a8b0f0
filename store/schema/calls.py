"""The words of telephony: what may be asked of a call, and what has happened to one."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from store.schema.commands import Command
from store.schema.events import CaseEvent
from store.schema.ids import (
    AgentId,
    CallId,
    CheckedAgentId,
    CheckedCallId,
    CheckedCaseId,
    CheckedQueueId,
    LegId,
    QueueId,
)

# As dialled: what a person may type or paste, spaces and all. What it means is checked later.
DialledNumber = Annotated[str, Meta(min_length=1, max_length=64)]
# RFC 4733, section 3.2: events 0 to 15.
Tones = Annotated[str, Meta(pattern="^[0-9A-D*#]{1,32}$")]


class CallKind(StrEnum):
    """How a call came about. MANUAL: an agent dialled. APPOINTMENT: its time has come."""

    INBOUND = "inbound"
    MANUAL = "manual"
    APPOINTMENT = "appointment"


class LegRole(StrEnum):
    """Who is at the end of a leg. GUEST: asked in by an agent, from outside."""

    CLIENT = "client"
    AGENT = "agent"
    GUEST = "guest"
    SUPERVISOR = "supervisor"


class LegCause(StrEnum):
    """Why a leg ended, in the words of the trade; SIP status codes beside them.

    COMPLETED: hung up after an answer. CANCELLED: hung up before (487). LOST: its connection
    did not come back. REPLACED: the same person's newer connection took its place.
    """

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    BUSY = "busy"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    LOST = "lost"
    REPLACED = "replaced"


class CallCause(StrEnum):
    """Why a call ended."""

    CLIENT_LEFT = "client_left"
    AGENT_LEFT = "agent_left"
    CLIENT_NOT_REACHED = "client_not_reached"
    AGENT_NOT_REACHED = "agent_not_reached"
    OUTSIDE_HOURS = "outside_hours"
    APPOINTMENT_TAKEN = "appointment_taken"
    CASE_CLOSED = "case_closed"
    TOO_LONG = "too_long"
    NODE_DRAINED = "node_drained"


class TransferMode(StrEnum):
    """COLD: straight on (RFC 5589, basic transfer). WARM: after a consultation (attended)."""

    COLD = "cold"
    WARM = "warm"


class TransferOutcome(StrEnum):
    """How a transfer ended. RETURNED: nobody took it, it went back to the first agent."""

    COMPLETED = "completed"
    JOINED = "joined"
    TAKEN_BACK = "taken_back"
    RETURNED = "returned"


class SupervisionMode(StrEnum):
    """LISTEN: heard by nobody. WHISPER: heard by agents only. JOIN: heard by all."""

    LISTEN = "listen"
    WHISPER = "whisper"
    JOIN = "join"


class NoticeBy(StrEnum):
    """Who tells the client that the call is recorded."""

    PROMPT = "prompt"
    AGENT = "agent"


# What an agent or supervisor may ask.


class CallCommand(Command, frozen=True, kw_only=True):
    """Something to do with a call that is there."""

    call: CheckedCallId


class Dial(CallCommand, frozen=True, kw_only=True, tag="dial"):
    """Call a number for a case: the agent's leg first, then the number."""

    case: CheckedCaseId
    number: DialledNumber


class AnswerCall(CallCommand, frozen=True, kw_only=True, tag="answer_call"):
    """Take the leg that rings at one's desktop."""


class RefuseCall(CallCommand, frozen=True, kw_only=True, tag="refuse_call"):
    """Do not take the leg that rings at one's desktop."""


class HangUp(CallCommand, frozen=True, kw_only=True, tag="hang_up"):
    """Leave the call. It ends unless another agent stays in it."""


class HoldCall(CallCommand, frozen=True, kw_only=True, tag="hold_call"):
    """Let the client wait with music."""


class ResumeCall(CallCommand, frozen=True, kw_only=True, tag="resume_call"):
    """Come back to the client."""


class MuteLeg(CallCommand, frozen=True, kw_only=True, tag="mute_leg"):
    """Be heard no more, or again."""

    is_muted: bool


class SendTones(CallCommand, frozen=True, kw_only=True, tag="send_tones"):
    """Press keys for the client's side (RFC 4733)."""

    tones: Tones


class TransferCall(CallCommand, frozen=True, kw_only=True, tag="transfer_call"):
    """Hand the client to an agent, or to a queue: one of the two."""

    mode: TransferMode
    agent: CheckedAgentId | None = None
    queue: CheckedQueueId | None = None


class CompleteTransfer(CallCommand, frozen=True, kw_only=True, tag="complete_transfer"):
    """Leave the client with the agent consulted."""


class JoinTransfer(CallCommand, frozen=True, kw_only=True, tag="join_transfer"):
    """Bring the client to the agent consulted, and stay."""


class CancelTransfer(CallCommand, frozen=True, kw_only=True, tag="cancel_transfer"):
    """Go back to the client, without the agent consulted."""


class InviteToCall(CallCommand, frozen=True, kw_only=True, tag="invite_to_call"):
    """Ask a colleague, or somebody at a number, into the conversation: one of the two."""

    agent: CheckedAgentId | None = None
    number: DialledNumber | None = None


class ConfirmNotice(CallCommand, frozen=True, kw_only=True, tag="confirm_notice"):
    """Say that one has read the recording notice to the client."""


class RefuseRecording(CallCommand, frozen=True, kw_only=True, tag="refuse_recording"):
    """The client does not want to be recorded: the red button. There is no way back."""


class PauseRecording(CallCommand, frozen=True, kw_only=True, tag="pause_recording"):
    """Keep nothing while a card number is read out."""


class ResumeRecording(CallCommand, frozen=True, kw_only=True, tag="resume_recording"):
    """Keep what is said again."""


class SuperviseCall(CallCommand, frozen=True, kw_only=True, tag="supervise_call"):
    """Listen, whisper or join; asked again, change between them. Supervisors only."""

    mode: SupervisionMode


class FinishWrapUp(CallCommand, frozen=True, kw_only=True, tag="finish_wrap_up"):
    """Be done with what follows a call."""


AnyCallCommand = (
    Dial
    | AnswerCall
    | RefuseCall
    | HangUp
    | HoldCall
    | ResumeCall
    | MuteLeg
    | SendTones
    | TransferCall
    | CompleteTransfer
    | JoinTransfer
    | CancelTransfer
    | InviteToCall
    | ConfirmNotice
    | RefuseRecording
    | PauseRecording
    | ResumeRecording
    | SuperviseCall
    | FinishWrapUp
)


class CallRefusal(StrEnum):
    """Why a command changed nothing. Sent to the asker as it stands."""

    CALL_UNKNOWN = "call_unknown"
    NOT_NOW = "not_now"
    NOT_IN_CALL = "not_in_call"
    NOT_YOUR_CALL = "not_your_call"
    FORBIDDEN = "forbidden"
    ALREADY_IN_CALL = "already_in_call"
    ONE_TARGET_ONLY = "one_target_only"
    NO_RECORDING = "no_recording"
    NODE_DRAINING = "node_draining"


class CallRefused(Exception):  # noqa: N818 - a refusal is an outcome, not an error
    """The command is well formed but not possible now. Nothing has changed."""

    def __init__(self, refusal: CallRefusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


# What has happened.


class CallFact(Struct, frozen=True, kw_only=True, tag_field="type"):
    """One fact about one call."""


class CallStarted(CallFact, frozen=True, kw_only=True, tag="call.started"):
    """There is a call. number: the client's, E.164, empty for a browser."""

    kind: CallKind
    number: str = ""


class LegJoined(CallFact, frozen=True, kw_only=True, tag="leg.joined"):
    """Somebody is in the call: answered, with media."""

    leg: LegId
    role: LegRole
    agent: AgentId | None = None
    number: str = ""


class LegReplaced(CallFact, frozen=True, kw_only=True, tag="leg.replaced"):
    """The same person goes on over another connection."""

    leg: LegId
    by_leg: LegId


class LegLost(CallFact, frozen=True, kw_only=True, tag="leg.lost"):
    """A connection broke; it may be replaced until `until_ms`."""

    leg: LegId
    until_ms: int


class LegMended(CallFact, frozen=True, kw_only=True, tag="leg.mended"):
    """The connection works again by itself."""

    leg: LegId


class LegLeft(CallFact, frozen=True, kw_only=True, tag="leg.left"):
    """Somebody is out of the call, or was never reached."""

    leg: LegId
    role: LegRole
    cause: LegCause
    agent: AgentId | None = None


class LegMuted(CallFact, frozen=True, kw_only=True, tag="leg.muted"):
    """Whether somebody can be heard."""

    leg: LegId
    is_muted: bool


class LegHeld(CallFact, frozen=True, kw_only=True, tag="leg.held"):
    """Whether somebody's own telephone has put us on hold (RFC 3264, section 8.4)."""

    leg: LegId
    is_held: bool


class CallConnected(CallFact, frozen=True, kw_only=True, tag="call.connected"):
    """Client and agent speak, for the first time or after a new wait. waited_ms: since then."""

    agent: AgentId
    waited_ms: int


class CallHeld(CallFact, frozen=True, kw_only=True, tag="call.held"):
    """The client waits with music, its agent is still there."""


class CallResumed(CallFact, frozen=True, kw_only=True, tag="call.resumed"):
    """The client is back with its agent."""


class TransferStarted(CallFact, frozen=True, kw_only=True, tag="transfer.started"):
    """The agent hands the client on, to an agent or to a queue."""

    mode: TransferMode
    by_agent: AgentId
    agent: AgentId | None = None
    queue: QueueId | None = None


class TransferEnded(CallFact, frozen=True, kw_only=True, tag="transfer.ended"):
    """What came of it. agent: who has the client now."""

    outcome: TransferOutcome
    agent: AgentId | None = None


class NoticeGiven(CallFact, frozen=True, kw_only=True, tag="recording.notice_given"):
    """The client knows that the call is recorded and that it may be refused."""

    given_by: NoticeBy


class RecordingStarted(CallFact, frozen=True, kw_only=True, tag="recording.started"):
    """What is said between client and agents is kept."""


class RecordingPaused(CallFact, frozen=True, kw_only=True, tag="recording.paused"):
    """Nothing is kept for now."""


class RecordingResumed(CallFact, frozen=True, kw_only=True, tag="recording.resumed"):
    """What is said is kept again."""


class RecordingRefused(CallFact, frozen=True, kw_only=True, tag="recording.refused"):
    """The client does not want it. by_client: with a key, not through the agent."""

    by_client: bool = False


class RecordingStopped(CallFact, frozen=True, kw_only=True, tag="recording.stopped"):
    """Nothing more is kept of this call. is_deleted: nor is what was kept before."""

    is_deleted: bool = False


class RecordingFailed(CallFact, frozen=True, kw_only=True, tag="recording.failed"):
    """The recorder could not go on; the call did."""


class SupervisionStarted(CallFact, frozen=True, kw_only=True, tag="supervision.started"):
    """A supervisor is in the call. Written on the case; the client is not shown it."""

    supervisor: AgentId
    mode: SupervisionMode


class SupervisionChanged(CallFact, frozen=True, kw_only=True, tag="supervision.changed"):
    """The supervisor is heard by others than before."""

    supervisor: AgentId
    mode: SupervisionMode


class SupervisionEnded(CallFact, frozen=True, kw_only=True, tag="supervision.ended"):
    """The supervisor is out of the call."""

    supervisor: AgentId


class CallEnded(CallFact, frozen=True, kw_only=True, tag="call.ended"):
    """Nobody speaks any more. talked_ms: with an agent, holds included."""

    cause: CallCause
    talked_ms: int = 0


class WrapUpEnded(CallFact, frozen=True, kw_only=True, tag="call.wrapped_up"):
    """The agent is done with it. is_timed_out: did not say so in time."""

    agent: AgentId
    is_timed_out: bool = False


AnyCallFact = (
    CallStarted
    | LegJoined
    | LegReplaced
    | LegLost
    | LegMended
    | LegLeft
    | LegMuted
    | LegHeld
    | CallConnected
    | CallHeld
    | CallResumed
    | TransferStarted
    | TransferEnded
    | NoticeGiven
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingRefused
    | RecordingStopped
    | RecordingFailed
    | SupervisionStarted
    | SupervisionChanged
    | SupervisionEnded
    | CallEnded
    | WrapUpEnded
)


class ReportCall(Command, frozen=True, kw_only=True, tag="report_call"):
    """Write what happened to a call on its case. Only telephony does.

    happened_at_ms: by the media node's clock; the event's own time is the writer's.
    """

    case: CheckedCaseId
    call: CheckedCallId
    happened_at_ms: int
    fact: AnyCallFact


class CallReported(CaseEvent, frozen=True, kw_only=True, tag="call.reported"):
    """Something happened to a call of this case. Staff only.

    One event for all facts: the router keeps them, and decides by few of them.
    """

    call: CallId
    happened_at_ms: int
    fact: AnyCallFact
