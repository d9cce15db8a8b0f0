"""One turn of a call: an input or a tick, its time, and the effects that came of it."""

from store.schema import calls as facts
from store.schema.calls import CallRefusal, CallRefused, LegCause, LegRole
from store.schema.commands import Actor, AnyCommand
from store.schema.ids import AgentId, LegId
from store.schema.terms import Role
from telephony.core import effects as fx
from telephony.core import picture
from telephony.core.hearing import picture_of
from telephony.core.rules import CallRules
from telephony.core.state import CallState, Leg
from telephony.core.transitions import (
    LEGS,
    OPEN_RECORDER,
    OVER,
    PHASES,
    TOGETHER,
    Due,
    LegState,
    LegStep,
    Recorder,
    Step,
)


class Turn:
    """Reads and changes one call, and collects what is to be done."""

    def __init__(self, state: CallState, rules: CallRules, now_ms: int) -> None:
        self.state = state
        self.rules = rules
        self.now_ms = now_ms
        self.effects: list[fx.AnyEffect] = []

    # The call.

    def move(self, step: Step) -> None:
        """Go to the phase that follows."""
        self.state.phase = PHASES[self.state.phase, step]

    def report(self, fact: facts.AnyCallFact) -> None:
        """Write a fact on the case."""
        self.effects.append(fx.Report(ref=self.next_ref(), fact=fact))

    def ask(self, actor: Actor, command: AnyCommand) -> None:
        """Send the router a command."""
        self.effects.append(fx.Ask(actor=actor, command=command))

    def next_ref(self) -> str:
        """Return the next ref: known beforehand, so that sending again is the same request."""
        self.state.number += 1
        return f"{self.state.call}-{self.state.number}"

    # Deadlines.

    def set_deadline(self, due: Due, after_ms: int, of: str = "") -> None:
        """Have something fall due, instead of what was set for it before."""
        self.state.deadlines[due, of] = self.now_ms + after_ms

    def clear_deadline(self, due: Due, of: str = "") -> None:
        """Have it not fall due, whether or not it was set."""
        self.state.deadlines.pop((due, of), None)

    # Legs.

    def start_leg(
        self, role: LegRole, *, agent: AgentId | None = None, number: str = "", rings: bool = False
    ) -> Leg:
        """Call somebody, and wait for them only so long."""
        self.state.number += 1
        name = LegId(f"leg_{self.state.call.removeprefix('call_')}-{self.state.number}")
        leg = Leg(leg=name, role=role, state=LegState.STARTING, agent=agent, number=number)
        self.state.legs[name] = leg
        self.effects.append(
            fx.StartLeg(leg=name, role=role, agent=agent, number=number, rings=rings)
        )
        is_called = role in {LegRole.CLIENT, LegRole.GUEST}
        ring_ms = self.rules.ring_agent_ms if rings else self.rules.connect_ms
        self.set_deadline(Due.LEG, self.rules.ring_client_ms if is_called else ring_ms, name)
        return leg

    def step_leg(self, leg: Leg, step: LegStep) -> bool:
        """Move a leg; return whether that changed anything."""
        following = LEGS.get((leg.state, step), leg.state)
        has_moved = following is not leg.state
        leg.state = following
        return has_moved

    def hang_up(self, leg: Leg, cause: LegCause) -> None:
        """End a leg, once. It is out of the call from now on."""
        assert not leg.is_gone, "a leg is hung up once"
        self.leave(leg, cause)
        self.step_leg(leg, LegStep.HANG_UP)
        self.effects.append(fx.HangUpLeg(leg=leg.leg, cause=cause))
        self.set_deadline(Due.LEG, self.rules.hang_up_ms, leg.leg)

    def leave(self, leg: Leg, cause: LegCause) -> None:
        """Write that a leg is out of the call."""
        was_in = leg.is_present
        self.clear_deadline(Due.LEG, leg.leg)
        if cause is LegCause.REPLACED:
            return
        self.report(facts.LegLeft(leg=leg.leg, role=leg.role, cause=cause, agent=leg.agent))
        if leg.role is LegRole.SUPERVISOR and was_in:
            assert leg.agent is not None, "a supervisor's leg names its supervisor"
            self.report(facts.SupervisionEnded(supervisor=leg.agent))

    def leg_of(self, actor: Actor) -> Leg:
        """Return the actor's leg that is in the call, or refuse."""
        leg = self.state.leg_of(AgentId(actor.id))
        if leg is None:
            raise CallRefused(CallRefusal.NOT_IN_CALL)
        return leg

    def require_agent(self, actor: Actor) -> AgentId:
        """Refuse all but the agent who has the client."""
        if actor.id != self.state.agent:
            raise CallRefused(CallRefusal.NOT_YOUR_CALL)
        return AgentId(actor.id)

    # The end of a turn.

    def settle(self) -> list[fx.AnyEffect]:
        """Bring media and recorder to where the call is; return all effects in their order.

        What stops keeping sound comes first, what begins to keep it last.
        """
        self._part_from_supervisors()
        new = picture_of(self.state)
        old = self.state.picture
        self.state.picture = new
        return [
            *picture.untaps(old, new),
            *self._halts(),
            *self.effects,
            *picture.moves(old, new, self._number_of_play),
            *self._starts(old, new),
        ]

    def _part_from_supervisors(self) -> None:
        if self.state.phase in TOGETHER and self.state.with_role(LegRole.AGENT):
            return
        for leg in self.state.with_role(LegRole.SUPERVISOR):
            self.hang_up(leg, LegCause.COMPLETED)

    def _number_of_play(self, leg: LegId) -> int:
        self.state.number += 1
        client = self.state.client
        if self.state.prompt and client is not None and client.leg == leg:
            self.state.prompt_number = self.state.number
        return self.state.number

    def _halts(self) -> list[fx.AnyEffect]:
        state = self.state
        is_open = state.recorder in OPEN_RECORDER
        if is_open and (state.phase in OVER or state.is_deletion_wanted or state.is_refused):
            state.recorder = Recorder.CLOSED
            deletes = state.is_deletion_wanted
            self.report(facts.RecordingStopped(is_deleted=deletes))
            return [fx.StopRecording(deletes=deletes)]
        if state.recorder is Recorder.RUNNING and state.is_paused:
            state.recorder = Recorder.PAUSED
            self.report(facts.RecordingPaused())
            return [fx.PauseRecording()]
        return []

    def _starts(self, old: picture.Picture, new: picture.Picture) -> list[fx.AnyEffect]:
        state = self.state
        begins: list[fx.AnyEffect] = []
        if state.recorder is Recorder.IDLE and new.taps:
            state.recorder = Recorder.RUNNING
            fact: facts.AnyCallFact = facts.RecordingStarted()
            begins = [fx.StartRecording(), fx.Report(ref=self.next_ref(), fact=fact)]
        elif state.recorder is Recorder.PAUSED and not state.is_paused:
            state.recorder = Recorder.RUNNING
            fact = facts.RecordingResumed()
            begins = [fx.ResumeRecording(), fx.Report(ref=self.next_ref(), fact=fact)]
        return [*begins, *picture.taps(old, new)]


def staff_actor(agent: AgentId) -> Actor:
    """Return the agent as the one who asks."""
    return Actor(role=Role.AGENT, id=agent)
