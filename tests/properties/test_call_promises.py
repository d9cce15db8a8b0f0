"""Any order of inputs and any passage of time keep what a call promises."""

from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store.schema import calls as c
from store.schema.calls import CallRefused, LegCause, LegRole, NoticeBy, SupervisionMode
from store.schema.commands import LeaveQueue, Refusal
from store.schema.ids import AgentId, LegId
from store.schema.terms import CloseCause, Role
from telephony.core import inputs
from telephony.core.rules import CallRules, RecordingRules
from telephony.core.transitions import COMMANDS, TOGETHER, LegState, Phase
from tests.telephony.stage import CALL, CALLER, CLAIMS, LATER, LEA, NADIA, PARTY, TOM, Stage

some_chance = st.randoms(use_true_random=False)
an_agent = st.sampled_from([LEA, TOM, NADIA])
a_target = st.one_of(an_agent, st.none())
a_mode = st.sampled_from(list(c.TransferMode))
a_queue = st.sampled_from([CLAIMS, None])
a_role = st.sampled_from([Role.AGENT, Role.AGENT, Role.SUPERVISOR])
some_rules = st.builds(
    CallRules,
    overflow_ms=st.sampled_from([0, 30_000]),
    recording=st.builds(
        RecordingRules,
        is_on=st.booleans(),
        notice_by=st.sampled_from(list(NoticeBy)),
        deletes_on_refusal=st.booleans(),
    ),
)


def of_call(kind: type[c.CallCommand], **more: st.SearchStrategy[object]) -> "Some":
    return st.builds(kind, ref=st.just("r"), call=st.just(CALL), **more)


Some = st.SearchStrategy[c.CallCommand]
COMMANDS_OF: dict[type[c.CallCommand], Some] = {
    **{kind: of_call(kind) for kind in COMMANDS},
    c.MuteLeg: of_call(c.MuteLeg, is_muted=st.booleans()),
    c.SendTones: of_call(c.SendTones, tones=st.just("1")),
    c.TransferCall: st.one_of(
        of_call(c.TransferCall, mode=a_mode, agent=an_agent),
        of_call(c.TransferCall, mode=a_mode, queue=st.just(CLAIMS)),
        of_call(c.TransferCall, mode=a_mode, agent=a_target, queue=a_queue),
    ),
    c.InviteToCall: of_call(
        c.InviteToCall, agent=a_target, number=st.sampled_from([None, "+33123456789"])
    ),
    c.SuperviseCall: of_call(c.SuperviseCall, mode=st.sampled_from(list(SupervisionMode))),
}
# What moves legs is what can go wrong.
OFTEN = {c.TransferCall, c.CompleteTransfer, c.JoinTransfer, c.CancelTransfer, c.HoldCall}
a_command = st.sampled_from(list(COMMANDS_OF)).flatmap(COMMANDS_OF.__getitem__)
a_beginning = st.sampled_from(
    [
        inputs.ClientArrived(leg=CALLER, party=PARTY, subject="claim", appointment_case=LATER),
        inputs.NumberDialled(agent=LEA, party=PARTY),
        inputs.AppointmentDue(party=PARTY),
    ]
)


