"""Any order of commands and any passage of time keep the router's promises."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from router.core.router import Router
from store.schema import commands as c
from store.schema import events as e
from store.schema.apply import Rows
from store.schema.commands import SYSTEM, Actor, AnyCommand, Refused
from store.schema.ids import AgentId, CaseId, ClientId, MessageId, NoteId, QueueId
from store.schema.terms import (
    Channel,
    ChannelRule,
    CloseCause,
    Label,
    Policy,
    Presence,
    Ring,
    Role,
    Segment,
    SegmentRule,
    SkillLevel,
    SubjectRule,
)
from tests.properties.promises import check_decisions, check_promises, replayed
from tests.router.floor import skills

AGENTS = [AgentId(f"agent_{name}") for name in "abcd"]
CLIENTS = [ClientId(f"client_{name}") for name in "xyz"]
CASES = [CaseId(f"case_{number}") for number in range(12)]
QUEUES = [QueueId("queue_general"), QueueId("queue_claims")]
SKILLS: list[tuple[SkillLevel, ...]] = [(), skills(claims=1), skills(claims=3, english=2)]

an_agent = st.sampled_from(AGENTS)
a_client = st.sampled_from(CLIENTS)
a_case = st.sampled_from(CASES)
a_queue = st.sampled_from(QUEUES)
staff = st.one_of(
    an_agent.map(lambda name: Actor(role=Role.AGENT, id=name)),
    st.just(Actor(role=Role.SUPERVISOR, id="agent_d")),
)
anybody = st.one_of(
    staff, a_client.map(lambda name: Actor(role=Role.CLIENT, id=name)), st.just(SYSTEM)
)
an_outcome: st.SearchStrategy[c.AnyOutcome] = st.one_of(
    st.just(c.OutcomeWait()),
    st.sampled_from([CloseCause.CLOSED, CloseCause.NO_REPLY]).map(
        lambda cause: c.OutcomeClose(cause=cause)
    ),
    an_agent.map(lambda name: c.OutcomeAssign(agent=name)),
    a_queue.map(lambda name: c.OutcomeTransfer(queue=name)),
    st.just(c.OutcomeEscalate(reason="too hard")),
)
POLICY = Policy(
    subjects=(
        SubjectRule(
            subject="claim",
            queue=QUEUES[1],
            label=Label(fr="sinistre", en="claim"),
            head_start_ms=30_000,
        ),
    ),
    segments=(SegmentRule(segment=Segment.VIP, head_start_ms=60_000),),
    channels=(ChannelRule(channel=Channel.MAIL, is_offered=True),),
    login_levelling_ms=0,
)


class RouterMachine(RuleBasedStateMachine):
    """A floor of four agents, three clients and two queues, in any order of events."""

    def __init__(self) -> None:
        super().__init__()
        self.router = Router()
        self.rows = Rows()
        self.log: list[e.AnyEvent] = []
        self.closed: set[CaseId] = set()
        self.now_ms = 0
        self.number = 0

    @initialize()
    def set_up(self) -> None:
        claims = skills(claims=1)
        for queue, required in zip(QUEUES, [(), claims], strict=True):
            rings = (Ring(after_ms=45_000, queue=QUEUES[0]),) if required else ()
            self.send(SYSTEM, _queue(queue, required, rings))
        self.send(SYSTEM, c.ConfigurePolicy(ref="r", policy=POLICY))
        self.send(SYSTEM, c.RegisterClient(ref="r", client=CLIENTS[0], named_agents=(AGENTS[0],)))
        for name in AGENTS:
            self.configure(name, 2, SKILLS[1], is_active=True)
            self.send(SYSTEM, c.ConnectAgent(ref="r", agent=name))
            available = c.SetPresence(ref="r", presence=Presence.AVAILABLE)
            self.send(Actor(role=Role.AGENT, id=name), available)

    def keep(self, events: list[e.AnyEvent]) -> None:
        check_decisions(self.router, events)
        for event in events:
            if isinstance(event, e.CaseEvent) and not isinstance(event, e.SurveyAnswered):
                assert event.case not in self.closed, "closed is final"
            if isinstance(event, e.CaseClosed):
                self.closed.add(event.case)
            self.rows.apply(event)
        self.log += events

    def send(self, actor: Actor, command: AnyCommand) -> None:
        self.keep(self.router.tick(self.now_ms))
        before = self.router.dump()
        try:
            events = self.router.handle(actor, command, self.now_ms)
        except Refused:
            assert self.router.dump() == before, "a refusal changes nothing"
        else:
            self.keep(events)

    @rule(
        case=a_case,
        client=a_client,
        channel=st.sampled_from(Channel),
        subject=st.sampled_from(["claim", "other"]),
    )
    def open_case(self, case: CaseId, client: ClientId, channel: Channel, subject: str) -> None:
        command = c.OpenCase(ref="r", case=case, channel=channel, subject=subject)
        self.send(Actor(role=Role.CLIENT, id=client), command)

    @rule(case=a_case, actor=anybody)
    def speak(self, case: CaseId, actor: Actor) -> None:
        self.number += 1
        message = MessageId(f"message_{self.number}")
        self.send(actor, c.SendMessage(ref="r", case=case, message=message, text="hello"))
        self.send(actor, c.MarkRead(ref="r", case=case, up_to=message))

    @rule(case=a_case, actor=staff, outcome=an_outcome, says=st.booleans())
    def settle(self, case: CaseId, actor: Actor, outcome: c.AnyOutcome, *, says: bool) -> None:
        self.number += 1
        self.send(
            actor,
            c.SettleCase(
                ref="r",
                case=case,
                message=MessageId(f"message_{self.number}"),
                text="goodbye" if says else "",
                tags=("told",) if says else (),
                outcome=outcome,
            ),
        )

    @rule(case=a_case, outcome=an_outcome)
    def settle_as_holder(self, case: CaseId, outcome: c.AnyOutcome) -> None:
        known = self.router.state.cases.get(case)
        if known is not None and known.holder is not None:
            self.settle(case, Actor(role=Role.AGENT, id=known.holder), outcome, says=False)

    @rule(name=an_agent, presence=st.sampled_from(Presence), by=staff)
    def set_presence(self, name: AgentId, presence: Presence, by: Actor) -> None:
        self.send(by, c.SetPresence(ref="r", presence=presence, agent=name))

    @rule(name=an_agent)
    def become_available(self, name: AgentId) -> None:
        self.send(SYSTEM, c.ConnectAgent(ref="r", agent=name))
        available = c.SetPresence(ref="r", presence=Presence.AVAILABLE)
        self.send(Actor(role=Role.AGENT, id=name), available)

    @rule(name=an_agent, is_there=st.booleans())
    def connect(self, name: AgentId, *, is_there: bool) -> None:
        kind = c.ConnectAgent if is_there else c.DisconnectAgent
        self.send(SYSTEM, kind(ref="r", agent=name))

    @rule(which=st.integers(0, 3), accepts=st.booleans())
    def answer_offer(self, which: int, *, accepts: bool) -> None:
        offers = sorted(self.router.state.offers)
        if offers:
            name = offers[which % len(offers)]
            offer = self.router.state.cases[self.router.state.offers[name]].live_offer
            kind = c.AcceptOffer if accepts else c.RefuseOffer
            self.send(Actor(role=Role.AGENT, id=offer.agent), kind(ref="r", offer=name))

    @rule(case=a_case, actor=staff, name=an_agent)
    def act_by_hand(self, case: CaseId, actor: Actor, name: AgentId) -> None:
        self.send(actor, c.PullCase(ref="r", case=case))
        self.send(actor, c.AssignCase(ref="r", case=case, agent=name))

    @rule(case=a_case, into=a_case, actor=staff)
    def take_back_and_merge(self, case: CaseId, into: CaseId, actor: Actor) -> None:
        self.send(actor, c.TakeBack(ref="r", case=case))
        self.send(actor, c.MergeCases(ref="r", case=case, into=into))

    @rule(case=a_case, actor=anybody)
    def note_and_rate(self, case: CaseId, actor: Actor) -> None:
        self.send(actor, c.TakeNote(ref="r", case=case, note=NoteId("note_1"), text="see"))
        self.send(actor, c.AnswerSurvey(ref="r", case=case, note=5))

    @rule(
        name=an_agent,
        capacity=st.integers(0, 3),
        has=st.sampled_from(SKILLS),
        is_active=st.sampled_from([True, True, True, False]),
    )
    def configure(
        self, name: AgentId, capacity: int, has: tuple[SkillLevel, ...], *, is_active: bool
    ) -> None:
        self.send(
            SYSTEM,
            c.ConfigureAgent(
                ref="r",
                agent=name,
                name=name,
                capacity=capacity,
                skills=has,
                supervisor=AGENTS[3],
                is_active=is_active,
            ),
        )

    @rule(queue=a_queue, has=st.sampled_from(SKILLS), after_ms=st.integers(0, 90_000))
    def configure_queue(self, queue: QueueId, has: tuple[SkillLevel, ...], after_ms: int) -> None:
        other = QUEUES[1 - QUEUES.index(queue)]
        self.send(SYSTEM, _queue(queue, has, (Ring(after_ms=after_ms, queue=other),)))

    @rule(passed_ms=st.sampled_from([1, 500, 20_000, 30_000, 60_000, 90_000_000]))
    def wait(self, passed_ms: int) -> None:
        self.now_ms += passed_ms
        self.keep(self.router.tick(self.now_ms))

    @rule()
    def wait_until_the_next_deadline(self) -> None:
        deadline_ms = self.router.next_deadline_ms()
        if deadline_ms is not None:
            self.now_ms = max(self.now_ms, deadline_ms)
            self.keep(self.router.tick(self.now_ms))
            after_ms = self.router.next_deadline_ms()
            assert after_ms is None or after_ms > self.now_ms

    @invariant()
    def promises_hold(self) -> None:
        check_promises(self.router, self.now_ms)

    @invariant()
    def log_has_no_gaps(self) -> None:
        assert [event.seq for event in self.log[-20:]] == list(
            range(self.router.seq - min(20, len(self.log)) + 1, self.router.seq + 1)
        )

    @invariant()
    def rows_say_the_same(self) -> None:
        for case in self.router.state.cases.values():
            row = self.rows.cases[case.case]
            assert (row.status, row.holder) == (case.status, case.holder)
            assert (row.key, row.queue) == (case.key, case.queue)
            assert row.preferred == case.preferred
            assert row.closes_at_ms == case.closes_at_ms
            assert (row.offer is None) == (case.offer is None)

    @rule()
    def restart_from_a_snapshot(self) -> None:
        loaded = Router()
        loaded.load(self.router.dump())
        assert loaded.digest() == self.router.digest()
        assert loaded.tick(self.now_ms) == []
        self.router = loaded

    def teardown(self) -> None:
        rebuilt = replayed(self.log)
        assert rebuilt.digest() == self.router.digest()
        assert rebuilt.tick(self.now_ms) == []
        assert rebuilt.next_deadline_ms() == self.router.next_deadline_ms()


def _queue(
    name: QueueId, required: tuple[SkillLevel, ...], rings: tuple[Ring, ...]
) -> c.ConfigureQueue:
    return c.ConfigureQueue(
        ref="r", queue=name, label=Label(fr="f", en="q"), required=required, rings=rings
    )


RouterMachine.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestRouterMachine = RouterMachine.TestCase
