"""Who is told of an event: a pure function of the event, the same live and on resume."""

from msgspec import Struct

from store.schema import events as e
from store.schema.ids import AgentId, ClientId

# What a client may receive of their own case. Everything else is for staff.
CLIENT_EVENTS = frozenset(
    {
        e.CaseOpened,
        e.CaseScheduled,
        e.CaseQueued,
        e.CaseAssigned,
        e.MessageSent,
        e.MessagesRead,
        e.CaseWaiting,
        e.CaseResumed,
        e.CaseMerged,
        e.CaseClosed,
    }
)
# What is said in a case goes to the floor only on request: a wallboard must not carry every chat.
SAID = frozenset({e.MessageSent, e.MessagesRead, e.NoteTaken})
# What every desktop keeps current, whoever it is about.
SHARED = frozenset(
    {e.AgentConfigured, e.QueueConfigured, e.QueueSwitched, e.QueueOpened, e.QueueClosed}
)


class Recipients(Struct, frozen=True, kw_only=True):
    """Who gets an event. floor: supervisors and administrators. everyone: all staff."""

    client: ClientId | None = None
    agents: frozenset[AgentId] = frozenset()
    floor: bool = True
    everyone: bool = False


def recipients(event: e.AnyEvent) -> Recipients:
    """Return who may be told of the event."""
    kind = type(event)
    if isinstance(event, e.CaseEvent):
        agents = {event.holder, getattr(event, "former", None), getattr(event, "agent", None)}
        if isinstance(event, e.NoteTaken):
            agents.update(event.mentions)
        agents.discard(None)
        return Recipients(
            client=event.client if kind in CLIENT_EVENTS else None,
            agents=frozenset(agents),  # type: ignore[arg-type]  # None was taken out above
            floor=kind not in SAID,
        )
    agent = getattr(event, "agent", None)
    return Recipients(
        agents=frozenset() if agent is None else frozenset({agent}), everyone=kind in SHARED
    )
