"""Queues open and close by their hours; what comes meanwhile is held, and its client told."""

from router.core import texts
from router.core.reservations import await_known_agent
from router.core.state import Case, Queue
from router.core.turn import Turn
from store.schema import commands as c
from store.schema import events as e
from store.schema.commands import Refusal, Refused
from store.schema.terms import Label, Period, Role

# Where the next opening stands in a notice.
OPENS = "{opens}"


def schedule_queue(turn: Turn, command: c.ScheduleQueue) -> None:
    """Learn a queue's coming open times."""
    if turn.actor.role is not Role.SYSTEM:
        raise Refused(Refusal.FORBIDDEN)
    queue = turn.queue(command.queue)
    if queue.hours is None:
        raise Refused(Refusal.QUEUE_HAS_NO_HOURS)
    turn.record(e.QueueScheduled(**turn.stamp(), queue=queue.queue, periods=command.periods))
    turn_with_hours(turn, queue)


def turn_with_hours(turn: Turn, queue: Queue) -> None:
    """Open or close a queue as its hours say now, if it is not so already."""
    period = _period_at(queue, turn.now_ms)
    if queue.hours is None:
        _open(turn, queue, None)
    elif period is not None:
        _open(turn, queue, period.closes_ms)
    else:
        _close(turn, queue)
    # Two periods that touch change nothing, but the next deadline is another one.
    turn.floor.moved.queues[queue.queue] = None


def notice_of(turn: Turn, case: Case) -> Label:
    """Return what the client of a held case is told."""
    queue = turn.state.queues[case.queue]
    period = _next_period(queue, turn.now_ms)
    opening = period.opening if period is not None else None
    notice = queue.hours.notice if queue.hours is not None else None
    if opening is None:
        # A notice of one's own is no use with a hole in it.
        has_hole = notice is not None and (OPENS in notice.fr or OPENS in notice.en)
        return texts.HELD if notice is None or has_hole else notice
    notice = notice or texts.HELD_UNTIL
    return Label(fr=notice.fr.replace(OPENS, opening.fr), en=notice.en.replace(OPENS, opening.en))


def _open(turn: Turn, queue: Queue, closes_at_ms: int | None) -> None:
    if queue.is_in_hours:
        return
    held = [case for case in turn.state.cases.values() if _is_held_in(case, queue)]
    turn.record(e.QueueOpened(**turn.stamp(), queue=queue.queue, closes_at_ms=closes_at_ms))
    for case in sorted(held, key=lambda case: case.rank):
        await_known_agent(turn, case)


def _close(turn: Turn, queue: Queue) -> None:
    following = _next_period(queue, turn.now_ms)
    opens_at_ms = following.opens_ms if following is not None else None
    # Closed already, it is told again when it opens at another time than was said.
    if queue.is_in_hours or queue.opens_at_ms != opens_at_ms:
        turn.record(e.QueueClosed(**turn.stamp(), queue=queue.queue, opens_at_ms=opens_at_ms))


def _is_held_in(case: Case, queue: Queue) -> bool:
    return case.is_held and case.queue == queue.queue


def _period_at(queue: Queue, now_ms: int) -> Period | None:
    return next((x for x in queue.periods if x.opens_ms <= now_ms < x.closes_ms), None)


def _next_period(queue: Queue, now_ms: int) -> Period | None:
    return next((x for x in queue.periods if x.opens_ms > now_ms), None)
