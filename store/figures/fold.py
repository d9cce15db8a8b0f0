"""The log folded into the figures of a day, and what is told of them."""

from collections.abc import Iterable

import msgspec

from store.figures.counting import Calendar, Counting
from store.figures.state import State
from store.figures.tally import Tally
from store.schema.events import AnyEvent
from store.schema.figures import AgentFigures, FloorFigures, QueueFigures, Wait, WaitRange
from store.schema.ids import AgentId, CaseId, ClientId, QueueId

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(State).decode


class Figures:
    """Figures and waits of a site after the events it was given, in order and without gaps.

    Only open cases, agents and queues are remembered; an event costs no more for the day's length
    than for its first minute. The same log gives the same figures, whoever folds it.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._counting = Counting(calendar, State(time_zone=calendar.time_zone))
        self._told: dict[QueueId, WaitRange | None] = {}

    # The log.

    @property
    def seq(self) -> int:
        """The last event that is counted."""
        return self._counting.state.seq

    def apply(self, events: Iterable[AnyEvent]) -> None:
        """Count events; those that are counted already change nothing."""
        for event in events:
            self._counting.count(event)

    def dump(self) -> bytes:
        """Return all that is remembered."""
        return _encode(self._counting.state)

    def load(self, body: bytes) -> bool:
        """Take over what was dumped, unless it is of another form or of another time zone."""
        try:
            state = _decode(body)
        except msgspec.MsgspecError:
            return False
        if state.time_zone != self._calendar.time_zone:
            return False
        self._counting = Counting(self._calendar, state)
        return True

    # The figures.

    def whole(self, now_ms: int) -> FloorFigures:
        """Return the figures of every queue and agent."""
        self._counting.advance(now_ms)
        state = self._counting.state
        return self._figures(sorted(state.queues), sorted(state.agents))

    def changed(self, now_ms: int) -> FloorFigures | None:
        """Return the figures that are others than at the last call, or None."""
        counting = self._counting
        counting.advance(now_ms)
        for name, line in counting.lines.items():
            # What is announced may change by nothing happening.
            if len(line.order) and self._told.get(name) != self._expected(name):
                counting.changed_queues.add(name)
        if not counting.changed_queues and not counting.changed_agents:
            return None
        figures = self._figures(sorted(counting.changed_queues), sorted(counting.changed_agents))
        self._told.update((x.queue, x.expected) for x in figures.queues if x.queue is not None)
        counting.changed_queues.clear()
        counting.changed_agents.clear()
        return figures

    def awaited_by(self, client: ClientId) -> list[Wait]:
        """Return the waits of one client's cases, the oldest first."""
        return [self._awaited(case) for case in self._counting.waiting_of.get(client, ())]

    def _awaited(self, name: CaseId) -> Wait:
        case = self._counting.state.cases[name]
        assert case.queue is not None
        place = self._counting.lines[case.queue].place(case)
        return Wait(case=name, place=place, expected=self._expected(case.queue, place))

    def _expected(self, name: QueueId, place: int | None = None) -> WaitRange | None:
        waiting = len(self._counting.lines[name].order)
        if not waiting:
            return None
        state = self._counting.state
        estimate = state.queues[name].pace.estimate(place or waiting + 1, state.at_ms)
        return None if estimate is None else estimate.announced

    def _figures(self, queues: list[QueueId], agents: list[AgentId]) -> FloorFigures:
        state = self._counting.state
        return FloorFigures(
            seq=state.seq,
            at_ms=state.at_ms,
            day_ms=state.day_ms,
            site=self._of_site(),
            queues=tuple(self._of_queue(name) for name in queues),
            agents=tuple(self._of_agent(name) for name in agents),
        )

    def _of_queue(self, name: QueueId) -> QueueFigures:
        line = self._counting.lines[name]
        oldest = line.ages.first
        return self._counting.state.queues[name].day.figures(
            name,
            waiting=len(line.order),
            oldest_ms=None if oldest is None else oldest[0],
            expected=self._expected(name),
        )

    def _of_agent(self, name: AgentId) -> AgentFigures:
        return self._counting.state.agents[name].figures(name)

    def _of_site(self) -> QueueFigures:
        day = Tally()
        for queue in self._counting.state.queues.values():
            day.add(queue.day)
        lines = self._counting.lines.values()
        oldest = [line.ages.first for line in lines]
        return day.figures(
            None,
            waiting=sum(len(line.order) for line in lines),
            oldest_ms=min((first[0] for first in oldest if first is not None), default=None),
        )
