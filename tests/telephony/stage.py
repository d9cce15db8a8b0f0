"""A call with everything around it played: what it asks of legs and bridges is carried out."""

from collections import Counter
from typing import TypeVar

import pytest

from store.schema import calls as c
from store.schema.calls import CallRefusal, CallRefused, LegCause, LegRole
from store.schema.commands import Actor, AnyCommand, Refusal
from store.schema.ids import AgentId, BridgeId, CallId, CaseId, ClientId, LegId, QueueId
from store.schema.terms import Role
from telephony.core import effects as fx
from telephony.core import inputs
from telephony.core.call import Call
from telephony.core.effects import AnyEffect, Cue, Seat, Side, Voice
from telephony.core.rules import CallRules, RecordingRules
from telephony.core.transitions import LegState

F = TypeVar("F")
LEA, TOM, NADIA = (AgentId(f"agent_{name}") for name in ("lea", "tom", "nadia"))
CLAIMS = QueueId("queue_claims")
CALL, CASE, LATER = CallId("call_1"), CaseId("case_1"), CaseId("case_2")
CALLER = LegId("leg_caller")
PARTY = inputs.Party(client=ClientId("client_zoe"), name="Zoé", number="+33612345678")
RECORDED = CallRules(recording=RecordingRules(is_on=True))
SLOT_MS = 90_000_000


