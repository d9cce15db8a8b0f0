"""One socket's view of the log: what it is sent, in which order, and when it is too slow."""

from collections import deque
from collections.abc import Iterable

from store.schema import events as e
from store.schema.apply import Rows
from store.schema.audience import SAID, recipients
from store.schema.commands import Actor
from store.schema.ids import AgentId, CaseId
from store.schema.terms import Role
from store.schema.views import CaseView, Snapshot

FLOOR = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


class Reader:
    """The mailbox of one socket: encoded frames wait here until the socket takes them."""

    def __init__(self, actor: Actor, *, queued_events: int, queued_bytes: int) -> None:
        self.actor = actor
        self.watched: CaseId | None = None
        self.is_too_slow = False
        self._frames: deque[str] = deque()
        self._waiting_bytes = 0
        self._queued_events = queued_events
        self._queued_bytes = queued_bytes

    def put(self, frame: str, size_bytes: int) -> None:
        """Queue a frame, or give the reader up when too much waits already.

        A reader that was given up is sent nothing more: its socket closes, and it resumes.
        """
        if self.is_too_slow:
            return
        self._frames.append(frame)
        self._waiting_bytes += size_bytes
        if len(self._frames) > self._queued_events or self._waiting_bytes > self._queued_bytes:
            self.is_too_slow = True
            self.take()

    def take(self) -> list[str]:
        """Return what waits, oldest first, and forget it."""
        frames = list(self._frames)
        self._frames.clear()
        self._waiting_bytes = 0
        return frames


def sees(actor: Actor, event: e.AnyEvent, watched: CaseId | None = None) -> bool:
    """Return whether the actor is told of the event."""
    to = recipients(event)
    if actor.role is Role.CLIENT:
        return to.client == actor.id
    if to.everyone or actor.id in to.agents:
        return True
    if actor.role not in FLOOR:
        return False
    return to.floor or (
        type(event) in SAID and isinstance(event, e.CaseEvent) and event.case == watched
    )


def brings(event: e.AnyEvent) -> str | None:
    """Return the agent to whom the event gives a case that it may not have had."""
    if isinstance(event, e.CaseAssigned):
        return event.holder
    return event.agent if isinstance(event, e.CaseOffered) else None


def concerned(row: CaseView) -> frozenset[AgentId]:
    """Return the agents who hold the case or are offered it."""
    agents = (row.holder, row.offer.agent if row.offer else None)
    return frozenset(agent for agent in agents if agent is not None)


def snapshot_for(actor: Actor, rows: Rows, own: Iterable[CaseView]) -> Snapshot:
    """Return the part of the site's rows that the actor starts from; `own` are its cases."""
    if actor.role is Role.CLIENT:
        return Snapshot(seq=rows.seq)
    if actor.role in FLOOR:
        return rows.snapshot()
    agents = (row for row in rows.agents.values() if row.agent == actor.id)
    queues = tuple(rows.queues[queue] for queue in sorted(rows.queues))
    return Snapshot(seq=rows.seq, agents=tuple(agents), queues=queues, cases=tuple(own))
