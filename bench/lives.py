"""A stream of commands such as a busy site makes: cases open, are talked about, and close."""

from collections.abc import Iterator
from itertools import count

from store.schema.commands import (
    SYSTEM,
    Actor,
    AnyCommand,
    ConfigureAgent,
    ConfigurePolicy,
    ConfigureQueue,
    ConnectAgent,
    Envelope,
    MarkRead,
    OpenCase,
    OutcomeClose,
    SendMessage,
    SetPresence,
    SettleCase,
)
from store.schema.ids import AgentId, CaseId, MessageId, QueueId, SkillId
from store.schema.terms import (
    Channel,
    CloseCause,
    Label,
    Policy,
    Presence,
    Role,
    SkillLevel,
    SubjectRule,
)

_LABEL = Label(fr="File", en="Queue")
# About as long as people write.
_WORDS = "Bonjour, je voudrais savoir où en est mon dossier et quand il sera réglé. Merci ! "
_STEPS = 8


def configuration(agents: int) -> Iterator[Envelope]:
    """Yield a site whose every agent has a queue of its own: the holder of a case is known."""
    subjects = tuple(
        SubjectRule(subject=_subject(number), queue=_queue(number), label=_LABEL)
        for number in range(agents)
    )
    # Nobody waits for others to begin: each case is held before its agent speaks.
    policy = Policy(subjects=subjects, login_levelling_ms=0)
    yield _asked(SYSTEM, ConfigurePolicy(ref="policy", policy=policy))
    for number in range(agents):
        agent, need = _agent(number), SkillLevel(skill=SkillId(f"skill_{number}"))
        queue = ConfigureQueue(
            ref=f"queue-{number}", queue=_queue(number), label=_LABEL, required=(need,)
        )
        who = ConfigureAgent(ref=f"who-{number}", agent=agent, name=agent, skills=(need,))
        yield _asked(SYSTEM, queue)
        yield _asked(SYSTEM, who)
        yield _asked(SYSTEM, ConnectAgent(ref=f"connect-{number}", agent=agent))
        yield _asked(
            Actor(role=Role.AGENT, id=agent),
            SetPresence(ref="presence", presence=Presence.AVAILABLE),
        )


def lives(agents: int) -> Iterator[Envelope]:
    """Yield commands without end, the agents' cases at different steps of their lives."""
    for turn in count():
        for number in range(agents):
            offset = number % _STEPS
            life, step = divmod(turn + offset, _STEPS)
            # A life that would begin in its middle is left out.
            if life or not offset:
                yield _step(number, life, step)


def _step(number: int, life: int, step: int) -> Envelope:
    case = CaseId(f"case_{number}-{life}")
    agent = Actor(role=Role.AGENT, id=_agent(number))
    client = Actor(role=Role.CLIENT, id=f"client_{number}-{life}", name="Zoé Martin")
    ref = f"{case}-{step}"
    if step == 0:
        opening = OpenCase(ref=ref, case=case, channel=Channel.CHAT, subject=_subject(number))
        return _asked(client, opening)
    if step == _STEPS - 1:
        outcome = OutcomeClose(cause=CloseCause.NO_REPLY, reason="answered")
        return _asked(agent, SettleCase(ref=ref, case=case, outcome=outcome))
    if step == _STEPS - 2:
        return _asked(client, MarkRead(ref=ref, case=case, up_to=_message(case, step - 1)))
    said = SendMessage(ref=ref, case=case, message=_message(case, step), text=_WORDS)
    return _asked(client if step % 2 else agent, said)


def _message(case: CaseId, step: int) -> MessageId:
    return MessageId(f"message_{case.removeprefix('case_')}-{step}")


def _asked(actor: Actor, command: AnyCommand) -> Envelope:
    return Envelope(actor=actor, command=command)


def _agent(number: int) -> AgentId:
    return AgentId(f"agent_{number}")


def _queue(number: int) -> QueueId:
    return QueueId(f"queue_{number}")


def _subject(number: int) -> str:
    return f"subject-{number}"