class CallMachine(RuleBasedStateMachine):
    """One call, legs that do what they like, people who press every key, a router that is late."""

    @initialize(rules=some_rules, begin=a_beginning, steps=st.integers(0, 6))
    def begin(self, rules: CallRules, begin: inputs.AnyInput, steps: int) -> None:
        self.stage = Stage(rules, ends_legs=False)
        self.newer = 0
        self.stage.tell(begin)
        for _ in range(steps):
            self.it_goes_well()

    def legs(self) -> list[LegId]:
        return [leg.leg for leg in self.stage.call.state.legs.values()]

    @rule()
    def it_goes_well(self) -> None:
        """Somebody answers, a prompt is heard, or the router finds an agent."""
        state = self.stage.call.state
        waiting = [leg for leg in state.living if leg.is_on_its_way]
        if waiting or state.phase is Phase.ARRIVING:
            leg = waiting[0].leg if waiting else CALLER
            self.stage.tell(inputs.LegAnswered(leg=leg))
        elif state.prompt:
            self.stage.tell(inputs.SoundEnded(number=state.prompt_number))
        elif state.phase in {Phase.QUEUED, Phase.OFFERED}:
            self.stage.give(TOM if state.has_talked else LEA)

    @rule(
        chance=some_chance,
        kind=st.sampled_from(
            [inputs.LegRang, inputs.LegProgressed, inputs.LegAnswered, inputs.LegMended]
        ),
    )
    def a_leg_tells(self, chance: Random, kind: type[inputs.LegRang]) -> None:
        if self.legs():
            self.stage.tell(kind(leg=chance.choice(self.legs())))

    @rule(chance=some_chance, cause=st.sampled_from(list(LegCause)))
    def a_leg_ends(self, chance: Random, cause: LegCause) -> None:
        if self.legs():
            self.stage.end(chance.choice(self.legs()), cause)

    @rule(chance=some_chance, comes_back=st.booleans())
    def a_leg_breaks(self, chance: Random, *, comes_back: bool) -> None:
        if self.legs():
            leg = chance.choice(self.legs())
            self.stage.tell(inputs.LegBroke(leg=leg))
            if comes_back:
                self.newer += 1
                by_leg = LegId(f"leg_newer-{self.newer}")
                self.stage.tell(inputs.LegCameBack(leg=leg, by_leg=by_leg))

    @rule(tone=st.sampled_from("19#"), is_held=st.booleans())
    def the_client_presses(self, tone: str, *, is_held: bool) -> None:
        client = self.stage.call.state.client
        if client is not None:
            self.stage.tell(inputs.TonePressed(leg=client.leg, tone=tone))
            self.stage.tell(inputs.LegPutOnHold(leg=client.leg, is_held=is_held))

    @rule(number=st.integers(0, 60))
    def a_sound_ends(self, number: int) -> None:
        current = self.stage.call.state.prompt_number
        self.stage.tell(inputs.SoundEnded(number=current if number % 2 else number))

    @rule(agent=an_agent, has_accepted=st.booleans())
    def the_router_gives(self, agent: AgentId, *, has_accepted: bool) -> None:
        self.stage.give(agent, has_accepted=has_accepted)

    @rule()
    def the_router_queues(self) -> None:
        self.stage.tell(inputs.CaseQueued(queue=CLAIMS))

    @rule(place=st.integers(0, 9), slot=st.sampled_from([None, 90_000_000]))
    def the_router_estimates(self, place: int, slot: int | None) -> None:
        told = inputs.WaitEstimated(place=place, wait_ms=place * 30_000, appointment_ms=slot)
        self.stage.tell(told)

    @precondition(lambda self: self.stage.now_ms > 20_000)
    @rule(
        told=st.sampled_from(
            [
                inputs.CaseHeld(appointment_ms=90_000_000),
                inputs.CaseHeld(),
                inputs.CaseClosed(cause=CloseCause.CLOSED),
                inputs.NodeDraining(),
                inputs.RecorderFailed(),
            ]
        )
    )
    def something_rare(self, told: inputs.AnyInput) -> None:
        self.stage.tell(told)

    @rule(
        chance=some_chance,
        refusal=st.one_of(st.none(), st.sampled_from(list(Refusal))),
    )
    def the_router_replies(self, chance: Random, refusal: Refusal | None) -> None:
        if self.stage.asked:
            _, command = chance.choice(self.stage.asked)
            self.stage.tell(inputs.Replied(ref=command.ref, refusal=refusal))

    @rule(agent=an_agent, role=a_role, command=a_command)
    def somebody_asks(self, agent: AgentId, role: Role, command: c.CallCommand) -> None:
        assert isinstance(command, c.AnyCallCommand)
        before = repr(self.stage.call.state)
        try:
            self.stage.ask(agent, command, role)
        except CallRefused:
            assert repr(self.stage.call.state) == before, "a refusal changes nothing"

    @precondition(lambda self: self.stage.call.state.phase in TOGETHER)
    @rule(chance=st.data(), steps=st.integers(1, 4))
    def who_has_the_client_goes_on(self, chance: st.DataObject, steps: int) -> None:
        """Ask for what makes sense, several times, and have it go well now and then."""
        for _ in range(steps):
            state = self.stage.call.state
            kinds = [kind for kind, phases in COMMANDS.items() if state.phase in phases]
            kinds += [kind for kind in kinds if kind in OFTEN] * 3
            if state.agent is None or not kinds:
                return
            command = chance.draw(st.sampled_from(kinds).flatmap(COMMANDS_OF.__getitem__))
            self.somebody_asks(state.agent, Role.AGENT, command)
            if chance.draw(st.booleans()):
                self.it_goes_well()

    @rule(ms=st.sampled_from([0, 1, 500, 9_999, 10_000, 20_000, 60_000]))
    def time_passes(self, ms: int) -> None:
        self.stage.wait(ms)

    @invariant()
    def everybody_is_somewhere(self) -> None:
        self.stage.check()
        assert len(self.stage.starts(LegRole.CLIENT)) <= 1, "the client is dialled once at most"
        picture = self.stage.call.state.picture
        assert self.stage.seats == picture.bridges
        assert {leg: play.sounds for leg, play in self.stage.playing.items()} == {
            leg: hearing.sounds for leg, hearing in picture.sounds.items()
        }
        assert self.stage.taps == picture.taps

    @invariant()
    def who_is_handed_on_has_somebody_or_music_and_a_way_on(self) -> None:
        """Queued, somebody is being called, or the agents speak: and each of these ends."""
        state = self.stage.call.state
        client = state.client
        if state.transfer is None or client is None or client.state is not LegState.UP:
            return
        assert self.stage.cues(client.leg)
        if state.phase is Phase.REACHING_AGENT:
            assert any(leg.is_on_its_way for leg in state.with_role(LegRole.AGENT))
        elif state.phase is Phase.CONSULTING:
            assert state.with_role(LegRole.AGENT)
        else:
            assert state.phase in {Phase.QUEUED, Phase.CLOSING}

    @invariant()
    def a_transfer_begun_is_ended_or_under_way(self) -> None:
        under_way = self.stage.call.state.transfer is not None
        started = self.stage.count(c.TransferStarted)
        ended = self.stage.count(c.TransferEnded)
        if self.stage.call.state.phase not in {Phase.WRAP_UP, Phase.ENDED}:
            assert started - ended == under_way

    def teardown(self) -> None:
        """Whatever happened, it ends by itself; each leg was hung up or ended, and once."""
        if not hasattr(self, "stage"):
            return
        self.stage.wait(3_600_000 + 60_000 + 32_000)
        assert self.stage.call.is_over
        assert self.stage.call.next_deadline_ms() is None
        assert self.stage.count(c.CallEnded) == 1
        left = [command.case for _, command in self.stage.asked if isinstance(command, LeaveQueue)]
        assert len(left) == len(set(left)), "one leaves a queue once"
        for start in self.stage.started:
            assert self.stage.hung_up[start.leg] or start.leg in self.stage.ended
        assert not self.stage.playing
        assert not self.stage.seats
        assert self.stage.recorder in {"idle", "closed"}


CallMachine.TestCase.settings = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
TestCallPromises = CallMachine.TestCase
