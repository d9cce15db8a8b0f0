"""The figures of a day counted from the whole log by brute force, to compare the fold with."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from store.schema import events as e
from store.schema.figures import AgentFigures, QueueFigures, TimeSpent
from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import CloseCause, Presence

ON_QUEUE = (Presence.AVAILABLE, Presence.BUSY, Presence.MANUAL_CALL)


class Visit(Struct, kw_only=True):
    """One stay of a case in one queue, and every time something happened in it."""

    queue: QueueId
    entered_ms: int
    since_ms: int
    answered: e.CaseHandled | None = None
    abandoned: e.CaseClosed | None = None


class Holding(Struct, kw_only=True):
    """One agent had the case, until `ended_ms`."""

    agent: AgentId
    queue: QueueId
    ended_ms: int
    worked_ms: int
    is_answered: bool


def queue_figures(log: Sequence[e.AnyEvent], queue: QueueId, day_ms: int) -> QueueFigures:
    """Return what the log says of the queue since `day_ms`, without expected waits."""
    visits = [visit for case in _cases(log) for visit in _visits(log, case)]
    here = [visit for visit in visits if visit.queue == queue]
    answered = [
        (x.answered.at_ms - x.since_ms, _target(log, queue, x.answered.seq))
        for x in here
        if x.answered is not None and x.answered.at_ms >= day_ms
    ]
    abandoned = [
        (x.abandoned.at_ms - x.since_ms, _target(log, queue, x.abandoned.seq))
        for x in here
        if x.abandoned is not None and x.abandoned.at_ms >= day_ms
    ]
    handled = [x.worked_ms for x in _all_holdings(log) if x.queue == queue and x.ended_ms >= day_ms]
    waiting = [since for name, since in _waiting(log) if name == queue]
    in_time = sum(wait <= target for wait, target in answered)
    late = sum(wait > target for wait, target in abandoned)
    reached, ended = len(answered) + late, len(answered) + len(abandoned)
    return QueueFigures(
        queue=queue,
        waiting=len(waiting),
        oldest_ms=min(waiting, default=None),
        offered=sum(x.entered_ms >= day_ms for x in here),
        answered=len(answered),
        in_time=in_time,
        answer_ms=sum(wait for wait, _ in answered),
        longest_ms=max((wait for wait, _ in answered), default=0),
        abandoned=len(abandoned),
        abandoned_late=late,
        handled=len(handled),
        handling_ms=sum(handled),
        service_level=in_time / reached if reached else None,
        abandonment=len(abandoned) / ended if ended else None,
    )


def agent_figures(log: Sequence[e.AnyEvent], agent: AgentId, day_ms: int) -> AgentFigures:
    """Return what the log says of the agent since `day_ms`, up to its last event."""
    times = sorted({day_ms, *(event.at_ms for event in log if event.at_ms >= day_ms)})
    spent: dict[Presence, int] = {}
    on_queue_ms = occupied_ms = 0
    for begin, end in pairwise(times):
        presence, occupied = _doing(log, agent, begin)
        if presence is not None:
            spent[presence] = spent.get(presence, 0) + end - begin
            on_queue_ms += (end - begin) * (presence in ON_QUEUE)
            occupied_ms += (end - begin) * occupied
    handled = [x.worked_ms for x in _all_holdings(log) if x.agent == agent and x.ended_ms >= day_ms]
    presence, occupied = _doing(log, agent, log[-1].at_ms)
    return AgentFigures(
        agent=agent,
        as_of_ms=log[-1].at_ms,
        presence=presence,
        is_on_queue=presence in ON_QUEUE,
        is_occupied=occupied,
        on_queue_ms=on_queue_ms,
        occupied_ms=occupied_ms,
        handled=len(handled),
        handling_ms=sum(handled),
        times=tuple(TimeSpent(presence=x, spent_ms=spent[x]) for x in Presence if x in spent),
    )


def _doing(log: Sequence[e.AnyEvent], agent: AgentId, at_ms: int) -> tuple[Presence | None, bool]:
    """Return the agent's status just after `at_ms`, None when signed out, and whether it works."""
    past = [event for event in log if event.at_ms <= at_ms]
    presence, is_connected = Presence.UNAVAILABLE, False
    for event in past:
        if isinstance(event, e.PresenceChanged) and event.agent == agent:
            presence = event.presence
        if isinstance(event, e.AgentConnected | e.AgentDisconnected) and event.agent == agent:
            is_connected = isinstance(event, e.AgentConnected)
    if not is_connected:
        return None, False
    in_hand = any(_is_in_hand(_of(past, case), agent) for case in _cases(past))
    is_busy = presence in {Presence.BUSY, Presence.MANUAL_CALL}
    return presence, is_busy or (presence is Presence.AVAILABLE and in_hand)


