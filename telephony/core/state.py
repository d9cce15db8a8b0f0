"""What a call remembers: plain records. It lives as long as its media node's process."""

from msgspec import Struct, field

from store.schema.calls import CallKind, LegRole, SupervisionMode, TransferMode
from store.schema.ids import AgentId, CallId, CaseId, LegId, QueueId
from telephony.core.effects import Sound
from telephony.core.inputs import Party
from telephony.core.picture import Picture
from telephony.core.transitions import (
    GONE,
    ON_ITS_WAY,
    PRESENT,
    Consent,
    Due,
    LegState,
    Phase,
    Recorder,
)


class Leg(Struct, kw_only=True):
    """One connection to one person. agent: for desktops. mode: for supervisors."""

    leg: LegId
    role: LegRole
    state: LegState
    agent: AgentId | None = None
    number: str = ""
    is_muted: bool = False
    is_held: bool = False
    mode: SupervisionMode = SupervisionMode.LISTEN

    @property
    def is_on_its_way(self) -> bool:
        """Whether it was started and has not answered."""
        return self.state in ON_ITS_WAY

    @property
    def is_present(self) -> bool:
        """Whether its person is in the call, if perhaps cut off for the moment."""
        return self.state in PRESENT

    @property
    def is_gone(self) -> bool:
        """Whether it is over or was asked to be."""
        return self.state in GONE


class Transfer(Struct, kw_only=True):
    """A client being handed on. first: who had them, and gets them back if nobody else does.

    agent: who is to have them; for a queue, once the router has found somebody.
    is_returning: it failed, and the first agent is called.
    """

    mode: TransferMode
    first: AgentId
    agent: AgentId | None = None
    queue: QueueId | None = None
    is_returning: bool = False


class Estimate(Struct, kw_only=True, frozen=True):
    """What the client may be told of the wait."""

    place: int = 0
    wait_ms: int = 0


class CallState(Struct, kw_only=True):
    """One call.

    agent: who has the client, or is being reached for them. is_held_by_agent: whether the router
    knows of a holder. given: an agent who came while the greeting was still heard.
    prompt, prompt_number: what the client hears once, and the number it was played with.
    appointment_ms: the first free slot; offered_ms: the one the client was told of.
    opening, handing_on, booking: refs of the commands that open the case, transfer it, and book
    an appointment.
    requeues: refs of our own commands that put the case in a queue, not yet seen to happen.
    waits_since_ms: since when the client is with nobody.
    """

    call: CallId
    case: CaseId
    created_ms: int
    kind: CallKind = CallKind.INBOUND
    party: Party | None = None
    appointment_case: CaseId | None = None
    subject: str = ""
    phase: Phase = Phase.NEW
    legs: dict[LegId, Leg] = field(default_factory=dict)
    agent: AgentId | None = None
    is_held_by_agent: bool = False
    is_case_open: bool = True
    given: AgentId | None = None
    transfer: Transfer | None = None
    prompt: tuple[Sound, ...] = ()
    prompt_number: int = 0
    appointment_ms: int | None = None
    offered_ms: int | None = None
    is_appointment_taken: bool = False
    booking: str = ""
    booking_ms: int = 0
    is_outside_hours: bool = False
    estimate: Estimate = Estimate()
    consent: Consent = Consent.NOT_RECORDED
    recorder: Recorder = Recorder.IDLE
    is_deletion_wanted: bool = False
    opening: str = ""
    handing_on: str = ""
    requeues: list[str] = field(default_factory=list)
    waits_since_ms: int = 0
    talks_since_ms: int | None = None
    talked_ms: int = 0
    has_talked: bool = False
    deadlines: dict[tuple[Due, str], int] = field(default_factory=dict)
    picture: Picture = Picture()
    number: int = 0

    @property
    def client(self) -> Leg | None:
        """Return the client's leg, unless it is gone."""
        return next((leg for leg in self.living if leg.role is LegRole.CLIENT), None)

    @property
    def living(self) -> list[Leg]:
        """Return the legs that nobody has asked to end, in the order in which they came."""
        return [leg for leg in self.legs.values() if not leg.is_gone]

    @property
    def is_refused(self) -> bool:
        """Whether the client does not want to be recorded."""
        return self.consent is Consent.REFUSED

    @property
    def is_paused(self) -> bool:
        """Whether nothing is to be kept for now."""
        return self.consent is Consent.PAUSED

    def with_role(self, *roles: LegRole) -> list[Leg]:
        """Return the living legs of these roles."""
        return [leg for leg in self.living if leg.role in roles]

    def leg_of(self, agent: AgentId | None) -> Leg | None:
        """Return the living leg of an agent or supervisor."""
        return next((leg for leg in self.living if agent is not None and leg.agent == agent), None)
