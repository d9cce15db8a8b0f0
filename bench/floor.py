"""A large made-up floor: queues, profiles of skills, policy, clients; the same for a seed."""

import random
from collections.abc import Iterator

from msgspec import Struct

from store.schema.commands import (
    SYSTEM,
    Actor,
    AnyCommand,
    ConfigureAgent,
    ConfigurePolicy,
    ConfigureQueue,
    ConnectAgent,
    RegisterClient,
    SetPresence,
)
from store.schema.ids import AgentId, ClientId, QueueId, SkillId
from store.schema.terms import (
    Channel,
    ChannelRule,
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

Asked = tuple[Actor, AnyCommand]

QUEUES = 500
QUEUES_PER_AGENT = 20
PROFILES = 200
AGENTS = 10_000
# The first queues take calls, the others chats and mails. One layer of profiles in eight takes
# whatever comes, so that calls and chats compete for the same agents.
_VOICE_QUEUES = 100
_LAYERS = PROFILES * QUEUES_PER_AGENT // QUEUES
# Short, so that the waiting cases of every size are in two rings.
_RING_AFTER_MS = 2_000
_VIP_SHARE = 0.05
_NAMED_AGENTS = 2
_MAIL_SHARE = 0.25
_LABEL = Label(fr="File", en="Queue")


class Arrival(Struct, frozen=True):
    """What the next client wants."""

    subject: str
    channel: Channel


class Site:
    """Who and what there is. Draws from its own seeded randomness."""

    def __init__(self, seed: int, agents: int = AGENTS) -> None:
        self.chance = random.Random(seed)
        self.agents = [AgentId(f"agent_{number}") for number in range(agents)]
        self._profiles = self._profiles_drawn()

    def configuration(self) -> Iterator[Asked]:
        """Yield the policy and the queues."""
        yield SYSTEM, ConfigurePolicy(ref="policy", policy=_policy())
        for number in range(QUEUES):
            # The neighbour's agents help after a while.
            ring = Ring(after_ms=_RING_AFTER_MS, queue=_queue(_neighbour(number)))
            need = SkillLevel(skill=_skill(number), level=1)
            yield (
                SYSTEM,
                ConfigureQueue(
                    ref=f"queue-{number}",
                    queue=_queue(number),
                    label=_LABEL,
                    required=(need,),
                    rings=(ring,),
                ),
            )

    def staff(self) -> Iterator[Asked]:
        """Yield who works here, there and available."""
        for number, agent in enumerate(self.agents):
            skills = self._profiles[number % PROFILES]
            yield SYSTEM, ConfigureAgent(ref="agent", agent=agent, name=agent, skills=skills)
            yield SYSTEM, ConnectAgent(ref="connect", agent=agent)
            yield available(agent)

    def client(self, number: int) -> ClientId:
        """Return the client of the number."""
        return ClientId(f"client_{number}")

    def vips(self, clients: int) -> Iterator[Asked]:
        """Yield the clients who have named agents."""
        for number in range(int(clients * _VIP_SHARE)):
            named = tuple(self.chance.sample(self.agents, _NAMED_AGENTS))
            yield (
                SYSTEM,
                RegisterClient(
                    ref="client",
                    client=self.client(number),
                    segment=Segment.VIP,
                    named_agents=named,
                ),
            )

    def arrival(self, *, is_call: bool) -> Arrival:
        """Draw what a client wants: by voice or in writing."""
        first, last = (0, _VOICE_QUEUES) if is_call else (_VOICE_QUEUES, QUEUES)
        subject = _subject(self.chance.randrange(first, last))
        if is_call:
            return Arrival(subject, Channel.CALL)
        is_mail = self.chance.random() < _MAIL_SHARE
        return Arrival(subject, Channel.MAIL if is_mail else Channel.CHAT)

    def _profiles_drawn(self) -> list[tuple[SkillLevel, ...]]:
        """Return sets of skills such that as many profiles serve each queue as any other."""
        drawn = []
        voice, written = list(range(_VOICE_QUEUES)), list(range(_VOICE_QUEUES, QUEUES))
        for layer in range(_LAYERS):
            self.chance.shuffle(voice)
            self.chance.shuffle(written)
            order = [*voice, *written]
            if layer == _LAYERS - 1:
                self.chance.shuffle(order)
            for first in range(0, QUEUES, QUEUES_PER_AGENT):
                served = sorted(order[first : first + QUEUES_PER_AGENT])
                drawn.append(tuple(self._skill_drawn(number) for number in served))
        return drawn

    def _skill_drawn(self, number: int) -> SkillLevel:
        return SkillLevel(skill=_skill(number), level=self.chance.randint(1, 5))


def available(agent: AgentId) -> Asked:
    """Return the wish to be given cases."""
    actor = Actor(role=Role.AGENT, id=agent)
    return actor, SetPresence(ref="presence", presence=Presence.AVAILABLE)


def _policy() -> Policy:
    return Policy(
        subjects=tuple(
            SubjectRule(
                subject=_subject(number),
                queue=_queue(number),
                label=_LABEL,
                head_start_ms=60_000 * (number % 5),
            )
            for number in range(QUEUES)
        ),
        channels=(
            ChannelRule(channel=Channel.CHAT),
            ChannelRule(channel=Channel.MAIL, head_start_ms=-600_000),
            ChannelRule(
                channel=Channel.CALL,
                is_exclusive=True,
                is_offered=True,
                head_start_ms=120_000,
                start_ms=15_000,
            ),
        ),
        # Ahead of any backlog that is measured, so that what is held for an agent is also given.
        segments=(SegmentRule(segment=Segment.VIP, head_start_ms=10_800_000),),
        default_queue=_queue(0),
    )


def _neighbour(number: int) -> int:
    first, last = (0, _VOICE_QUEUES) if number < _VOICE_QUEUES else (_VOICE_QUEUES, QUEUES)
    return first + (number - first + 1) % (last - first)


def _queue(number: int) -> QueueId:
    return QueueId(f"queue_{number}")


def _skill(number: int) -> SkillId:
    return SkillId(f"skill_{number}")


def _subject(number: int) -> str:
    return f"subject-{number}"