class Stage:
    """Plays legs, bridges, recorder and router, and checks what must hold after every step."""

    def __init__(self, rules: CallRules | None = None, *, ends_legs: bool = True) -> None:
        self.call = Call(CALL, CASE, 0, rules)
        self.now_ms = 0
        self.ends_legs = ends_legs
        self.facts: list[c.AnyCallFact] = []
        self.asked: list[tuple[Actor, AnyCommand]] = []
        self.tones: list[str] = []
        self.started: list[fx.StartLeg] = []
        self.hung_up: Counter[LegId] = Counter()
        self.ended: set[LegId] = set()
        self.up: set[LegId] = set()
        self.seats: dict[BridgeId, tuple[Seat, ...]] = {}
        self.playing: dict[LegId, fx.Play] = {}
        self.taps: dict[LegId, Side] = {}
        self.recorder = "idle"
        self.refs: set[str] = set()
        self.last: list[AnyEffect] = []

    # What happens.

    def tell(self, told: inputs.AnyInput) -> list[AnyEffect]:
        effects = self.call.tick(self.now_ms)
        self._carry_out(effects)
        if isinstance(told, inputs.LegAnswered):
            self.up.add(told.leg)
        if isinstance(told, inputs.LegEnded):
            self._forget(told.leg)
        if isinstance(told, inputs.LegBroke):
            self._break(told.leg)
        if isinstance(told, inputs.LegCameBack):
            self.up.add(told.by_leg)
        effects = self.call.handle(told, self.now_ms)
        self._carry_out(effects)
        self.last = effects
        return effects

    def ask(self, agent: AgentId, command: c.AnyCallCommand, role: Role = Role.AGENT) -> None:
        self.tell(inputs.Asked(actor=Actor(role=role, id=agent), command=command))

    def refuses(
        self,
        refusal: CallRefusal,
        agent: AgentId,
        command: c.AnyCallCommand,
        role: Role = Role.AGENT,
    ) -> None:
        with pytest.raises(CallRefused) as caught:
            self.ask(agent, command, role)
        assert caught.value.refusal is refusal

    def wait(self, ms: int) -> None:
        """Let time pass, waking the call exactly when it wants to be."""
        until_ms = self.now_ms + ms
        while True:
            due_ms = self.call.next_deadline_ms()
            if due_ms is None or due_ms > until_ms:
                break
            assert due_ms >= self.now_ms
            self.now_ms = due_ms
            self._carry_out(self.call.tick(due_ms))
        self.now_ms = until_ms

    # Short forms.

    def arrive(self) -> None:
        """A client calls, is answered, and hears the greeting to its end."""
        self.tell(
            inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER)
        )
        self.tell(inputs.LegAnswered(leg=CALLER))
        self.hear()

    def hear(self) -> None:
        """Let the client hear what is being played to its end."""
        play = self.playing[self.client_leg]
        assert not play.loops
        self.tell(inputs.SoundEnded(number=play.number))

    def give(self, agent: AgentId, *, has_accepted: bool = True) -> None:
        self.tell(inputs.CaseGiven(agent=agent, has_accepted=has_accepted))

    def answer(self, agent: AgentId) -> None:
        self.tell(inputs.LegAnswered(leg=self.leg(agent)))

    def end(self, leg: LegId, cause: LegCause = LegCause.COMPLETED) -> None:
        self.tell(inputs.LegEnded(leg=leg, cause=cause))

    def talk(self) -> None:
        """An inbound call that has come to Léa."""
        self.arrive()
        self.give(LEA)
        self.answer(LEA)

    def reply(self, kind: type[AnyCommand], refusal: Refusal | None = None) -> None:
        self.tell(inputs.Replied(ref=self.command(kind).ref, refusal=refusal))

    # What is to be seen.

    def leg(self, agent: AgentId) -> LegId:
        """Return the agent's newest leg."""
        return next(start.leg for start in reversed(self.started) if start.agent == agent)

    def starts(self, role: LegRole) -> list[fx.StartLeg]:
        return [start for start in self.started if start.role is role]

    @property
    def client_leg(self) -> LegId:
        client = self.call.state.client
        assert client is not None
        return client.leg

    def cues(self, leg: LegId) -> list[Cue]:
        """Return what a leg hears that is in no bridge."""
        return [sound.cue for sound in self.playing[leg].sounds]

    def company(self, leg: LegId) -> set[LegId]:
        """Return who else is in the leg's bridge."""
        for seats in self.seats.values():
            legs = {seat.leg for seat in seats}
            if leg in legs:
                return legs - {leg}
        return set()

    def voice(self, leg: LegId) -> Voice:
        return next(s.voice for seats in self.seats.values() for s in seats if s.leg == leg)

    def fact(self, kind: type[F]) -> F:
        """Return the newest fact of a kind."""
        return next(fact for fact in reversed(self.facts) if isinstance(fact, kind))

    def count(self, kind: type[c.CallFact]) -> int:
        return sum(isinstance(fact, kind) for fact in self.facts)

    def command(self, kind: type[F]) -> F:
        """Return the newest command of a kind that the router was sent."""
        return next(command for _, command in reversed(self.asked) if isinstance(command, kind))

    def has_asked(self, kind: type[AnyCommand]) -> bool:
        return any(isinstance(command, kind) for _, command in self.asked)

    # What must hold.

    def _carry_out(self, effects: list[AnyEffect]) -> None:
        hung_up: list[LegId] = []
        for effect in effects:
            self._play_part(effect)
            if isinstance(effect, fx.HangUpLeg):
                hung_up.append(effect.leg)
        self.check()
        if self.ends_legs:
            for leg in hung_up:
                self.end(leg)

    def _play_part(self, effect: AnyEffect) -> None:
        match effect:
            case fx.SendTone():
                self.tones.append(effect.tones)
            case fx.Ask():
                self._check_ref(effect.command.ref)
                self.asked.append((effect.actor, effect.command))
            case fx.Report():
                self._check_ref(effect.ref)
                self.facts.append(effect.fact)
            case fx.BridgeLegs() | fx.EndBridge() | fx.Play():
                self._let_hear(effect)
            case fx.StartLeg() | fx.HangUpLeg() | fx.AnswerLeg():
                self._connect(effect)
            case _:
                self._record(effect)

    def _check_ref(self, ref: str) -> None:
        assert ref not in self.refs
        self.refs.add(ref)

    def _connect(self, effect: fx.StartLeg | fx.HangUpLeg | fx.AnswerLeg) -> None:
        if isinstance(effect, fx.StartLeg):
            assert effect.leg not in {start.leg for start in self.started}
            self._check_order_of_legs(effect)
            self.started.append(effect)
        elif isinstance(effect, fx.HangUpLeg):
            self.hung_up[effect.leg] += 1
            assert self.hung_up[effect.leg] == 1
            assert effect.leg not in self.ended
            self._part(effect.leg)
        else:
            assert effect.leg == CALLER

    def _let_hear(self, effect: fx.BridgeLegs | fx.EndBridge | fx.Play) -> None:
        if isinstance(effect, fx.BridgeLegs):
            for seat in effect.seats:
                self._be_moved(seat.leg, to=effect.bridge)
            self.seats[effect.bridge] = effect.seats
        elif isinstance(effect, fx.EndBridge):
            del self.seats[effect.bridge]
        else:
            self._be_moved(effect.leg, to=None)
            self.playing[effect.leg] = effect

    def _check_order_of_legs(self, start: fx.StartLeg) -> None:
        if start.role is LegRole.CLIENT:
            agent = self.call.state.agent
            assert agent is not None
            assert self.leg(agent) in self.up, "no client is called before an agent is there"
            assert len(self.starts(LegRole.CLIENT)) == 0, "no client is called twice"

    def _be_moved(self, leg: LegId, to: BridgeId | None) -> None:
        assert not self.hung_up[leg]
        self.playing.pop(leg, None)
        for bridge, seats in list(self.seats.items()):
            if bridge != to:
                self.seats[bridge] = tuple(seat for seat in seats if seat.leg != leg)

    def _record(self, effect: AnyEffect) -> None:
        if isinstance(effect, fx.TapLeg):
            assert self.recorder == "running"
            assert c.RecordingRefused() not in self.facts
            self.taps[effect.leg] = effect.side
        elif isinstance(effect, fx.UntapLeg):
            del self.taps[effect.leg]
        else:
            self.recorder = _RECORDER[self.recorder, type(effect)]

    def _forget(self, leg: LegId) -> None:
        self.ended.add(leg)
        self.up.discard(leg)
        self._part(leg)

    def _break(self, name: LegId) -> None:
        leg = self.call.state.legs.get(name)
        if leg is not None and leg.state is LegState.UP:
            self._part(name)

    def _part(self, leg: LegId) -> None:
        """A leg that is gone or cut off hears nothing and is in no bridge."""
        self.playing.pop(leg, None)
        for bridge, seats in list(self.seats.items()):
            self.seats[bridge] = tuple(seat for seat in seats if seat.leg != leg)

    def check(self) -> None:
        """Check what holds between any two inputs."""
        state = self.call.state
        assert self.call.is_over or self.call.next_deadline_ms() is not None
        assert self.call.is_over == (not state.legs and state.phase == "ended")
        for leg in state.living:
            if leg.state is LegState.UP:
                assert (leg.leg in self.playing) != bool(self.company(leg.leg)), leg
            elif leg.state is not LegState.EARLY:
                assert leg.leg not in self.playing
        for seats in self.seats.values():
            assert len(seats) >= 2
            assert not {seat.leg for seat in seats} & set(self.hung_up)
        self._check_client()
        if state.is_refused:
            assert not self.taps
            assert self.recorder in {"idle", "closed"}
        for name in self.taps:
            assert name == self.client_leg or self.client_leg in self.company(name)

    def _check_client(self) -> None:
        """A client who is there has company or something to hear; one who waits has a place."""
        state = self.call.state
        client = state.client
        if client is None or client.state is not LegState.UP:
            return
        seats = {seat.leg: seat for seats in self.seats.values() for seat in seats}
        others = [seats[leg] for leg in self.company(client.leg)]
        has_company = any(s.role is not LegRole.SUPERVISOR or s.voice is Voice.ALL for s in others)
        assert has_company or client.leg in self.playing
        if state.phase == "queued":
            assert self.has_place(), "a client who waits has a place in a queue"

    def has_place(self) -> bool:
        """Whether the router has the case in a queue, as far as it was told by us."""
        return not self.call.state.is_held_by_agent and self.call.state.is_case_open


_RECORDER: dict[tuple[str, type[AnyEffect]], str] = {
    ("idle", fx.StartRecording): "running",
    ("running", fx.PauseRecording): "paused",
    ("paused", fx.ResumeRecording): "running",
    ("running", fx.StopRecording): "closed",
    ("paused", fx.StopRecording): "closed",
}
