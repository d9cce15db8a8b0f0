"""One socket's view of the log: what it is sent, in which order, and when it is too slow."""

from collections import deque

from store.schema import events as e
from store.schema.audience import SAID, recipients
from store.schema.commands import Actor
from store.schema.ids import CaseId
from store.schema.terms import CaseStatus, Role
from store.schema.views import CaseView, Snapshot

FLOOR = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


class Reader:
    """The mailbox of one socket: encoded frames wait here until the socket takes them."""

    def __init__(self, actor: Actor, *, queued_events: int, queued_bytes: int) -> None:
        self.actor = actor
        self.watched: CaseId | None = None
        self.is_too_slow = False
        self._frames: deque[str] = deque()
        self._characters = 0
        self._queued_events = queued_events
        self._queued_characters = queued_bytes

    def put(self, frame: str) -> None:
        """Queue a frame, or mark the reader as too slow when too much waits already."""
        self._frames.append(frame)
        self._characters += len(frame)
        if len(self._frames) > self._queued_events or self._characters > self._queued_characters:
            self.is_too_slow = True

    def take(self) -> list[str]:
        """Return what waits, oldest first, and forget it."""
        frames = list(self._frames)
        self._frames.clear()
        self._characters = 0
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


def has(actor: Actor, row: CaseView) -> bool:
    """Return whether the agent holds the case or is offered it."""
    return row.holder == actor.id or (row.offer is not None and row.offer.agent == actor.id)


def snapshot_for(actor: Actor, whole: Snapshot) -> Snapshot:
    """Return the part of the site's rows that the actor starts from."""
    if actor.role is Role.CLIENT:
        return Snapshot(seq=whole.seq)
    if actor.role in FLOOR:
        return whole
    return Snapshot(
        seq=whole.seq,
        agents=tuple(row for row in whole.agents if row.agent == actor.id),
        queues=whole.queues,
        cases=tuple(
            row for row in whole.cases if row.status is not CaseStatus.CLOSED and has(actor, row)
        ),
    )
