"""What may follow what: the tables of a call, of its legs and of the client's consent.

A pair that a table does not name cannot happen, and `handle` is built so that it does not: to
look it up is an assertion. What comes late from outside is sorted out before.
"""

from enum import StrEnum

from store.schema import calls as c


class Phase(StrEnum):
    """Where a call is, seen from its client.

    ARRIVING: not answered yet. QUEUED: music and a place in a queue. OFFERED: an appointment
    whose client is not called yet. REACHING_AGENT: the leg of an agent is on its way, the client,
    if there, has music. REACHING_CLIENT: the agent is there and the number rings. NOTIFYING: the
    client hears the recording notice. CONSULTING: music for the client, the agents speak or one
    still rings. CLOSING: told that nobody is there, offered an appointment. WRAP_UP: the client
    is gone, the agent is not done.
    """

    NEW = "new"
    ARRIVING = "arriving"
    GREETING = "greeting"
    QUEUED = "queued"
    OFFERED = "offered"
    REACHING_AGENT = "reaching_agent"
    REACHING_CLIENT = "reaching_client"
    NOTIFYING = "notifying"
    TALKING = "talking"
    HELD = "held"
    CONSULTING = "consulting"
    CLOSING = "closing"
    WRAP_UP = "wrap_up"
    ENDED = "ended"


class Step(StrEnum):
    """What moves a call from phase to phase."""

    CLIENT_ARRIVES = "client_arrives"
    AGENT_DIALS = "agent_dials"
    APPOINTMENT_DUE = "appointment_due"
    GREET = "greet"
    WAIT = "wait"
    SEEK_AGENT = "seek_agent"
    REACH_AGENT = "reach_agent"
    REACH_CLIENT = "reach_client"
    NOTIFY = "notify"
    CONNECT = "connect"
    HOLD = "hold"
    RESUME = "resume"
    CONSULT = "consult"
    TURN_AWAY = "turn_away"
    WRAP_UP = "wrap_up"
    END = "end"


_LIVE = frozenset(Phase) - {Phase.NEW, Phase.WRAP_UP, Phase.ENDED}
# A client and an agent have each other, if not at this moment.
TOGETHER = frozenset({Phase.TALKING, Phase.HELD, Phase.CONSULTING})
_WITH_AGENT = TOGETHER | {Phase.REACHING_AGENT, Phase.REACHING_CLIENT, Phase.NOTIFYING}
PHASES: dict[tuple[Phase, Step], Phase] = {
    (Phase.NEW, Step.CLIENT_ARRIVES): Phase.ARRIVING,
    (Phase.NEW, Step.AGENT_DIALS): Phase.REACHING_AGENT,
    (Phase.NEW, Step.APPOINTMENT_DUE): Phase.OFFERED,
    (Phase.NEW, Step.END): Phase.ENDED,
    (Phase.ARRIVING, Step.GREET): Phase.GREETING,
    (Phase.GREETING, Step.WAIT): Phase.QUEUED,
    (Phase.GREETING, Step.REACH_AGENT): Phase.REACHING_AGENT,
    (Phase.GREETING, Step.TURN_AWAY): Phase.CLOSING,
    (Phase.QUEUED, Step.REACH_AGENT): Phase.REACHING_AGENT,
    (Phase.QUEUED, Step.TURN_AWAY): Phase.CLOSING,
    (Phase.CLOSING, Step.TURN_AWAY): Phase.CLOSING,
    (Phase.OFFERED, Step.REACH_AGENT): Phase.REACHING_AGENT,
    (Phase.REACHING_AGENT, Step.REACH_AGENT): Phase.REACHING_AGENT,
    (Phase.REACHING_AGENT, Step.REACH_CLIENT): Phase.REACHING_CLIENT,
    (Phase.REACHING_AGENT, Step.CONNECT): Phase.TALKING,
    (Phase.REACHING_AGENT, Step.WAIT): Phase.QUEUED,
    (Phase.REACHING_AGENT, Step.SEEK_AGENT): Phase.OFFERED,
    (Phase.REACHING_CLIENT, Step.NOTIFY): Phase.NOTIFYING,
    (Phase.REACHING_CLIENT, Step.CONNECT): Phase.TALKING,
    (Phase.NOTIFYING, Step.CONNECT): Phase.TALKING,
    (Phase.TALKING, Step.HOLD): Phase.HELD,
    (Phase.TALKING, Step.CONSULT): Phase.CONSULTING,
    (Phase.TALKING, Step.REACH_AGENT): Phase.REACHING_AGENT,
    (Phase.TALKING, Step.WAIT): Phase.QUEUED,
    (Phase.HELD, Step.RESUME): Phase.TALKING,
    (Phase.HELD, Step.CONSULT): Phase.CONSULTING,
    (Phase.HELD, Step.REACH_AGENT): Phase.REACHING_AGENT,
    (Phase.HELD, Step.WAIT): Phase.QUEUED,
    (Phase.CONSULTING, Step.CONNECT): Phase.TALKING,
    (Phase.CONSULTING, Step.REACH_AGENT): Phase.REACHING_AGENT,
    (Phase.CONSULTING, Step.WAIT): Phase.QUEUED,
    (Phase.WRAP_UP, Step.END): Phase.ENDED,
    **{(phase, Step.WRAP_UP): Phase.WRAP_UP for phase in _WITH_AGENT},
    **{(phase, Step.END): Phase.ENDED for phase in _LIVE},
}
OVER = frozenset({Phase.WRAP_UP, Phase.ENDED})
# When what an agent or supervisor asks makes sense. Who may ask it is another question.
COMMANDS: dict[type[c.CallCommand], frozenset[Phase]] = {
    c.HangUp: _WITH_AGENT,
    c.HoldCall: frozenset({Phase.TALKING}),
    c.ResumeCall: frozenset({Phase.HELD}),
    c.MuteLeg: frozenset({Phase.REACHING_CLIENT, Phase.NOTIFYING, *TOGETHER}),
    c.SendTones: frozenset({Phase.REACHING_CLIENT, Phase.TALKING, Phase.HELD}),
    c.TransferCall: frozenset({Phase.TALKING, Phase.HELD}),
    c.CompleteTransfer: frozenset({Phase.CONSULTING}),
    c.JoinTransfer: frozenset({Phase.CONSULTING}),
    c.CancelTransfer: frozenset({Phase.CONSULTING}),
    c.InviteToCall: frozenset({Phase.TALKING}),
    c.ConfirmNotice: frozenset(TOGETHER),
    c.RefuseRecording: _LIVE,
    c.PauseRecording: frozenset(TOGETHER),
    c.ResumeRecording: frozenset(TOGETHER),
    c.SuperviseCall: frozenset(TOGETHER),
    c.FinishWrapUp: frozenset({Phase.WRAP_UP}),
}


