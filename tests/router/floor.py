"""A small floor to test on: arrange by commands, assert on events."""

from typing import TypeVar

import pytest
from msgspec.structs import replace

from router.core.router import Router
from store.schema import commands as c
from store.schema.commands import SYSTEM, Actor, AnyCommand, Refusal, Refused
from store.schema.events import AnyEvent, CaseDecided
from store.schema.ids import AgentId, CaseId, ClientId, MessageId, QueueId, SkillId
from store.schema.terms import (
    CaseStatus,
    Channel,
    ChannelRule,
    Hours,
    Label,
    Language,
    Period,
    Policy,
    Presence,
    Ring,
    Role,
    Segment,
    SkillLevel,
)

E = TypeVar("E")
ANN, BOB, SUE, ADA = (AgentId(f"agent_{name}") for name in ("ann", "bob", "sue", "ada"))
ZOE, MAX = ClientId("client_zoe"), ClientId("client_max")
GENERAL, CLAIMS = QueueId("queue_general"), QueueId("queue_claims")
ONE, TWO, THREE = CaseId("case_1"), CaseId("case_2"), CaseId("case_3")
LABEL = Label(fr="file", en="queue")
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
CHATS_OFFERED = (ChannelRule(channel=Channel.CHAT, is_offered=True, offer_ms=20_000),)


def skills(**levels: int) -> tuple[SkillLevel, ...]:
    return tuple(SkillLevel(skill=SkillId(name), level=level) for name, level in levels.items())


def client(name: ClientId = ZOE) -> Actor:
    return Actor(role=Role.CLIENT, id=name, name="Zoé")


def agent(name: AgentId = ANN) -> Actor:
    return Actor(role=Role.AGENT, id=name)


SUPERVISOR = Actor(role=Role.SUPERVISOR, id=SUE)
ADMINISTRATOR = Actor(role=Role.ADMINISTRATOR, id=ADA)


def only(events: list[AnyEvent], kind: type[E]) -> E:
    """Return the one event of this kind."""
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, [type(event).__name__ for event in events]
    return found[0]


def given(events: list[AnyEvent]) -> dict[CaseId, AgentId]:
    """Return who was assigned or offered which case, in this order."""
    return {event.case: event.agent for event in events if isinstance(event, CaseDecided)}


def period(opens_ms: int, closes_ms: int, opening: Label | None = None) -> Period:
    return Period(opens_ms=opens_ms, closes_ms=closes_ms, opening=opening)


def opening(case: CaseId = ONE, channel: Channel = Channel.CHAT) -> c.OpenCase:
    return c.OpenCase(ref="r", case=case, channel=channel, subject="other")


def booking(
    case: CaseId = ONE, *, due_at_ms: int | None, channel: Channel = Channel.APPOINTMENT
) -> c.OpenCase:
    return c.OpenCase(ref="r", case=case, channel=channel, subject="other", due_at_ms=due_at_ms)


