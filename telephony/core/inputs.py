"""Everything that can happen to a call, told by legs, the router, desktops and the media node."""

from msgspec import Struct

from store.schema.calls import AnyCallCommand, LegCause
from store.schema.commands import Actor, Refusal
from store.schema.ids import AgentId, CaseId, ClientId, LegId, QueueId
from store.schema.terms import CloseCause, Language


class Party(Struct, frozen=True, kw_only=True):
    """The client of a call and how to reach them. number: E.164; empty for a browser."""

    client: ClientId
    name: str = ""
    number: str = ""
    language: Language = Language.FR


# How a call begins. Exactly one of these comes first, and once.


class ClientArrived(Struct, frozen=True, kw_only=True):
    """A client calls: an INVITE from the trunk, or the widget's offer. Not answered yet.

    appointment_case: the id that an appointment gets, should the client prefer one.
    """

    leg: LegId
    party: Party
    subject: str
    appointment_case: CaseId


class NumberDialled(Struct, frozen=True, kw_only=True):
    """An agent calls out; the number is checked and allowed (`telephony.core.dialling`)."""

    agent: AgentId
    party: Party


class AppointmentDue(Struct, frozen=True, kw_only=True):
    """The router has begun to look for somebody to call this client back."""

    party: Party


# What legs tell. Whatever arrives late, twice or for a leg that is over is ignored.


class LegRang(Struct, frozen=True, kw_only=True):
    """It rings at the other end (180)."""

    leg: LegId


class LegProgressed(Struct, frozen=True, kw_only=True):
    """The other end sends sound before it answers: early media (183 with SDP)."""

    leg: LegId


class LegAnswered(Struct, frozen=True, kw_only=True):
    """Media goes both ways. For an arriving leg: our answer was acknowledged."""

    leg: LegId


class LegEnded(Struct, frozen=True, kw_only=True):
    """The leg is over, by whichever side. Each leg tells this once, last of all."""

    leg: LegId
    cause: LegCause


class LegBroke(Struct, frozen=True, kw_only=True):
    """Nothing comes from the other end any more, though nobody hung up."""

    leg: LegId


class LegMended(Struct, frozen=True, kw_only=True):
    """Something comes again, over the same connection."""

    leg: LegId


class LegCameBack(Struct, frozen=True, kw_only=True):
    """The person of `leg` has a new connection, up already."""

    leg: LegId
    by_leg: LegId


class LegPutOnHold(Struct, frozen=True, kw_only=True):
    """The other end's own telephone holds or resumes: a re-INVITE (RFC 3264, section 8.4)."""

    leg: LegId
    is_held: bool


class TonePressed(Struct, frozen=True, kw_only=True):
    """A key at the other end (RFC 4733), once per press."""

    leg: LegId
    tone: str


class SoundEnded(Struct, frozen=True, kw_only=True):
    """What `Play` with this number began has been heard to its end."""

    number: int


class RecorderFailed(Struct, frozen=True, kw_only=True):
    """The recorder cannot go on."""


# What the router tells, from its events and replies.


class CaseGiven(Struct, frozen=True, kw_only=True):
    """This agent holds the case from now on. has_accepted: or was given it by somebody's hand."""

    agent: AgentId
    has_accepted: bool = True


class CaseQueued(Struct, frozen=True, kw_only=True):
    """Nobody holds the case any more: it waits in this queue."""

    queue: QueueId


class WaitEstimated(Struct, frozen=True, kw_only=True):
    """How the case stands. place: 1 is the next. wait_ms: expected, 0 while nobody can say.

    appointment_ms: the first free slot for an appointment, if any.
    """

    place: int
    wait_ms: int = 0
    appointment_ms: int | None = None


class CaseHeld(Struct, frozen=True, kw_only=True):
    """The queue is outside its hours. appointment_ms: the first free slot, if any."""

    appointment_ms: int | None = None


class CaseClosed(Struct, frozen=True, kw_only=True):
    """The case is over, by whoever closed it."""

    cause: CloseCause


class Replied(Struct, frozen=True, kw_only=True):
    """The router's answer to an `Ask`. It may come late: calls go on without the router."""

    ref: str
    refusal: Refusal | None = None


# What desktops and the node tell.


class Asked(Struct, frozen=True, kw_only=True):
    """An agent or supervisor wants something of a call that is there.

    Dial begins a call, AnswerCall and RefuseCall are the answer of a leg that rings: whoever has
    the legs turns them into NumberDialled, LegAnswered and LegEnded.
    """

    actor: Actor
    command: AnyCallCommand


class NodeDraining(Struct, frozen=True, kw_only=True):
    """This media node takes no new calls and ends when its present ones have."""


AnyInput = (
    ClientArrived
    | NumberDialled
    | AppointmentDue
    | LegRang
    | LegProgressed
    | LegAnswered
    | LegEnded
    | LegBroke
    | LegMended
    | LegCameBack
    | LegPutOnHold
    | TonePressed
    | SoundEnded
    | RecorderFailed
    | CaseGiven
    | CaseQueued
    | WaitEstimated
    | CaseHeld
    | CaseClosed
    | Replied
    | Asked
    | NodeDraining
)