class LegState(StrEnum):
    """Where a leg is. EARLY: sound before the answer. BROKEN: may come back. ENDING: asked to."""

    ARRIVING = "arriving"
    STARTING = "starting"
    RINGING = "ringing"
    EARLY = "early"
    UP = "up"
    BROKEN = "broken"
    ENDING = "ending"
    ENDED = "ended"


class LegStep(StrEnum):
    """What moves a leg."""

    RING = "ring"
    PROGRESS = "progress"
    ANSWER = "answer"
    BREAK = "break"
    MEND = "mend"
    HANG_UP = "hang_up"
    END = "end"


# As the dialogs of RFC 3261, section 12, seen from above. What is not here changes nothing: 180
# after 183, or the answer that crosses a CANCEL, are the ordinary life of a network.
LEGS: dict[tuple[LegState, LegStep], LegState] = {
    (LegState.ARRIVING, LegStep.ANSWER): LegState.UP,
    (LegState.STARTING, LegStep.RING): LegState.RINGING,
    (LegState.STARTING, LegStep.PROGRESS): LegState.EARLY,
    (LegState.STARTING, LegStep.ANSWER): LegState.UP,
    (LegState.RINGING, LegStep.PROGRESS): LegState.EARLY,
    (LegState.RINGING, LegStep.ANSWER): LegState.UP,
    (LegState.EARLY, LegStep.ANSWER): LegState.UP,
    (LegState.UP, LegStep.BREAK): LegState.BROKEN,
    (LegState.BROKEN, LegStep.MEND): LegState.UP,
    **{
        (state, LegStep.HANG_UP): LegState.ENDING
        for state in LegState
        if state not in {LegState.ENDING, LegState.ENDED}
    },
    **{(state, LegStep.END): LegState.ENDED for state in LegState if state is not LegState.ENDED},
}
ON_ITS_WAY = frozenset({LegState.STARTING, LegState.RINGING, LegState.EARLY})
PRESENT = frozenset({LegState.UP, LegState.BROKEN})
GONE = frozenset({LegState.ENDING, LegState.ENDED})


class Consent(StrEnum):
    """What the client knows and wants of the recording. REFUSED is final."""

    NOT_RECORDED = "not_recorded"
    UNTOLD = "untold"
    TOLD = "told"
    PAUSED = "paused"
    REFUSED = "refused"


class ConsentStep(StrEnum):
    """What moves it."""

    TELL = "tell"
    PAUSE = "pause"
    RESUME = "resume"
    REFUSE = "refuse"


CONSENTS: dict[tuple[Consent, ConsentStep], Consent] = {
    (Consent.UNTOLD, ConsentStep.TELL): Consent.TOLD,
    (Consent.UNTOLD, ConsentStep.REFUSE): Consent.REFUSED,
    (Consent.TOLD, ConsentStep.PAUSE): Consent.PAUSED,
    (Consent.TOLD, ConsentStep.REFUSE): Consent.REFUSED,
    (Consent.PAUSED, ConsentStep.RESUME): Consent.TOLD,
    (Consent.PAUSED, ConsentStep.REFUSE): Consent.REFUSED,
}


class Recorder(StrEnum):
    """What the recorder was last asked. CLOSED is final; FAILED has something to close."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    CLOSED = "closed"


OPEN_RECORDER = frozenset({Recorder.RUNNING, Recorder.PAUSED, Recorder.FAILED})


class Due(StrEnum):
    """What falls due. Equal times go in this order."""

    CALL = "call"
    DRAIN = "drain"
    LEG = "leg"
    PROMPT = "prompt"
    ANSWER = "answer"
    TRANSFER = "transfer"
    OVERFLOW = "overflow"
    ANNOUNCE = "announce"
    WRAP_UP = "wrap_up"
