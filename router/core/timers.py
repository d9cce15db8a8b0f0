"""Every deadline of the site in one heap, kept in step with the state."""

from enum import IntEnum

from router.core.ranking import Ranking
from router.core.state import Agent, Case, Queue, State
from store.schema.ids import AgentId, CaseId
from store.schema.terms import CaseStatus


class Timer(IntEnum):
    """What falls due; of what falls due together, the lower number goes first."""

    HOURS = 0
    JOIN = 1
    GRACE = 2
    OFFER = 3
    START = 4
    SILENCE = 5
    DUE = 6
    HOLD = 7
    RING = 8
    EARMARK = 9


Deadline = tuple[int, Timer]


class Timers:
    """The next deadline of each case, agent and queue that has one."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._deadlines: Ranking[str, tuple[int, ...]] = Ranking()
        self._joining: dict[AgentId, int] = {}

    @property
    def joins_at_ms(self) -> int | None:
        """When those who wait for each other begin, or None when nobody does."""
        return next(iter(self._joining.values()), None)

    def put_queue(self, queue: Queue, now_ms: int) -> None:
        """Take in a queue: its hours begin and end."""
        self._put(queue.queue, _next_turn(queue, now_ms))

    def put_agent(self, agent: Agent) -> None:
        """Take in an agent: a lost connection has a grace time, and a beginning is shared."""
        self._joining.pop(agent.agent, None)
        if agent.grace_ends_ms is not None:
            self._put(agent.agent, (agent.grace_ends_ms, Timer.GRACE))
        elif agent.joins_at_ms is not None:
            self._put(agent.agent, (agent.joins_at_ms, Timer.JOIN))
            self._joining[agent.agent] = agent.joins_at_ms
        else:
            self._deadlines.discard(agent.agent)

    def put_case(self, case: Case, now_ms: int) -> None:
        """Take in an open case: what it waits for ends, whatever it is."""
        self._put(case.case, self._deadline(case, now_ms))

    def drop(self, name: CaseId) -> None:
        """Forget a case that is no more."""
        self._deadlines.discard(name)

    def next_ms(self) -> int | None:
        """Return the earliest deadline, or None."""
        first = self._deadlines.first()
        return None if first is None else first[0][0]

    def due(self, now_ms: int) -> tuple[Timer, str] | None:
        """Return the earliest timer that is due, or None. It stays until the state changes."""
        first = self._deadlines.first()
        if first is None or first[0][0] > now_ms:
            return None
        (_, timer), name = first
        return Timer(timer), name

    def _put(self, name: str, deadline: Deadline | None) -> None:
        if deadline is None:
            self._deadlines.discard(name)
        else:
            self._deadlines.put(name, deadline)

    def _deadline(self, case: Case, now_ms: int) -> Deadline | None:
        status = case.status
        if status is CaseStatus.QUEUED:
            return self._end_of_wait(case, now_ms)
        if status is CaseStatus.SCHEDULED:
            return self._next_of_appointment(case, now_ms)
        deadline_ms, timer = None, Timer.OFFER
        if status is CaseStatus.OFFERED and case.offer is not None:
            deadline_ms = case.offer.deadline_ms
        elif status is CaseStatus.ASSIGNED:
            deadline_ms, timer = case.starts_by_ms, Timer.START
        elif status is CaseStatus.WAITING_CLIENT:
            deadline_ms, timer = case.closes_at_ms, Timer.SILENCE
        return None if deadline_ms is None else (deadline_ms, timer)

    def _next_of_appointment(self, case: Case, now_ms: int) -> Deadline:
        due_at_ms = case.due_at_ms or 0
        earmark_ms = due_at_ms - self._state.policy.earmark_ms
        if now_ms < earmark_ms < due_at_ms:
            return earmark_ms, Timer.EARMARK
        return due_at_ms, Timer.DUE

    def _end_of_wait(self, case: Case, now_ms: int) -> Deadline | None:
        if case.is_held:
            return None
        if case.preferred is not None:
            return case.preferred_until_ms, Timer.HOLD
        deadlines: list[Deadline] = []
        if case.is_exclusive and case.earmark is None:
            deadlines.append(
                (case.enqueued_at_ms + self._state.policy.drain_after_ms, Timer.EARMARK)
            )
        queue = self._state.queues.get(case.queue)
        rings = queue.rings if queue is not None else ()
        deadlines += [(case.enqueued_at_ms + ring.after_ms, Timer.RING) for ring in rings]
        return min((each for each in deadlines if each[0] > now_ms), default=None)


def _next_turn(queue: Queue, now_ms: int) -> Deadline | None:
    """Return when the hours of the queue begin or end next, after `now_ms`."""
    for period in queue.periods:
        for at_ms in (period.opens_ms, period.closes_ms):
            if at_ms > now_ms:
                return at_ms, Timer.HOURS
    return None
