"""A floor to which anything may happen in any order: every command, and the passage of time."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from router.core.router import Router
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import SYSTEM, Actor, AnyCommand, Refused
from store.schema.ids import AgentId, CaseId, ClientId, MessageId, NoteId, QueueId
from store.schema.terms import (
    CaseStatus,
    Channel,
    ChannelRule,
    CloseCause,
    Criterion,
    Hours,
    Label,
    Period,
    Policy,
    Presence,
    Ring,
    Role,
    Segment,
    SegmentRule,
    SkillLevel,
    SubjectRule,
)
from tests.router.floor import skills

AGENTS = [AgentId(f"agent_{name}") for name in "abcde"]
CLIENTS = [ClientId(f"client_{name}") for name in "xyz"]
QUEUES = [QueueId("queue_general"), QueueId("queue_claims"), QueueId("queue_life")]
SUBJECTS = dict(zip(["other", "claim", "life"], QUEUES, strict=True))
SKILLS: list[tuple[SkillLevel, ...]] = [
    (),
    skills(claims=1),
    skills(claims=2),
    skills(claims=3, english=2),
    skills(english=1),
    skills(claims=1, english=1),
]
LABEL = Label(fr="f", en="q")
SECOND_MS, DAY_MS = 1_000, 86_400_000

an_agent = st.sampled_from(AGENTS)
a_client = st.sampled_from(CLIENTS)
a_queue = st.sampled_from(QUEUES)
# Which one of the cases or offers that there are, counted round.
which_one = st.integers(0, 7)
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


def _subjects(claim_ms: int) -> tuple[SubjectRule, ...]:
    ahead_ms = dict.fromkeys(SUBJECTS, 0) | {"claim": claim_ms}
    return tuple(
        SubjectRule(subject=subject, queue=queue, label=LABEL, head_start_ms=ahead_ms[subject])
        for subject, queue in SUBJECTS.items()
    )


def _segments(ahead_ms: int) -> tuple[SegmentRule, ...]:
    return (SegmentRule(segment=Segment.VIP, head_start_ms=ahead_ms),)


a_channel_rule = st.builds(
    ChannelRule,
    channel=st.sampled_from(Channel),
    units=st.integers(1, 2),
    is_exclusive=st.booleans(),
    head_start_ms=st.sampled_from([0, 10 * SECOND_MS, -5 * SECOND_MS]),
    is_offered=st.booleans(),
    offer_ms=st.sampled_from([15 * SECOND_MS, 20 * SECOND_MS]),
    start_ms=st.sampled_from([0, 10 * SECOND_MS]),
)
a_policy = st.builds(
    Policy,
    choice=st.permutations(list(Criterion)).flatmap(
        lambda order: st.integers(0, len(order)).map(lambda length: tuple(order[:length]))
    ),
    subjects=st.sampled_from([0, 30 * SECOND_MS]).map(_subjects),
    segments=st.sampled_from([0, 60 * SECOND_MS]).map(_segments),
    channels=st.lists(a_channel_rule, unique_by=lambda rule: rule.channel, max_size=4).map(tuple),
    escalation_head_start_ms=st.sampled_from([0, 900 * SECOND_MS]),
    last_agent_hold_ms=st.sampled_from([0, 10 * SECOND_MS, 60 * SECOND_MS]),
    named_agent_hold_ms=st.sampled_from([0, 20 * SECOND_MS, 120 * SECOND_MS]),
    connection_grace_ms=st.sampled_from([0, 30 * SECOND_MS]),
    service_level_reference_ms=st.sampled_from([0, 90 * SECOND_MS]),
    drain_after_ms=st.sampled_from([0, 10 * SECOND_MS, 30 * SECOND_MS]),
    login_levelling_ms=st.sampled_from([0, 150, SECOND_MS]),
    earmark_ms=st.sampled_from([0, 60 * SECOND_MS, 300 * SECOND_MS]),
)
some_rings = st.lists(
    st.builds(Ring, after_ms=st.sampled_from([0, 5_000, 45_000, 90_000]), queue=a_queue),
    max_size=3,
).map(tuple)
# By turns closed and open, the first stretch beginning before now when negative.
some_stretches = st.lists(st.sampled_from([1_000, 30_000, 60_000, 3_600_000]), max_size=6)


POLICY = Policy(
    subjects=_subjects(30 * SECOND_MS),
    segments=_segments(60 * SECOND_MS),
    channels=(ChannelRule(channel=Channel.MAIL, is_offered=True, start_ms=10 * SECOND_MS),),
)


class FloorMachine(RuleBasedStateMachine):
    """Five agents, three clients and three queues; whoever looks on says in `keep` what is wrong.

    history: what was asked, and when; a tick is None.
    """

    def __init__(self) -> None:
        super().__init__()
        self.router = Router()
        self.now_ms = 1_000_000
        self.number = 0
        self.history: list[tuple[int, Actor, AnyCommand | None]] = []

    def keep(self, events: list[e.AnyEvent]) -> None:
        """Look at the events of one turn."""
        raise NotImplementedError

    def tick(self) -> None:
        self.history.append((self.now_ms, SYSTEM, None))
        self.keep(self.router.tick(self.now_ms))

    def send(self, actor: Actor, command: AnyCommand) -> None:
        self.keep(self.router.tick(self.now_ms))
        self.history.append((self.now_ms, actor, command))
        before = self.router.dump()
        try:
            events = self.router.handle(actor, command, self.now_ms)
        except Refused:
            assert self.router.dump() == before, "a refusal changes nothing"
        else:
            self.keep(events)

    def case(self, which: int) -> CaseId:
        """Return one of the open cases, else one that does not exist any more, or not yet."""
        cases = sorted(self.router.state.cases)
        return cases[which % len(cases)] if cases else _case_id(which + 1)

    def arrange(self, *, is_claims_ringed: bool) -> None:
        """Make the floor, with four agents at work."""
        rings = (Ring(after_ms=45_000, queue=QUEUES[0]),) if is_claims_ringed else ()
        self.configure_queue(QUEUES[0], (), (), service_level_ms=60_000)
        self.configure_queue(QUEUES[1], skills(claims=1), rings, service_level_ms=30_000)
        both = (Ring(after_ms=5_000, queue=QUEUES[1]), Ring(after_ms=60_000, queue=QUEUES[0]))
        self.configure_queue(QUEUES[2], skills(claims=1, english=1), both, service_level_ms=60_000)
        self.configure_policy(POLICY)
        self.register(CLIENTS[0], [AGENTS[0]], Segment.VIP)
        for name, has in zip(AGENTS[:4], SKILLS[1:5], strict=True):
            self.configure_agent(name, 2, has, is_active=True)
        self.begin_together(AGENTS[:4], 0)

    # Cases.

    @rule(
        client=a_client,
        channels=st.lists(
            st.sampled_from([Channel.CHAT, Channel.CHAT, Channel.MAIL, Channel.CALL]),
            min_size=1,
            max_size=4,
        ),
        subject=st.sampled_from(sorted(SUBJECTS)),
    )
    def open_cases(self, client: ClientId, channels: list[Channel], subject: str) -> None:
        for channel in channels:
            self.open_case(client, channel, subject)

    @rule(
        client=a_client,
        channel=st.sampled_from(Channel),
        subject=st.sampled_from(sorted(SUBJECTS)),
    )
    def open_case(self, client: ClientId, channel: Channel, subject: str) -> None:
        self.number += 1
        command = c.OpenCase(ref="r", case=_case_id(self.number), channel=channel, subject=subject)
        self.send(Actor(role=Role.CLIENT, id=client), command)

    @rule(
        client=a_client,
        subject=st.sampled_from(sorted(SUBJECTS)),
        times_ms=st.lists(
            st.sampled_from([0, 30_000, 60_000, 300_000, 400_000]), min_size=1, max_size=3
        ),
    )
    def book(self, client: ClientId, subject: str, times_ms: list[int]) -> None:
        for ahead_ms in times_ms:
            self.number += 1
            command = c.OpenCase(
                ref="r",
                case=_case_id(self.number),
                channel=Channel.APPOINTMENT,
                subject=subject,
                due_at_ms=self.now_ms + ahead_ms,
            )
            self.send(Actor(role=Role.CLIENT, id=client), command)

    @rule(which=which_one, actor=anybody, ahead_ms=st.sampled_from([1, 60_000, 310_000]))
    def move_appointment(self, which: int, actor: Actor, ahead_ms: int) -> None:
        to_come = self.cases_in(CaseStatus.SCHEDULED)
        case = to_come[which % len(to_come)] if to_come else self.case(which)
        due_at_ms = self.now_ms + ahead_ms
        self.send(actor, c.MoveAppointment(ref="r", case=case, due_at_ms=due_at_ms))

    @rule(which=which_one, actor=st.none() | anybody)
    def leave_queue(self, which: int, actor: Actor | None) -> None:
        case = self.case(which)
        known = self.router.state.cases.get(case)
        client = Actor(role=Role.CLIENT, id=CLIENTS[0] if known is None else known.client)
        self.send(actor or client, c.LeaveQueue(ref="r", case=case))

    @rule(which=which_one, accepts=st.sampled_from([True, True, False]), lingers=st.booleans())
    def answer_offer(self, which: int, *, accepts: bool, lingers: bool) -> None:
        offers = sorted(self.router.state.offers)
        if offers:
            name = offers[which % len(offers)]
            offer = self.router.state.cases[self.router.state.offers[name]].live_offer
            kind = c.AcceptOffer if accepts else c.RefuseOffer
            self.send(Actor(role=Role.AGENT, id=offer.agent), kind(ref="r", offer=name))
            if lingers:
                self.wait(10_000)

    @rule(which=which_one, is_the_system=st.booleans())
    def start_case(self, which: int, *, is_the_system: bool) -> None:
        accepted = self.cases_in(CaseStatus.ASSIGNED)
        case = accepted[which % len(accepted)] if accepted else self.case(which)
        self.send(SYSTEM if is_the_system else self.holder(case), c.StartCase(ref="r", case=case))

    @rule(which=which_one, outcome=an_outcome, says=st.booleans())
    def settle_as_holder(self, which: int, outcome: c.AnyOutcome, *, says: bool) -> None:
        held = self.cases_in(CaseStatus.ASSIGNED, CaseStatus.HANDLED, CaseStatus.WAITING_CLIENT)
        case = held[which % len(held)] if held else self.case(which)
        self.settle(case, self.holder(case), outcome, says=says)

    @rule(which=which_one, is_somebody_there=st.booleans())
    def escalate(self, which: int, *, is_somebody_there: bool) -> None:
        presence = Presence.BUSY if is_somebody_there else Presence.LEAVE
        leader = Actor(role=Role.SUPERVISOR, id=AGENTS[3])
        self.send(leader, c.SetPresence(ref="r", presence=presence))
        self.settle_as_holder(which, c.OutcomeEscalate(reason="too hard"), says=False)

    @rule(which=which_one, passed_ms=st.sampled_from([0, 60_000, DAY_MS]), answers=st.booleans())
    def ask_the_client(self, which: int, passed_ms: int, *, answers: bool) -> None:
        self.settle_as_holder(which, c.OutcomeWait(), says=False)
        asked = self.cases_in(CaseStatus.WAITING_CLIENT)
        self.wait(passed_ms)
        if asked and answers:
            case = asked[which % len(asked)]
            known = self.router.state.cases.get(case)
            if known is not None:
                self.say(case, Actor(role=Role.CLIENT, id=known.client))

    @rule(which=which_one)
    def finish(self, which: int) -> None:
        self.settle_as_holder(which, c.OutcomeClose(), says=False)

    @rule(which=which_one, actor=staff, name=an_agent)
    def assign_by_hand(self, which: int, actor: Actor, name: AgentId) -> None:
        self.send(actor, c.AssignCase(ref="r", case=self.case(which), agent=name))

    @rule(which=which_one, actor=staff, is_theirs=st.booleans())
    def move_by_hand(self, which: int, actor: Actor, *, is_theirs: bool) -> None:
        kind = c.PullCase if is_theirs else c.TakeBack
        self.send(actor, kind(ref="r", case=self.case(which)))

    @rule(which=which_one, actor=anybody)
    def speak(self, which: int, actor: Actor) -> None:
        self.say(self.case(which), actor)

    def say(self, case: CaseId, actor: Actor) -> None:
        self.number += 1
        message = MessageId(f"message_{self.number}")
        self.send(actor, c.SendMessage(ref="r", case=case, message=message, text="hello"))
        self.send(actor, c.MarkRead(ref="r", case=case, up_to=message))

    @rule(which=which_one, other=which_one, actor=staff, outcome=an_outcome)
    def meddle(self, which: int, other: int, actor: Actor, outcome: c.AnyOutcome) -> None:
        """Do what seldom may be done, or matters to no choice."""
        case = self.case(which)
        self.settle(case, actor, outcome, says=True)
        self.send(actor, c.TakeNote(ref="r", case=case, note=NoteId("note_1"), text="see"))
        self.send(actor, c.TagCase(ref="r", case=case, tags=("seen",)))
        self.send(actor, c.MergeCases(ref="r", case=case, into=self.case(other)))
        closed = sorted(self.router.state.closed.items())
        if closed:
            rated, known = closed[which % len(closed)]
            client = Actor(role=Role.CLIENT, id=known.client)
            self.send(client, c.AnswerSurvey(ref="r", case=rated, note=5))

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

    def cases_in(self, *statuses: CaseStatus) -> list[CaseId]:
        known = sorted(self.router.state.cases.items())
        return [name for name, case in known if case.status in statuses]

    def holder(self, case: CaseId) -> Actor:
        """Return who holds the case, or somebody who does not."""
        known = self.router.state.cases.get(case)
        name = None if known is None else known.holder
        return Actor(role=Role.AGENT, id=name or AGENTS[0])

    # Agents.

    @rule(name=an_agent, presence=st.sampled_from(Presence), by=staff)
    def set_presence(self, name: AgentId, presence: Presence, by: Actor) -> None:
        self.send(by, c.SetPresence(ref="r", presence=presence, agent=name))

    @rule(name=an_agent)
    def become_available(self, name: AgentId) -> None:
        self.send(SYSTEM, c.ConnectAgent(ref="r", agent=name))
        available = c.SetPresence(ref="r", presence=Presence.AVAILABLE)
        self.send(Actor(role=Role.AGENT, id=name), available)

    @rule(
        names=st.lists(an_agent, min_size=2, max_size=5, unique=True),
        apart_ms=st.sampled_from([0, 1, 100]),
    )
    def begin_together(self, names: list[AgentId], apart_ms: int) -> None:
        for name in names:
            self.become_available(name)
            self.now_ms += apart_ms
        self.wait(self.router.state.policy.login_levelling_ms)

    @rule(name=an_agent, is_there=st.booleans())
    def connect(self, name: AgentId, *, is_there: bool) -> None:
        kind = c.ConnectAgent if is_there else c.DisconnectAgent
        self.send(SYSTEM, kind(ref="r", agent=name))

    @rule(
        name=an_agent,
        capacity=st.sampled_from([0, 1, 2, 2, 3, 4]),
        has=st.sampled_from(SKILLS),
        is_active=st.sampled_from([True, True, True, False]),
    )
    def configure_agent(
        self, name: AgentId, capacity: int, has: tuple[SkillLevel, ...], *, is_active: bool
    ) -> None:
        self.send(
            SYSTEM,
            c.ConfigureAgent(
                ref="r",
                agent=name,
                name=name.upper(),
                capacity=capacity,
                skills=has,
                supervisor=AGENTS[3],
                is_active=is_active,
            ),
        )

    # Rules.

    @rule(
        queue=a_queue,
        required=st.sampled_from(SKILLS),
        rings=some_rings,
        service_level_ms=st.sampled_from([30_000, 60_000]),
        is_open=st.sampled_from([True, True, True, False]),
        has_hours=st.sampled_from([False, False, True]),
    )
    def configure_queue(  # noqa: PLR0913 - one argument for each field of the command
        self,
        queue: QueueId,
        required: tuple[SkillLevel, ...],
        rings: tuple[Ring, ...],
        *,
        service_level_ms: int = 60_000,
        is_open: bool = True,
        has_hours: bool = False,
    ) -> None:
        command = c.ConfigureQueue(
            ref="r",
            queue=queue,
            label=LABEL,
            required=required,
            rings=rings,
            service_level_ms=service_level_ms,
            is_open=is_open,
            hours=Hours() if has_hours else None,
        )
        self.send(SYSTEM, command)

    @rule(queue=a_queue, since_ms=st.sampled_from([0, 30_000]), stretches=some_stretches)
    def schedule_queue(self, queue: QueueId, since_ms: int, stretches: list[int]) -> None:
        """Give a queue hours, and closed and open stretches by turns."""
        known = self.router.state.queues[queue]
        self.configure_queue(queue, known.required, known.rings, has_hours=True)
        ends_ms = [self.now_ms - since_ms]
        for stretch in stretches:
            ends_ms.append(ends_ms[-1] + stretch)
        pairs = zip(ends_ms[1::2], ends_ms[2::2], strict=False)
        periods = tuple(Period(opens_ms=opens, closes_ms=closes) for opens, closes in pairs)
        self.send(SYSTEM, c.ScheduleQueue(ref="r", queue=queue, periods=periods))

    @rule(policy=a_policy)
    def configure_policy(self, policy: Policy) -> None:
        self.send(SYSTEM, c.ConfigurePolicy(ref="r", policy=policy))

    @rule(
        client=a_client,
        named=st.lists(an_agent, max_size=2, unique=True),
        segment=st.sampled_from([Segment.STANDARD, Segment.VIP]),
    )
    def register(self, client: ClientId, named: list[AgentId], segment: Segment) -> None:
        command = c.RegisterClient(
            ref="r", client=client, named_agents=tuple(named), segment=segment
        )
        self.send(SYSTEM, command)

    # Time.

    @rule(passed_ms=st.sampled_from([1, 150, 1_000, 1_000, 10_000, 30_000, 60_000, 90_000_000]))
    def wait(self, passed_ms: int) -> None:
        self.now_ms += passed_ms
        self.tick()

    @rule(times=st.integers(1, 3))
    def wait_until_the_next_deadline(self, times: int) -> None:
        for _ in range(times):
            deadline_ms = self.router.next_deadline_ms()
            if deadline_ms is None:
                return
            self.now_ms = max(self.now_ms, deadline_ms)
            self.tick()
            after_ms = self.router.next_deadline_ms()
            assert after_ms is None or after_ms > self.now_ms


def _case_id(number: int) -> CaseId:
    """Return an id; ids do not come in the order of the cases."""
    return CaseId(f"case_{number * 37 % 101:03}")
