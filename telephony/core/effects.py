"""Everything that a call can want done, by legs, bridges, the recorder and the router."""

from enum import StrEnum

from msgspec import Struct

from store.schema.calls import AnyCallFact, LegCause, LegRole
from store.schema.commands import Actor, AnyCommand
from store.schema.ids import AgentId, BridgeId, LegId


class Cue(StrEnum):
    """What is played. The words of each prompt are beside its recording, in both languages."""

    # Prompts: heard once, by the client.
    GREETING = "greeting"
    RECORDING_NOTICE = "recording_notice"
    WAIT = "wait"
    CLOSED = "closed"
    APPOINTMENT_OFFER = "appointment_offer"
    APPOINTMENT_TAKEN = "appointment_taken"
    # For as long as it takes.
    MUSIC = "music"
    CALLING = "calling"
    RINGBACK = "ringback"
    STANDING_BY = "standing_by"


class Sound(Struct, frozen=True, kw_only=True):
    """One thing to hear. place, wait_ms, at_ms: what WAIT and APPOINTMENT_* say, 0 if unknown."""

    cue: Cue
    place: int = 0
    wait_ms: int = 0
    at_ms: int = 0


class Voice(StrEnum):
    """Who hears a leg."""

    ALL = "all"
    AGENTS = "agents"
    NOBODY = "nobody"


class Seat(Struct, frozen=True, kw_only=True):
    """A leg's place in a bridge."""

    leg: LegId
    role: LegRole
    voice: Voice = Voice.ALL


class Side(StrEnum):
    """The channel of the recording on which a leg is kept."""

    CLIENT = "client"
    AGENT = "agent"


# A leg hears one thing at a time, a bridge or a sound: the last that was asked for.


class StartLeg(Struct, frozen=True, kw_only=True):
    """Call somebody: an agent's desktop (`agent`), or else the client or guest at `number`.

    A client without a number is called in the widget. rings: the desktop asks first; otherwise
    its agent has accepted already and is connected at once.
    """

    leg: LegId
    role: LegRole
    agent: AgentId | None = None
    number: str = ""
    rings: bool = False


class AnswerLeg(Struct, frozen=True, kw_only=True):
    """Accept the call of an arriving leg (200)."""

    leg: LegId


class HangUpLeg(Struct, frozen=True, kw_only=True):
    """End a leg whatever its state: a refusal, CANCEL or BYE, as RFC 3261 has it.

    An answer that crosses a CANCEL (RFC 3261, section 9.1) is the leg's own to acknowledge and
    to end with BYE. LegEnded follows.
    """

    leg: LegId
    cause: LegCause


class BridgeLegs(Struct, frozen=True, kw_only=True):
    """These legs, and no others, are in the bridge.

    A leg that comes from another bridge leaves it only when this one carries its media. A leg no
    longer named hears what another effect of the same list says.
    """

    bridge: BridgeId
    seats: tuple[Seat, ...]


class EndBridge(Struct, frozen=True, kw_only=True):
    """The bridge is empty. Its name may be used again, for another one."""

    bridge: BridgeId


class Play(Struct, frozen=True, kw_only=True):
    """Let a leg hear sounds in order, the last one again and again if it loops.

    The leg leaves its bridge. number: told in SoundEnded when sounds that do not loop are over.
    """

    leg: LegId
    number: int
    sounds: tuple[Sound, ...]
    loops: bool


class SendTone(Struct, frozen=True, kw_only=True):
    """Press keys, one after the other (RFC 4733)."""

    leg: LegId
    tones: str


class StartRecording(Struct, frozen=True, kw_only=True):
    """Open the recording. What is kept comes from the tapped legs."""


class PauseRecording(Struct, frozen=True, kw_only=True):
    """Keep silence for now: no leg is tapped."""


class ResumeRecording(Struct, frozen=True, kw_only=True):
    """Keep what the tapped legs say again."""


class StopRecording(Struct, frozen=True, kw_only=True):
    """Close the recording for good. deletes: and what was kept of it, transcript included."""

    deletes: bool


class TapLeg(Struct, frozen=True, kw_only=True):
    """Copy what this leg says to the recorder and the transcript."""

    leg: LegId
    side: Side


class UntapLeg(Struct, frozen=True, kw_only=True):
    """Copy nothing more of this leg, from the next frame on."""

    leg: LegId


class Ask(Struct, frozen=True, kw_only=True):
    """Send a command to the router until it is answered; its ref makes that safe."""

    actor: Actor
    command: AnyCommand


class Report(Struct, frozen=True, kw_only=True):
    """Write a fact on the case, in the order of reports. ref: as of a command."""

    ref: str
    fact: AnyCallFact


AnyEffect = (
    StartLeg
    | AnswerLeg
    | HangUpLeg
    | BridgeLegs
    | EndBridge
    | Play
    | SendTone
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | TapLeg
    | UntapLeg
    | Ask
    | Report
)