def kinds(events: list[AnyEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


class Floor:
    """A router with one queue `general`; every step goes at `now_ms`, time first."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.router = Router()
        self.log: list[AnyEvent] = []
        self.now_ms = 1_000
        self.messages = 0
        self.queue(GENERAL)
        # Most tests are not about beginning together.
        policy = policy or Policy()
        if policy.login_levelling_ms == Policy().login_levelling_ms:
            policy = replace(policy, login_levelling_ms=0)
        self.do(SYSTEM, c.ConfigurePolicy(ref="r", policy=policy))

    def do(self, actor: Actor, command: AnyCommand) -> list[AnyEvent]:
        self.log += self.router.tick(self.now_ms)
        events = self.router.handle(actor, command, self.now_ms)
        self.log += events
        return events

    def refused(self, actor: Actor, command: AnyCommand) -> Refusal:
        """Send a command that must change nothing, and return why."""
        self.log += self.router.tick(self.now_ms)
        before = self.router.dump()
        with pytest.raises(Refused) as refused:
            self.router.handle(actor, command, self.now_ms)
        assert self.router.dump() == before
        return refused.value.refusal

    def wait(self, passed_ms: int) -> list[AnyEvent]:
        self.now_ms += passed_ms
        events = self.router.tick(self.now_ms)
        self.log += events
        return events

    # Arrange.

    def queue(
        self,
        name: QueueId,
        *,
        required: tuple[SkillLevel, ...] = (),
        rings: tuple[Ring, ...] = (),
        is_open: bool = True,
        hours: Hours | None = None,
    ) -> list[AnyEvent]:
        command = c.ConfigureQueue(
            ref="r",
            queue=name,
            label=LABEL,
            required=required,
            rings=rings,
            is_open=is_open,
            hours=hours,
        )
        return self.do(SYSTEM, command)

    def schedule(self, *periods: Period, queue: QueueId = GENERAL) -> list[AnyEvent]:
        """Tell the coming open times of a queue."""
        return self.do(SYSTEM, c.ScheduleQueue(ref="r", queue=queue, periods=periods))

    def closed_for(self, closed_ms: int, notice: Label | None = None) -> list[AnyEvent]:
        """Give the queue `general` hours that begin after `closed_ms`."""
        self.queue(GENERAL, hours=Hours(notice=notice))
        return self.schedule(period(self.now_ms + closed_ms, self.now_ms + closed_ms + HOUR_MS))

    def agent(
        self,
        name: AgentId = ANN,
        *,
        capacity: int = 4,
        has: tuple[SkillLevel, ...] = (),
        supervisor: AgentId | None = None,
        is_active: bool = True,
    ) -> list[AnyEvent]:
        return self.do(
            SYSTEM,
            c.ConfigureAgent(
                ref="r",
                agent=name,
                name=name.removeprefix("agent_").title(),
                capacity=capacity,
                skills=has,
                supervisor=supervisor,
                is_active=is_active,
            ),
        )

    def ready(
        self,
        name: AgentId = ANN,
        *,
        capacity: int = 4,
        has: tuple[SkillLevel, ...] = (),
        supervisor: AgentId | None = None,
    ) -> list[AnyEvent]:
        """Make an agent who receives cases. Returns what its first minute brought."""
        self.agent(name, capacity=capacity, has=has, supervisor=supervisor)
        self.connect(name)
        return self.presence(Presence.AVAILABLE, name)

    def connect(self, name: AgentId = ANN) -> list[AnyEvent]:
        return self.do(SYSTEM, c.ConnectAgent(ref="r", agent=name))

    def disconnect(self, name: AgentId = ANN) -> list[AnyEvent]:
        return self.do(SYSTEM, c.DisconnectAgent(ref="r", agent=name))

    def presence(self, presence: Presence, name: AgentId = ANN) -> list[AnyEvent]:
        return self.do(agent(name), c.SetPresence(ref="r", presence=presence))

    def open(
        self,
        case: CaseId = ONE,
        by: ClientId = ZOE,
        *,
        channel: Channel = Channel.CHAT,
        subject: str = "other",
        language: Language = Language.FR,
    ) -> list[AnyEvent]:
        command = c.OpenCase(
            ref="r", case=case, channel=channel, subject=subject, language=language
        )
        return self.do(client(by), command)

    def call(self, case: CaseId = ONE, by: ClientId = ZOE) -> list[AnyEvent]:
        return self.open(case, by, channel=Channel.CALL)

    def book(self, case: CaseId = ONE, by: ClientId = ZOE, *, in_ms: int) -> list[AnyEvent]:
        """Book an appointment."""
        return self.do(client(by), booking(case, due_at_ms=self.now_ms + in_ms))

    def move(self, case: CaseId = ONE, by: ClientId = ZOE, *, in_ms: int) -> list[AnyEvent]:
        """Have an appointment at another time."""
        command = c.MoveAppointment(ref="r", case=case, due_at_ms=self.now_ms + in_ms)
        return self.do(client(by), command)

    def leave(self, actor: Actor, case: CaseId = ONE) -> list[AnyEvent]:
        return self.do(actor, c.LeaveQueue(ref="r", case=case))

    def accept(self, case: CaseId = ONE) -> list[AnyEvent]:
        """Accept the live offer of a case as the agent who has it."""
        offer = self.router.state.cases[case].live_offer
        return self.do(agent(offer.agent), c.AcceptOffer(ref="r", offer=offer.offer))

    def refuse(self, case: CaseId = ONE) -> list[AnyEvent]:
        """Refuse the live offer of a case as the agent who has it."""
        offer = self.router.state.cases[case].live_offer
        return self.do(agent(offer.agent), c.RefuseOffer(ref="r", offer=offer.offer))

    def policy(self, policy: Policy) -> list[AnyEvent]:
        return self.do(SYSTEM, c.ConfigurePolicy(ref="r", policy=policy))

    def say(self, actor: Actor, case: CaseId = ONE, text: str = "hello") -> list[AnyEvent]:
        self.messages += 1
        message = MessageId(f"message_{self.messages}")
        return self.do(actor, c.SendMessage(ref="r", case=case, message=message, text=text))

    def settle(
        self, actor: Actor, outcome: c.AnyOutcome | None, case: CaseId = ONE
    ) -> list[AnyEvent]:
        return self.do(actor, c.SettleCase(ref="r", case=case, outcome=outcome))

    def close(self, case: CaseId = ONE, name: AgentId = ANN) -> list[AnyEvent]:
        return self.settle(agent(name), c.OutcomeClose(reason="answered"), case)

    def known(self, name: ClientId = ZOE, *named: AgentId, segment: Segment = Segment.VIP) -> None:
        self.do(
            SYSTEM,
            c.RegisterClient(ref="r", client=name, segment=segment, named_agents=tuple(named)),
        )

    def kept(self, name: AgentId = ANN) -> CaseId | None:
        """Return the case that the agent is kept free for."""
        return self.router.state.agents[name].earmarked

    def status(self, case: CaseId = ONE) -> CaseStatus:
        return self.router.state.cases[case].status

    def holder(self, case: CaseId = ONE) -> AgentId | None:
        return self.router.state.cases[case].holder
