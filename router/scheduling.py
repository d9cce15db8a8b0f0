"""Keeps each queue's coming open times known: when its hours change, at start, once a week."""

import logging
from collections.abc import Iterable

from msgspec import Struct

from store.calendar import BadHours, periods
from store.schema.commands import ScheduleQueue
from store.schema.ids import QueueId
from store.schema.terms import Hours
from store.schema.views import QueueView

DAY_MS = 86_400_000
# What is told at once, and how much of it must be left: a week apart, so that the log stays small
# and a writer that was away for days still knows today's hours.
TOLD_MS = 15 * DAY_MS
LEFT_MS = 8 * DAY_MS
# A queue that is closed for months still says when it opens.
FARTHEST_MS = 400 * DAY_MS

_log = logging.getLogger(__name__)


class _Entry(Struct):
    """One queue with hours. tell_at_ms: when its open times are to be told again."""

    hours: Hours
    tell_at_ms: int = 0


class Scheduler:
    """Says which queues' open times are to be told, and when to ask it again."""

    def __init__(self, queues: Iterable[QueueView] = ()) -> None:
        self._entries: dict[QueueId, _Entry] = {}
        self.next_ms: int | None = None
        for queue in queues:
            self.note(queue.queue, queue.hours)

    def note(self, queue: QueueId, hours: Hours | None) -> None:
        """Take over a queue's hours; None is always open, and there is nothing to tell."""
        known = self._entries.get(queue)
        if hours is None:
            self._entries.pop(queue, None)
        elif known is None or known.hours != hours:
            self._entries[queue] = _Entry(hours=hours)
        self._look_ahead()

    def due(self, now_ms: int) -> list[ScheduleQueue]:
        """Return what is to be told now; it counts as told."""
        if self.next_ms is None or now_ms < self.next_ms:
            return []
        told = []
        for queue, entry in self._entries.items():
            if entry.tell_at_ms <= now_ms:
                entry.tell_at_ms = now_ms + TOLD_MS - LEFT_MS
                command = _coming(queue, entry.hours, now_ms)
                if command is not None:
                    told.append(command)
        self._look_ahead()
        return told

    def _look_ahead(self) -> None:
        self.next_ms = min((entry.tell_at_ms for entry in self._entries.values()), default=None)


def _coming(queue: QueueId, hours: Hours, now_ms: int) -> ScheduleQueue | None:
    try:
        coming = periods(hours, now_ms, now_ms + TOLD_MS)
        if not any(period.opens_ms > now_ms for period in coming):
            coming = periods(hours, now_ms, now_ms + FARTHEST_MS)[: len(coming) + 1]
    except BadHours as error:
        # The edge refuses such hours; a log may hold some that a former calendar allowed.
        _log.warning("hours cannot be kept queue=%s reason=%s", queue, error)
        return None
    return ScheduleQueue(ref="hours", queue=queue, periods=coming)