def _is_in_hand(past: Sequence[e.AnyCaseEvent], agent: AgentId) -> bool:
    return past[-1].holder == agent and not _is_paused(past)


def _is_paused(past: Sequence[e.AnyCaseEvent]) -> bool:
    turns = [x for x in past if isinstance(x, e.CaseWaiting | e.CaseResumed | e.CaseQueued)]
    return bool(turns) and isinstance(turns[-1], e.CaseWaiting)


def _visits(log: Sequence[e.AnyEvent], case: CaseId) -> list[Visit]:
    visits: list[Visit] = []
    is_held = is_waiting = False
    for event in log:
        if isinstance(event, e.QueueOpened) and is_held and event.queue == visits[-1].queue:
            visits[-1].since_ms, is_held, is_waiting = event.at_ms, False, True
        if not isinstance(event, e.CaseEvent) or event.case != case:
            continue
        if isinstance(event, e.CaseQueued):
            if not visits or visits[-1].queue != event.queue:
                at_ms = event.at_ms
                visits.append(Visit(queue=event.queue, entered_ms=at_ms, since_ms=at_ms))
            is_held, is_waiting = event.is_held, not event.is_held
        elif isinstance(event, e.CaseAssigned):
            is_held = is_waiting = False
        elif isinstance(event, e.CaseHandled) and visits[-1].answered is None:
            visits[-1].answered = event
        elif isinstance(event, e.CaseClosed) and is_waiting and visits[-1].answered is None:
            visits[-1].abandoned = event if event.cause is CloseCause.ABANDONED else None
    return visits


def _waiting(log: Sequence[e.AnyEvent]) -> Iterable[tuple[QueueId, int]]:
    for case in _cases(log):
        own = [
            x for x in _of(log, case) if isinstance(x, e.CaseQueued | e.CaseAssigned | e.CaseClosed)
        ]
        last = own[-1]
        if not isinstance(last, e.CaseQueued):
            continue
        opened = [
            x
            for x in log
            if isinstance(x, e.QueueOpened) and x.queue == last.queue and x.seq > last.seq
        ]
        if not last.is_held or opened:
            yield last.queue, _visits(log, case)[-1].since_ms


def _all_holdings(log: Sequence[e.AnyEvent]) -> list[Holding]:
    return [holding for case in _cases(log) for holding in _holdings(log, case)]


def _holdings(log: Sequence[e.AnyEvent], case: CaseId) -> list[Holding]:
    found: list[Holding] = []
    own = _of(log, case)
    begin = 0
    for at, (before, after) in enumerate(pairwise(own), start=1):
        if before.holder == after.holder:
            continue
        if before.holder is not None:
            visits = _visits(own[:at], case)
            if visits[-1].answered is not None:
                found.append(
                    Holding(
                        agent=before.holder,
                        queue=visits[-1].queue,
                        ended_ms=after.at_ms,
                        worked_ms=_worked(own[: at + 1], begin),
                        is_answered=True,
                    )
                )
        begin = at
    return found


def _worked(own: Sequence[e.AnyCaseEvent], begin: int) -> int:
    """Return the time from event `begin` to the last, without waits for the client."""
    return sum(
        own[at + 1].at_ms - own[at].at_ms
        for at in range(begin, len(own) - 1)
        if not _is_paused(own[: at + 1])
    )


def _target(log: Sequence[e.AnyEvent], queue: QueueId, seq: int) -> int:
    past = [
        x.service_level_ms
        for x in log
        if isinstance(x, e.QueueConfigured) and x.queue == queue and x.seq < seq
    ]
    return past[-1]


def _cases(log: Sequence[e.AnyEvent]) -> list[CaseId]:
    return [event.case for event in log if isinstance(event, e.CaseOpened)]


def _of(log: Sequence[e.AnyEvent], case: CaseId) -> list[e.AnyCaseEvent]:
    return [event for event in log if isinstance(event, e.CaseEvent) and event.case == case]
