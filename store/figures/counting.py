"""What each event does to the figures: one small step, whatever the day has seen."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Protocol

from store.figures.state import KnownQueue, Line, OpenCase, State
from store.figures.tally import Tally
from store.figures.timesheet import Timesheet
from store.figures.waits import Pace
from store.schema import events as e
from store.schema.ids import AgentId, CaseId, ClientId, QueueId
from store.schema.terms import CloseCause


class Calendar(Protocol):
    """When days begin and end."""

    time_zone: str

    def around(self, at_ms: int) -> tuple[int, int]:
        """Return the first millisecond of the day of `at_ms`, and of the next day."""
        ...


class Counting:
    """The state, changed by events in order, and the names of what changed."""

    def __init__(self, calendar: Calendar, state: State) -> None:
        self.state = state
        self.changed_queues: set[QueueId] = set(state.queues)
        self.changed_agents: set[AgentId] = set(state.agents)
        self.lines: dict[QueueId, Line] = {}
        self.waiting_of: dict[ClientId, dict[CaseId, None]] = defaultdict(dict)
        self._calendar = calendar
        # Any: each reaction takes the event of its own key. What is not here changes no figure.
        self._reactions: dict[type, Callable[[Any], None]] = {
            e.CaseOpened: self._open,
            e.CaseScored: self._score,
            e.CaseQueued: self._enqueue,
            e.CaseAssigned: self._assign,
            e.CaseHandled: self._handle,
            e.CaseWaiting: self._pause,
            e.CaseResumed: self._resume,
            e.CaseClosed: self._close,
            e.QueueConfigured: self._configure_queue,
            e.QueueOpened: self._open_queue,
            e.AgentConfigured: self._configure_agent,
            e.PresenceChanged: self._change_presence,
            e.AgentConnected: self._connect,
            e.AgentDisconnected: self._disconnect,
        }
        self._line_up()

    def count(self, event: e.AnyEvent) -> None:
        """Count an event; one that is counted already changes nothing."""
        if event.seq <= self.state.seq:
            return
        self.advance(event.at_ms)
        self.state.seq = event.seq
        react = self._reactions.get(type(event))
        if react is not None:
            react(event)

    def advance(self, now_ms: int) -> None:
        """Let time pass: at midnight the day's counts begin again."""
        state = self.state
        state.at_ms = max(state.at_ms, now_ms)
        if state.at_ms < state.day_ends_ms:
            return
        state.day_ms, state.day_ends_ms = self._calendar.around(state.at_ms)
        for queue in state.queues.values():
            queue.day = Tally()
        for agent in state.agents.values():
            agent.begin_day(state.day_ms)
        self.changed_queues.update(state.queues)
        self.changed_agents.update(state.agents)

    # The reactions to events about cases.

    def _open(self, event: e.CaseOpened) -> None:
        self.state.cases[event.case] = OpenCase(client=event.client, number=event.seq)

    def _score(self, event: e.CaseScored) -> None:
        case = self.state.cases.get(event.case)
        if case is None or event.key is None:
            return
        if case.is_waiting and case.queue is not None:
            line = self.lines[case.queue]
            line.remove(case)
            case.key = event.key
            line.add(case)
        case.key = event.key

    def _enqueue(self, event: e.CaseQueued) -> None:
        case = self.state.cases.get(event.case)
        if case is None:
            return
        self._end_holding(case, event.at_ms)
        if case.is_waiting:
            self._leave(event.case, case)
        self._drop_held(event.case, case)
        case.is_paused = False
        if event.queue != case.queue:
            self._give_up(case, event.at_ms)
            case.queue = event.queue
            case.since_ms = event.at_ms
            case.is_answered = False
            self._queue(event.queue).day.offered += 1
        case.key = event.key
        case.is_held = event.is_held
        if event.is_held:
            self._queue(event.queue)
            self.lines[event.queue].held.add(event.case)
        else:
            self._enter(event.case, case, event.at_ms)

    def _assign(self, event: e.CaseAssigned) -> None:
        case = self.state.cases.get(event.case)
        if case is None:
            return
        if case.is_waiting:
            queue = self._leave(event.case, case)
            if event.at_ms > case.entered_ms:
                queue.pace.depart(event.at_ms)
            self._compare(queue, case, event.at_ms)
        self._drop_held(event.case, case)
        if event.holder != case.holder:
            self._end_holding(case, event.at_ms)
            case.holder = event.holder
            self._work(case, event.at_ms)

    def _handle(self, event: e.CaseHandled) -> None:
        case = self.state.cases.get(event.case)
        if case is None or case.is_answered or case.queue is None:
            return
        case.is_answered = True
        queue = self._queue(case.queue)
        queue.day.answer(event.at_ms - case.since_ms, queue.target_ms)

    def _pause(self, event: e.CaseWaiting) -> None:
        case = self.state.cases.get(event.case)
        if case is not None:
            self._rest(case, event.at_ms)
            case.is_paused = True

    def _resume(self, event: e.CaseResumed) -> None:
        case = self.state.cases.get(event.case)
        if case is not None:
            case.is_paused = False
            self._work(case, event.at_ms)

    def _close(self, event: e.CaseClosed) -> None:
        case = self.state.cases.get(event.case)
        if case is None:
            return
        if case.is_waiting:
            queue = self._leave(event.case, case)
            if event.cause is CloseCause.ABANDONED and not case.is_answered:
                queue.day.abandon(event.at_ms - case.since_ms, queue.target_ms)
        self._give_up(case, event.at_ms)
        self._drop_held(event.case, case)
        self._end_holding(case, event.at_ms)
        del self.state.cases[event.case]

    # The reactions to events about the floor.

    def _configure_queue(self, event: e.QueueConfigured) -> None:
        self._queue(event.queue).target_ms = event.service_level_ms

    def _open_queue(self, event: e.QueueOpened) -> None:
        self._queue(event.queue)
        held = self.lines[event.queue].held
        for name in sorted(held, key=lambda name: self.state.cases[name].number):
            case = self.state.cases[name]
            case.is_held = False
            case.since_ms = event.at_ms
            self._enter(name, case, event.at_ms)
        held.clear()

    def _configure_agent(self, event: e.AgentConfigured) -> None:
        self._agent(event.agent, event.at_ms)

    def _change_presence(self, event: e.PresenceChanged) -> None:
        self._agent(event.agent, event.at_ms).presence = event.presence

    def _connect(self, event: e.AgentConnected) -> None:
        self._agent(event.agent, event.at_ms).is_connected = True

    def _disconnect(self, event: e.AgentDisconnected) -> None:
        self._agent(event.agent, event.at_ms).is_connected = False

    # Steps that several reactions share.

    def _enter(self, name: CaseId, case: OpenCase, at_ms: int) -> None:
        assert case.queue is not None
        queue, line = self._queue(case.queue), self.lines[case.queue]
        if not len(line.order):
            queue.pace.begin(at_ms)
        line.add(case)
        case.is_waiting = True
        case.entered_ms = at_ms
        self.waiting_of[case.client][name] = None
        if case.since_ms == at_ms:
            case.estimate = queue.pace.estimate(line.place(case), at_ms)

    def _leave(self, name: CaseId, case: OpenCase) -> KnownQueue:
        assert case.queue is not None
        self.lines[case.queue].remove(case)
        case.is_waiting = False
        waiting = self.waiting_of[case.client]
        del waiting[name]
        if not waiting:
            del self.waiting_of[case.client]
        return self._queue(case.queue)

    def _drop_held(self, name: CaseId, case: OpenCase) -> None:
        if case.is_held and case.queue is not None:
            self.lines[case.queue].held.discard(name)
            case.is_held = False

    def _compare(self, queue: KnownQueue, case: OpenCase, at_ms: int) -> None:
        """Learn from a wait that ended with an agent; one that took no time was never announced."""
        estimate, case.estimate = case.estimate, None
        if estimate is not None and at_ms > estimate.at_ms:
            waited_ms = at_ms - estimate.at_ms
            told = estimate.announced
            queue.day.foresee(is_kept=told.low_ms <= waited_ms <= told.high_ms)
            queue.pace.learn(estimate, waited_ms)

    def _give_up(self, case: OpenCase, at_ms: int) -> None:
        """Learn from a wait that ended without an agent: only when it was too long already."""
        estimate, case.estimate = case.estimate, None
        if estimate is None or case.queue is None:
            return
        waited_ms = at_ms - estimate.at_ms
        queue = self._queue(case.queue)
        if waited_ms > estimate.announced.high_ms:
            queue.day.foresee(is_kept=False)
        if waited_ms > estimate.high_ms:
            queue.pace.learn(estimate, waited_ms)

    def _work(self, case: OpenCase, at_ms: int) -> None:
        if case.holder is not None and not case.is_paused and case.working_ms is None:
            case.working_ms = at_ms
            self._agent(case.holder, at_ms).in_hand += 1

    def _rest(self, case: OpenCase, at_ms: int) -> None:
        if case.holder is not None and case.working_ms is not None:
            case.worked_ms += at_ms - case.working_ms
            case.working_ms = None
            self._agent(case.holder, at_ms).in_hand -= 1

    def _end_holding(self, case: OpenCase, at_ms: int) -> None:
        self._rest(case, at_ms)
        if case.holder is not None and case.is_answered and case.queue is not None:
            self._queue(case.queue).day.handle(case.worked_ms)
            self._agent(case.holder, at_ms).handle(case.worked_ms)
        case.holder = None
        case.worked_ms = 0

    def _queue(self, name: QueueId) -> KnownQueue:
        self.changed_queues.add(name)
        queue = self.state.queues.get(name)
        if queue is None:
            queue = self.state.queues[name] = KnownQueue(day=Tally(), pace=Pace())
            self.lines[name] = Line()
        return queue

    def _agent(self, name: AgentId, at_ms: int) -> Timesheet:
        self.changed_agents.add(name)
        agent = self.state.agents.get(name)
        if agent is None:
            agent = self.state.agents[name] = Timesheet(as_of_ms=at_ms)
        agent.run(at_ms)
        return agent

    def _line_up(self) -> None:
        waiting: dict[QueueId, list[OpenCase]] = {name: [] for name in self.state.queues}
        held: dict[QueueId, set[CaseId]] = {name: set() for name in self.state.queues}
        by_age = sorted(self.state.cases.items(), key=lambda entry: entry[1].number)
        for name, case in by_age:
            if case.queue is None:
                continue
            if case.is_waiting:
                waiting[case.queue].append(case)
                self.waiting_of[case.client][name] = None
            elif case.is_held:
                held[case.queue].add(name)
        for queue, cases in waiting.items():
            line = self.lines[queue] = Line(cases)
            line.held = held[queue]
