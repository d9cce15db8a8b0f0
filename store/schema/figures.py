"""What a wallboard counts: the figures of a day, by queue and by agent, and how long one waits."""

from msgspec import Struct

from store.schema.ids import AgentId, CaseId, QueueId
from store.schema.terms import Presence


class WaitRange(Struct, frozen=True, kw_only=True):
    """An announced wait, rounded outwards to whole minutes."""

    low_ms: int
    high_ms: int


class Wait(Struct, frozen=True, kw_only=True):
    """Where a case is in its queue, 1 for the next, and how long it will still wait, if known."""

    case: CaseId
    place: int
    expected: WaitRange | None = None


class QueueFigures(Struct, frozen=True, kw_only=True):
    """One queue since midnight in the site's time zone; without `queue`, the whole site.

    offered: cases that entered the queue, each once however often it comes back unanswered.
    answered: those whose agent began (first answer, or the call connected); answer_ms and
    longest_ms: the sum and the longest of their waits since they entered this queue, or since it
    opened. abandoned: those whose client left before; abandoned_late: after the target.
    handled: holdings that ended after the case was answered; handling_ms: their time, without
    waits for the client.

    service_level = in_time / (answered + abandoned_late), with in_time answered within the
    queue's target of that moment: leaving before the target gives no chance to keep it, so it
    counts neither way (the fourth formula of ICMI, Service Level Calculations, 2002).
    abandonment = abandoned / (answered + abandoned). None where there is nothing to divide by.

    waiting, oldest_ms: in the queue now, and since when the oldest. expected: what a case that
    enters now is told. announced, kept: waits announced to cases that entered, and ended today,
    and how many of them ended within the range: kept / announced is the measured coverage.
    """

    queue: QueueId | None = None
    waiting: int = 0
    oldest_ms: int | None = None
    offered: int = 0
    answered: int = 0
    in_time: int = 0
    answer_ms: int = 0
    longest_ms: int = 0
    abandoned: int = 0
    abandoned_late: int = 0
    handled: int = 0
    handling_ms: int = 0
    service_level: float | None = None
    abandonment: float | None = None
    expected: WaitRange | None = None
    announced: int = 0
    kept: int = 0


class TimeSpent(Struct, frozen=True, kw_only=True):
    """How long somebody was in one status today, while signed in."""

    presence: Presence
    spent_ms: int


class AgentFigures(Struct, frozen=True, kw_only=True):
    """One agent since midnight in the site's time zone, up to `as_of_ms`.

    times: the timesheet, signed in only. presence: the status whose time runs on since
    `as_of_ms`, None when signed out. handled, handling_ms: as in QueueFigures.

    occupancy = occupied_ms / on_queue_ms, the time at work over the time that was meant for it.
    on_queue_ms: signed in as available, busy or on a manual call. occupied_ms: the part of it
    that was busy, on a manual call, or available with a case in hand that does not wait for its
    client (ready time without idle time, over ready time). Both run on while their flag is set.
    """

    agent: AgentId
    as_of_ms: int
    presence: Presence | None = None
    is_on_queue: bool = False
    is_occupied: bool = False
    on_queue_ms: int = 0
    occupied_ms: int = 0
    handled: int = 0
    handling_ms: int = 0
    times: tuple[TimeSpent, ...] = ()


class FloorFigures(Struct, frozen=True, kw_only=True):
    """The figures after event `seq`, at `at_ms`; of the day that began at `day_ms`."""

    seq: int
    at_ms: int
    day_ms: int
    site: QueueFigures
    queues: tuple[QueueFigures, ...] = ()
    agents: tuple[AgentFigures, ...] = ()
