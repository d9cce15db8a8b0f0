"""A small floor to test on: arrange by commands, assert on events."""

from typing import TypeVar

import pytest
from msgspec.structs import replace

from router.core.router import Router
from store.schema import commands as c
from store.schema.commands import SYSTEM, Actor, AnyCommand, Refusal, Refused
from store.schema.events import AnyEvent
from store.schema.ids import AgentId, CaseId, ClientId, MessageId, QueueId, SkillId
from store.schema.terms import (
    Channel,
    Label,
    Language,
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
    ) -> list[AnyEvent]:
        command = c.ConfigureQueue(
            ref="r", queue=name, label=LABEL, required=required, rings=rings, is_open=is_open
        )
        return self.do(SYSTEM, command)

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

    def holder(self, case: CaseId = ONE) -> AgentId | None:
        return self.router.state.cases[case].holder
